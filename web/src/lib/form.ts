/** The text in the field `name`; empty when there is no such field. */
export function textOf(form: HTMLFormElement, name: string): string {
  const value = new FormData(form).get(name);
  return typeof value === "string" ? value : "";
}

/** A code as people copy it from a mail; spaces are removed. */
export function codeOf(form: HTMLFormElement, name: string): string {
  return textOf(form, name).replace(/\s/g, "");
}
