"""What the inbox makes of a mail, however odd."""

from email.message import EmailMessage

import pytest

from local.inbox.mailbox import CAPACITY, Mail, Mailbox


def receive(content: bytes) -> Mail:
    return Mailbox().receive("auth@maquette.local", ["ada@example.com"], content)


def test_code_and_link_are_taken_out_of_a_mail_with_both_parts() -> None:
    message = EmailMessage()
    message["Subject"] = "Your code"
    message.set_content("Your code is 042917.\nOr open http://127.0.0.1:8000/reset?token=abc.\nBought in 2026.")
    message.add_alternative('<p>Your code is <b>042917</b></p><a href="http://127.0.0.1:8000/x">x</a>', subtype="html")
    mail = receive(message.as_bytes())
    assert mail.subject == "Your code"
    assert mail.codes == ["042917"]
    assert mail.links == ["http://127.0.0.1:8000/x", "http://127.0.0.1:8000/reset?token=abc"]
    assert mail.html is not None


def test_mail_with_only_html_is_readable_as_text_without_styles_and_scripts() -> None:
    message = EmailMessage()
    message.set_content(
        "<style>p{color:#123456}</style><p>Enter 123456</p><script>alert(654321)</script>"
        '<a href="javascript:alert(1)">bad</a><a href="https://example.com/a?b=1">good</a>',
        subtype="html",
    )
    mail = receive(message.as_bytes())
    assert mail.text == "Enter 123456\nbadgood"
    assert mail.codes == ["123456"]
    assert mail.links == ["https://example.com/a?b=1"]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", ""),
        (b"\xff\xfe not a mail", "\ufffd\ufffd not a mail"),
        (b"Content-Type: text/plain; charset=nonsense\r\n\r\nhello", "hello"),
        (b"Content-Type: text/plain; charset=utf-8\r\n\r\n\xff\xfe", "\ufffd\ufffd"),
        (b"Content-Type: multipart/mixed\r\n\r\nno boundary", "no boundary"),
    ],
)
def test_odd_mail_is_kept_and_shown(content: bytes, text: str) -> None:
    mail = receive(content)
    assert mail.text.strip().endswith(text)
    assert mail.subject == "(no subject)"


def test_oldest_mails_go_first() -> None:
    mailbox = Mailbox()
    for number in range(CAPACITY + 3):
        mailbox.receive("a@b.c", ["d@e.f"], f"Subject: {number}\r\n\r\n".encode())
    kept = mailbox.newest_first()
    assert len(kept) == CAPACITY
    assert kept[0].subject == str(CAPACITY + 2)
    assert mailbox.find(kept[-1].id) == kept[-1]
    assert mailbox.find(kept[-1].id - 1) is None
