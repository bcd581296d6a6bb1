import type { AuthError } from "@/auth/messages";
import { useMutation } from "@tanstack/react-query";

import { pageAfterMail } from "@/auth/safe-next";
import { getAuth } from "@/auth/session";

interface Credentials {
  email: string;
  password: string;
}

/** The next step of the form. After "done" the session changes, and the router leaves the page. */
export type SignInOutcome = "done" | "code-sent";

/** Signs in with a password. */
export function usePasswordSignIn() {
  return useMutation<SignInOutcome, AuthError, Credentials>({
    mutationFn: async (credentials) => {
      const { error } = await (await getAuth()).signInWithPassword(credentials);
      if (error) throw error;
      return "done";
    },
  });
}

/**
 * Makes an account. Where addresses must be confirmed (hosted Supabase), a code is mailed and there is no session yet;
 * for an address that has an account, Auth invents a person without identities there, and mails nothing.
 */
export function useSignUp() {
  return useMutation<SignInOutcome, AuthError, Credentials>({
    mutationFn: async (credentials) => {
      const { data, error } = await (
        await getAuth()
      ).signUp({
        ...credentials,
        options: { emailRedirectTo: pageAfterMail("/sign-in") },
      });
      if (error) throw error;
      if (data.user?.identities?.length === 0) {
        throw Object.assign(new Error("the address has an account"), { code: "user_already_exists" });
      }
      return data.session ? "done" : "code-sent";
    },
  });
}

/** Sends a sign-in code to an address, with or without an account: the answer does not say which. */
export function useSendCode() {
  return useMutation<SignInOutcome, AuthError, { email: string }>({
    mutationFn: async ({ email }) => {
      const { error } = await (
        await getAuth()
      ).signInWithOtp({
        email,
        options: { shouldCreateUser: true, emailRedirectTo: pageAfterMail("/sign-in") },
      });
      if (error) throw error;
      return "code-sent";
    },
  });
}

/** Signs in with the code of a mail. */
export function useVerifyCode(type: "email" | "recovery") {
  return useMutation<SignInOutcome, AuthError, { email: string; token: string }>({
    mutationFn: async ({ email, token }) => {
      const { error } = await (await getAuth()).verifyOtp({ email, token, type });
      if (error) throw error;
      return "done";
    },
  });
}

/** Sends a code and a link for setting a new password. Does not reveal whether the account exists. */
export function useSendRecovery() {
  return useMutation<SignInOutcome, AuthError, { email: string }>({
    mutationFn: async ({ email }) => {
      const { error } = await (
        await getAuth()
      ).resetPasswordForEmail(email, {
        redirectTo: pageAfterMail("/reset-password"),
      });
      if (error) throw error;
      return "code-sent";
    },
  });
}
