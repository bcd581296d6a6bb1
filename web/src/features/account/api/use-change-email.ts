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

/** "done", or the address whose confirmation was the first of two. */
export type Confirmed = "done" | { first: string };

/**
 * Confirms a change of e-mail with the code of a mail to one of `addresses`; they are tried in their order, as a code is
 * good for its own address only. Where both addresses must confirm, Auth answers the first one without a session.
 */
export function useConfirmEmail() {
  return useMutation<Confirmed, AuthError, { addresses: string[]; token: string }>({
    mutationFn: async ({ addresses, token }) => {
      const auth = await getAuth();
      let refusal: AuthError = new Error("no address");
      for (const email of addresses) {
        const { data, error } = await auth.verifyOtp({ email, token, type: "email_change" });
        if (!error) return data.session ? "done" : { first: email };
        refusal = error;
        if (error.code !== "otp_expired") break;
      }
      throw refusal;
    },
  });
}
