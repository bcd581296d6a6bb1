"""An account that calls our API over HTTP, and what a refusal of the API looks like."""

import contextlib
import re
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import msgspec

from api.errors import ANSWERS, AnswerCode
from tests.support.accounts import Account
from tests.support.clients import http_client
from tests.support.processes.api import ApiProcess, submit, until_ended

REQUEST_ID = re.compile(r"[0-9a-f]{32}")
SUBMITTED = 202


class ApiUser(msgspec.Struct, frozen=True, kw_only=True):
    """A signed-in account. `client` carries its token to /api/v1."""

    account: Account
    client: httpx.AsyncClient

    @property
    def id(self) -> str:
        """The account's id: what rows of the database know their owner by."""
        return self.account.id

    async def generation(self, **changes: Any) -> dict[str, Any]:
        """A generation of theirs that ended well; `changes` are fields of the submit."""
        # Equal orders are drawn once: a seed of its own would cost each test seconds.
        answer = await submit(self.client, **dict[str, Any](seed=7) | changes)
        assert answer.status_code == SUBMITTED, answer.text
        generation = await until_ended(self.client, answer.json()["data"]["id"])
        assert generation["status"] == "succeeded", generation
        return generation

    async def upload(self, photo: bytes) -> str:
        """The id of a photo they uploaded."""
        answer = await self.client.post("/uploads", files={"file": ("photo.jpg", photo)})
        return answer.raise_for_status().json()["data"]["id"]


@contextlib.asynccontextmanager
async def signed_in(api: ApiProcess, name: str) -> AsyncGenerator[ApiUser]:
    """A new account, signed in at the API."""
    account = await api.supabase.sign_up(name)
    async with api.client(account) as client:
        yield ApiUser(account=account, client=client)


async def open_url(url: str) -> httpx.Response:
    """A signed URL as a browser opens it: without a token."""
    async with http_client.AsyncClient() as browser:
        return await browser.get(url)


def code_of(answer: httpx.Response) -> AnswerCode:
    """The code of a refusal, whoever refused."""
    return next(code for code in ANSWERS if code.value == answer.json()["error"]["code"])


def assert_refused(answer: httpx.Response, code: AnswerCode) -> dict[str, Any]:
    """Assert that an answer is this refusal, whole: status, sentence, id, headers. Answers its details."""
    status, sentence = ANSWERS[code]
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json"), answer.text[:500]
    (error,) = answer.json().values()
    assert (error["code"], error["message"]) == (code.value, sentence)
    assert REQUEST_ID.fullmatch(error["request_id"])
    assert answer.headers["x-request-id"] == error["request_id"]
    assert answer.headers["cache-control"] == "private, no-store"
    return error.get("details", {})
