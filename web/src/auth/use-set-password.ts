import { useMutation } from "@tanstack/react-query";

import type { AuthError } from "./messages";
import { getAuth } from "./session";

interface NewPassword {
  password: string;
  /** The code of a mail. Projects with "secure password change" need it when the sign-in is older than a day. */
  nonce?: string;
}

/** "code-sent" means: nothing has changed yet; ask the person for the code in the mail and try again with it. */
export type SetPasswordOutcome = "done" | "code-sent";

/** Sets the password and signs all other devices out. */
export function useSetPassword() {
  return useMutation<SetPasswordOutcome, AuthError, NewPassword>({
    mutationFn: async (change) => {
      const auth = await getAuth();
      const { error } = await auth.updateUser(change);
      if (error?.code === "reauthentication_needed") {
        await mailCode();
        return "code-sent";
      }
      if (error) throw error;
      // Somebody who knew the old password may still be signed in. If this fails, the password is changed nevertheless.
      await auth.signOut({ scope: "others" });
      return "done";
    },
  });
}

/** Mails another code for the new password. */
export function useSendCode() {
  return useMutation<undefined, AuthError>({ mutationFn: mailCode });
}

async function mailCode(): Promise<undefined> {
  const { error } = await (await getAuth()).reauthenticate();
  if (error) throw error;
}
