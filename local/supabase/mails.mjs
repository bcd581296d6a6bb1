// Auth's mails from the templates of supabase/config.toml, with upstream's variables and escaping
// (https://github.com/supabase/auth/blob/master/internal/mailer/templatemailer). Lite has no template for reauthentication,
// escapes nothing, and sends a text that upstream does not send.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;", "+": "&#43;" };
const escaped = (value) => value.replace(/[&<>"'+]/g, (character) => ENTITIES[character]);

/** Puts values where a Go template says `{{ .Name }}`. Nothing else of Go's language is known here, nor needed. */
function filled(template, values) {
  return template.replace(/\{\{(.*?)\}\}/gs, (found, inside) => {
    const name = /^\s*\.(\w+)\s*$/.exec(inside)?.[1];
    if (!(name in values)) throw new Error(`a mail template says ${found}, which the local stack does not know`);
    return escaped(values[name]);
  });
}

/**
 * What lite calls to send a mail. `templates` is `[auth.email.template]`; its paths are relative to `folder`. `redirectTo()`
 * is the page that the current request asked to return to; `send` takes `{ to, subject, html }`.
 */
export class Mailer {
  constructor({ templates, folder, siteUrl, apiUrl, redirectTo, send }) {
    Object.assign(this, { templates, folder, siteUrl, apiUrl, redirectTo, send });
  }

  sendConfirmation(to, hash, code) {
    return this.#send("confirmation", to, { ...this.#link("signup", hash), Email: to, Token: code });
  }

  sendMagicLink(to, hash, code) {
    return this.#send("magic_link", to, { ...this.#link("magiclink", hash), Email: to, Token: code });
  }

  sendRecovery(to, hash, code) {
    return this.#send("recovery", to, { ...this.#link("recovery", hash), Email: to, Token: code });
  }

  sendReauthentication(to, code) {
    return this.#send("reauthentication", to, { Email: to, Token: code });
  }

  /** Lite sends to the old address and tells the code of the new one beside; upstream sends both. */
  async sendEmailChange(to, hash, code, { currentEmail, newEmail, tokenHashNew, tokenNew }) {
    const send = (address, itsHash, itsCode) =>
      this.#send("email_change", address, {
        ...this.#link("email_change", itsHash),
        Email: currentEmail,
        NewEmail: newEmail,
        SendingTo: address,
        Token: itsCode,
      });
    await send(to, hash, code);
    if (tokenNew) await send(newEmail, tokenHashNew, tokenNew);
  }

  /** The link leads to Auth, which redirects to the page. Lite's has the site's address, where no Auth answers. */
  #link(type, hash) {
    const returnTo = this.redirectTo();
    const query = new URLSearchParams({ token: hash, type, redirect_to: returnTo });
    return { TokenHash: hash, RedirectTo: returnTo, ConfirmationURL: `${this.apiUrl}/auth/v1/verify?${query}` };
  }

  async #send(name, to, values) {
    const { subject, content_path: path } = this.templates[name];
    const known = { SiteURL: this.siteUrl, ...values };
    // Read for each mail: a change is seen in the next one.
    const html = filled(await readFile(resolve(this.folder, path), "utf8"), known);
    await this.send({ to, subject: filled(subject, known), html });
  }
}
