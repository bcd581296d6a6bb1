"""Headers around every answer."""

from typing import Any

import pytest
from litestar.types import HTTPReceiveMessage, Message, Receive, Scope, Send

from api.callers import Callers
from api.middleware import request_context


async def answered_headers(*, https: bool) -> dict[str, str]:
    """What an application that says nothing itself is sent with."""

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> HTTPReceiveMessage:
        raise AssertionError("the application reads no body")

    scope: Any = {"type": "http", "method": "GET", "path": "/", "headers": [], "client": None}
    await request_context(app, Callers("a secret", ()), https=https)(scope, receive, send)
    assert sent[0]["type"] == "http.response.start"
    return {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}


@pytest.mark.parametrize(("https", "said"), [(True, "max-age=31536000"), (False, None)])
async def test_browsers_are_told_to_stay_with_https_where_people_reach_the_app_by_it(
    https: bool, said: str | None
) -> None:
    headers = await answered_headers(https=https)

    assert headers.get("strict-transport-security") == said
    assert headers["x-content-type-options"] == "nosniff"
