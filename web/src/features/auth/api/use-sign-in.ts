import type { AuthError } from "@/auth/messages";
import { useMutation } from "@tanstack/react-query";

import { getAuth } from "@/auth/session";

interface Credentials {
  email: string;
  password: string;
}

/** What to show next; "done" changes the session, and the router goes on by itself. */
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

/** Makes an account. Where addresses must be confirmed (hosted Supabase) a code is on its way instead of a session. */
export function useSignUp() {
  return useMutation<SignInOutcome, AuthError, Credentials>({
    mutationFn: async (credentials) => {
      const { data, error } = await (await getAuth()).signUp({
        ...credentials,
        options: { emailRedirectTo: window.location.origin },
      });
      if (error) throw error;
      return data.session ? "done" : "code-sent";
    },
  });
}

/** Sends a code that signs in, to an old address or a new one: the answer does not tell which. */
export function useSendCode() {
  return useMutation<SignInOutcome, AuthError, { email: string }>({
    mutationFn: async ({ email }) => {
      const { error } = await (await getAuth()).signInWithOtp({
        email,
        options: { shouldCreateUser: true, emailRedirectTo: window.location.origin },
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

/** Sends a code and a link that let the person set a new password. Says nothing about whether the account exists. */
export function useSendRecovery() {
  return useMutation<SignInOutcome, AuthError, { email: string }>({
    mutationFn: async ({ email }) => {
      const { error } = await (await getAuth()).resetPasswordForEmail(email, {
        redirectTo: `${window.location.origin}/reset-password`,
      });
      if (error) throw error;
      return "code-sent";
    },
  });
}
