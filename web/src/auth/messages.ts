import type { LinkNews } from "./mailed-link";

/** What Auth refused: auth-js's AuthError, or one of ours with a code of Auth. */
export interface AuthError extends Error {
  code?: string | undefined;
}

/**
 * Auth did not answer (the name auth-js gives that error), or its code, which is loaded when needed, failed to load.
 */
const UNREACHED = ["AuthRetryableFetchError", "TypeError"];

const SENTENCES: Record<string, string> = {
  invalid_credentials: "This e-mail and password do not match.",
  email_not_confirmed: "This e-mail is not confirmed yet. Sign in with an e-mailed code instead.",
  user_already_exists: "There is an account with this e-mail. Sign in instead.",
  email_exists: "Another account uses this e-mail.",
  email_address_invalid: "This e-mail address does not work. Check it for typing errors.",
  email_address_not_authorized: "We cannot send email to this address yet.",
  validation_failed: "Check the e-mail address and try again.",
  weak_password: "This password is too easy to guess. Use a longer one.",
  same_password: "This is your password already. Choose another one.",
  otp_expired: "This code is wrong or has expired. Ask for a new one.",
  reauthentication_not_valid: "This code is wrong or has expired. Ask for a new one.",
  // Projects with "require current password", which docs/deploy.md advises against.
  current_password_required: "Sign out and use “Forgot your password?” to set a new one.",
  current_password_mismatch: "Sign out and use “Forgot your password?” to set a new one.",
  link_failed: "This link does not work any more. Ask for a new one.",
  access_denied: "This link does not work any more. Ask for a new one.",
  signup_disabled: "New accounts are closed at the moment.",
  otp_disabled: "Codes by e-mail are switched off. Use your password.",
  user_banned: "This account is closed.",
  over_email_send_rate_limit: "An email was sent a moment ago. Wait a minute, then ask again.",
  over_request_rate_limit: "Too many attempts. Wait a minute, then try again.",
  session_not_found: "Your session ended. Sign in again.",
};

/** The sentence for what Supabase Auth refused. Its own text is never shown. */
export function authMessage(error: AuthError): string {
  if (UNREACHED.includes(error.name)) {
    return navigator.onLine ? "Sign-in does not answer right now. Try again in a moment." : "You are offline.";
  }
  return authSentence(error.code);
}

function authSentence(code: string | undefined): string {
  return SENTENCES[code ?? ""] ?? "That did not work. Try again in a moment.";
}

/** The sentence for what a mailed link came to. */
export function linkSentence(news: LinkNews): string {
  if (news === "half-confirmed") {
    return "This address is confirmed. Now open the link in the email to your other address, or enter its code.";
  }
  return authSentence(news.refused === "otp_expired" ? "link_failed" : news.refused);
}
