import { useMutation } from "@tanstack/react-query";

import { api, done } from "@/api/client";
import { signOut } from "@/auth/session";

/** Deletes the account with everything in it, then forgets the session, whose person is gone. */
export function useDeleteAccount() {
  return useMutation({
    mutationFn: () => done(api.DELETE("/api/v1/me")),
    onSuccess: signOut,
  });
}
