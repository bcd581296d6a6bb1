"""The mail that arrived: parsed, newest first, kept in memory up to a limit."""

import re
from collections import deque
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern_policy
from html.parser import HTMLParser
from itertools import count

import msgspec

CAPACITY = 200
"""Mails kept; a new one removes the oldest."""
CODE = re.compile(r"(?<![\w#/.-])\d{6,8}(?![\w/-])")
LINK = re.compile(r"https?://[^\s<>\"')\]]*[^\s<>\"')\].,;:!?]")  # without the full stop of a sentence
_HIDDEN = {"head", "style", "script"}
_BLOCKS = {"br", "div", "h1", "h2", "h3", "li", "p", "tr"}


class Mail(msgspec.Struct, frozen=True):
    """One mail. `codes` and `links` are what a person, or a test, needs from it."""

    id: int
    sender: str
    recipients: list[str]
    subject: str
    received_at: datetime
    text: str
    html: str | None
    codes: list[str]
    links: list[str]


class Mailbox:
    """Keeps the last mails."""

    def __init__(self) -> None:
        self._mails: deque[Mail] = deque(maxlen=CAPACITY)
        self._ids = count(1)

    def receive(self, sender: str, recipients: list[str], content: bytes) -> Mail:
        """Keep a mail as the SMTP client sent it; what cannot be parsed is shown as it is."""
        message = message_from_bytes(content, EmailMessage, policy=modern_policy)
        html = _body(message, "html")
        reader = _HtmlReader()
        reader.feed(html or "")
        text = _body(message, "plain") or (reader.text if html else content.decode(errors="replace"))
        mail = Mail(
            id=next(self._ids),
            sender=sender,
            recipients=recipients,
            subject=_subject(message),
            received_at=datetime.now(UTC),
            text=text,
            html=html,
            codes=list(dict.fromkeys(CODE.findall(text))),
            links=list(dict.fromkeys([*reader.links, *LINK.findall(text)])),
        )
        self._mails.appendleft(mail)
        return mail

    def newest_first(self) -> list[Mail]:
        return list(self._mails)

    def find(self, mail_id: int) -> Mail | None:
        """The mail with this id; None when it was removed."""
        return next((mail for mail in self._mails if mail.id == mail_id), None)

    def clear(self) -> None:
        self._mails.clear()


class _HtmlReader(HTMLParser):
    """Reads the text and the links of an HTML mail."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self._words: list[str] = []
        self._hidden = 0

    @property
    def text(self) -> str:
        return re.sub(r"\s*\n\s*", "\n", "".join(self._words)).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden += 1
        if tag in _BLOCKS:
            self._words.append("\n")
        href = dict(attrs).get("href") if tag == "a" else None
        if href and LINK.fullmatch(href):
            self.links.append(href)

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        if tag in _BLOCKS:
            self._words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._words.append(data)


def _body(message: EmailMessage, subtype: str) -> str | None:
    part = message.get_body((subtype,))
    if part is None:
        return None
    try:
        return str(part.get_content())
    except (LookupError, ValueError):  # an unknown character set or a broken encoding
        payload = part.get_payload(decode=True)
        return payload.decode(errors="replace") if isinstance(payload, bytes) else None


def _subject(message: EmailMessage) -> str:
    return " ".join(str(message.get("Subject", "")).split()) or "(no subject)"
