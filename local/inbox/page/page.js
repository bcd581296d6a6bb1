// Lists the mails, shows one, and asks for new ones while the page is visible.
const POLL_MILLISECONDS = 1500;
const list = document.querySelector("#list");
const message = document.querySelector("#message");
const offline = document.querySelector("#offline");
const clear = document.querySelector("#clear");
let mails = [];
let shown = null; // the id of the mail in #message, so that it is not drawn again while somebody reads it

const element = (name, properties = {}, ...children) => {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
};
const time = (iso) => new Date(iso).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });

function row(mail, current) {
  const link = element(
    "a",
    { href: `#${mail.id}` },
    element("b", { textContent: mail.subject }),
    element("time", { dateTime: mail.received_at, textContent: time(mail.received_at) }),
    element("span", { textContent: mail.recipients.join(", ") }),
  );
  if (mail === current) link.setAttribute("aria-current", "true");
  return element("li", {}, link);
}

function copyButton(code) {
  const label = element("span", { textContent: "Copy" });
  const button = element("button", { type: "button", className: "code" }, element("data", { value: code, textContent: code }), label);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code);
    label.textContent = "Copied";
  });
  return button;
}

// Text nodes and http links only: nothing in a mail becomes markup of this page.
function linked(text) {
  return text.split(/(https?:\/\/[^\s<>"')\]]*[^\s<>"')\].,;:!?])/).map((piece, index) =>
    index % 2 ? element("a", { href: piece, target: "_blank", rel: "noreferrer", textContent: piece }) : piece,
  );
}

function body(mail) {
  if (!mail.html) return element("pre", {}, ...linked(mail.text));
  const frame = element("iframe", { title: mail.subject, src: `/messages/${mail.id}/html` });
  frame.setAttribute("sandbox", "allow-popups allow-popups-to-escape-sandbox");
  return frame;
}

function reading(mail) {
  const field = (name, value) => [element("dt", { textContent: name }), element("dd", { textContent: value })];
  const back = element("button", { type: "button", className: "back", textContent: "All messages" });
  back.addEventListener("click", () => (location.hash = ""));
  return [
    back,
    element("h2", { textContent: mail.subject }),
    element("dl", {}, ...field("From", mail.sender), ...field("To", mail.recipients.join(", "))),
    ...(mail.codes.length ? [element("div", { className: "codes" }, ...mail.codes.map(copyButton))] : []),
    body(mail),
  ];
}

const empty = () =>
  element(
    "p",
    { className: "empty" },
    element("img", { src: "/mark/mark.svg", alt: "" }),
    "No mail yet. Sign-in codes and password resets arrive here.",
  );

function show() {
  const chosen = mails.find((mail) => `#${mail.id}` === location.hash);
  const current = chosen ?? mails[0];
  document.body.classList.toggle("reading", chosen !== undefined);
  list.replaceChildren(...mails.map((mail) => row(mail, current)));
  clear.hidden = mails.length === 0;
  document.title = mails.length ? `Inbox (${mails.length}) · Maquette` : "Inbox · Maquette";
  const next = current?.id ?? 0;
  if (next === shown) return;
  shown = next;
  message.replaceChildren(...(current ? reading(current) : [empty()]));
}

async function refresh() {
  try {
    const answer = await fetch("/messages");
    const fresh = await answer.json();
    const changed = fresh.length !== mails.length || fresh[0]?.id !== mails[0]?.id || shown === null;
    offline.hidden = true;
    if (!changed) return;
    mails = fresh;
    show();
  } catch {
    offline.hidden = false;
  }
}

clear.addEventListener("click", async () => {
  await fetch("/messages", { method: "DELETE" });
  await refresh();
});
addEventListener("hashchange", show);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
await refresh();
setInterval(() => document.hidden || refresh(), POLL_MILLISECONDS);
