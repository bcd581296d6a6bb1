import type { AuthError } from "@supabase/auth-js";
import { useMutation } from "@tanstack/react-query";

import { getAuth } from "./session";

interface NewPassword {
  password: string;
  /** From a mail: projects with "secure password change" ask for it when the sign-in is older than a day. */
  nonce?: string;
}

/** "code-sent" means: nothing has changed yet, ask for the code of the mail and try again with it. */
export type SetPasswordOutcome = "done" | "code-sent";

/** Sets the password and signs all other devices out. */
export function useSetPassword() {
  return useMutation<SetPasswordOutcome, AuthError, NewPassword>({
    mutationFn: async (change) => {
      const auth = await getAuth();
      const { error } = await auth.updateUser(change);
      if (error?.code === "reauthentication_needed") {
        const asked = await auth.reauthenticate();
        if (asked.error) throw asked.error;
        return "code-sent";
      }
      if (error) throw error;
      // Whoever knew the old password may still be signed in somewhere. Failing here does not undo the change.
      await auth.signOut({ scope: "others" });
      return "done";
    },
  });
}
