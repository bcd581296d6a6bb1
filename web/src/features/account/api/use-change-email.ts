import type { AuthError } from "@/auth/messages";
import { useMutation } from "@tanstack/react-query";

import { getAuth } from "@/auth/session";

/** Requests another address. Nothing changes until it is confirmed by the mail sent to it. */
export function useChangeEmail() {
  return useMutation<null, AuthError, { email: string }>({
    mutationFn: async ({ email }) => {
      const { error } = await (
        await getAuth()
      ).updateUser({ email }, { emailRedirectTo: `${window.location.origin}/dashboard/account` });
      if (error) throw error;
      return null;
    },
  });
}

/** Confirms the new address with the code of its mail. */
export function useConfirmEmail() {
  return useMutation<null, AuthError, { email: string; token: string }>({
    mutationFn: async ({ email, token }) => {
      const { error } = await (await getAuth()).verifyOtp({ email, token, type: "email_change" });
      if (error) throw error;
      return null;
    },
  });
}
