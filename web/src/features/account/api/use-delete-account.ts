import { useMutation } from "@tanstack/react-query";

import { api, done } from "@/api/client";
import { signOut, useUser } from "@/auth/session";
import { forgetOwn } from "@/lib/own-storage";

/** Deletes the account with everything in it, then what this device kept, then the session. */
export function useDeleteAccount() {
  const { id } = useUser();
  return useMutation({
    mutationFn: () => done(api.DELETE("/api/v1/me")),
    onSuccess: () => {
      forgetOwn(id);
      return signOut();
    },
  });
}
