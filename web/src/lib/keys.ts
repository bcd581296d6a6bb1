import type { KeyboardEvent } from "react";

/** In the notation of tinykeys. The key of a MacBook that is called "delete" is Backspace. */
export const DELETE = "(Delete|Backspace)";

/**
 * Whether Enter was pressed to confirm. Input methods of Chinese, Japanese and Korean end a word with Enter; Safari
 * sends that key after the word has ended, with the key code 229 (UI Events, 9.3.2).
 */
export function isEnter(event: KeyboardEvent): boolean {
  // Nothing else tells it in Safari.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  return event.key === "Enter" && !event.nativeEvent.isComposing && event.keyCode !== IME_KEY_CODE;
}

const IME_KEY_CODE = 229;
