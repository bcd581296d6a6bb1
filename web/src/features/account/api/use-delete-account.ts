import { useMutation } from "@tanstack/react-query";

import { api, unwrap } from "@/api/client";
import { signOut, useUser } from "@/auth/session";
import { toast } from "@/components/ui/toast-store";
import { forgetOwn } from "@/lib/own-storage";

/** Closes the account, whose data the API then deletes; then forgets what this device kept, then the session. */
export function useDeleteAccount() {
  const { id } = useUser();
  return useMutation({
    mutationFn: () => unwrap(api.DELETE("/api/v1/me")),
    onSuccess: async () => {
      forgetOwn(id);
      await signOut();
      // After the sign-out, which takes away what was said to this person.
      toast("Your account is closed. Everything in it is deleted within minutes; then you can sign up anew.");
    },
  });
}
