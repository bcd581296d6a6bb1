"""The mail inbox as Auth and a browser meet it."""

import os
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from tests.support.clients import http_client
from tests.support.processes.readiness import answers, wait_until_ready
from tests.support.processes.supabase_stack import free_port


class Inbox:
    """A running inbox."""

    def __init__(self, port: int, smtp_port: int) -> None:
        self.smtp_port = smtp_port
        self.http = http_client.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False)

    def send(self, subject: str, text: str, html: str | None = None) -> None:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "auth@maquette.local", "ada@example.com", subject
        message.set_content(text)
        if html:
            message.add_alternative(html, subtype="html")
        with smtplib.SMTP("127.0.0.1", self.smtp_port) as smtp:
            smtp.send_message(message)


@pytest.fixture(scope="module")
def running() -> Iterator[Inbox]:
    inbox = Inbox(free_port(), free_port())
    port = str(inbox.http.base_url.port)
    environment = {**os.environ, "INBOX_PORT": port, "INBOX_SMTP_PORT": str(inbox.smtp_port)}
    process = subprocess.Popen([sys.executable, "-m", "local.inbox"], env=environment)
    wait_until_ready(process, lambda: answers(f"http://127.0.0.1:{port}/messages"))
    yield inbox
    process.terminate()
    assert process.wait(10) == 0, "the inbox did not end by itself"


@pytest.fixture
def inbox(running: Inbox) -> Inbox:
    running.http.delete("/messages")
    return running


def test_mail_is_listed_newest_first_with_its_code(inbox: Inbox) -> None:
    inbox.send("First", "Hello")
    inbox.send("Second", "Your code is 123456")
    second, first = inbox.http.get("/messages").json()
    assert (first["subject"], second["subject"]) == ("First", "Second")
    assert second["recipients"] == ["ada@example.com"]
    assert second["codes"] == ["123456"]
    inbox.http.delete("/messages").raise_for_status()
    assert inbox.http.get("/messages").json() == []


def test_html_of_a_mail_is_served_without_the_power_to_do_anything(inbox: Inbox) -> None:
    inbox.send("Look", "text", html="<script>fetch('/messages')</script><img src='https://example.com/seen.gif'>")
    (mail,) = inbox.http.get("/messages").json()
    answer = inbox.http.get(f"/messages/{mail['id']}/html")
    assert answer.headers["content-type"].startswith("text/html")
    policy = {name: words for name, *words in map(str.split, answer.headers["content-security-policy"].split(";"))}
    assert policy["default-src"] == ["'none'"]
    assert "script-src" not in policy
    assert policy["img-src"] == ["data:"]
    assert policy["sandbox"] == ["allow-popups", "allow-popups-to-escape-sandbox"]


def test_mail_without_html_has_no_html_page(inbox: Inbox) -> None:
    inbox.send("Plain", "text")
    (mail,) = inbox.http.get("/messages").json()
    assert inbox.http.get(f"/messages/{mail['id']}/html").status_code == 404
    assert inbox.http.get("/messages/999999/html").status_code == 404


def test_another_site_that_points_its_name_here_reads_nothing(inbox: Inbox) -> None:
    port = inbox.http.base_url.port
    assert inbox.http.get("/messages", headers={"Host": f"localhost:{port}"}).status_code == 200
    refused = inbox.http.get("/messages", headers={"Host": f"evil.example:{port}"})
    assert refused.status_code == 400


def test_mail_over_the_limit_is_refused_and_the_next_one_arrives(inbox: Inbox) -> None:
    with pytest.raises(smtplib.SMTPResponseException) as refused:
        inbox.send("Huge", "x" * 2_000_000)
    assert refused.value.smtp_code == 552
    inbox.send("Small", "x")
    assert [mail["subject"] for mail in inbox.http.get("/messages").json()] == ["Small"]


@pytest.mark.parametrize("path", ["/", "/page/page.js", "/page/page.css", "/styles/tokens.css", "/mark/mark.svg"])
def test_page_and_what_it_loads_are_there(inbox: Inbox, path: str) -> None:
    assert inbox.http.get(path).status_code == 200
