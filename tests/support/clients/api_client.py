"""Who calls our API in tests, and what a refusal of it looks like."""

import contextlib
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec

from api.errors import ANSWERS, AnswerCode
from tests.support.processes.api import Product, ended, submit
from tests.support.processes.postgres_gateway import User

REQUEST_ID = re.compile(r"[0-9a-f]{32}")
SUBMITTED = 202


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody signed in. `api` carries their token to /api/v1."""

    user: User
    api: httpx.AsyncClient

    async def generation(self, **changes: Any) -> dict[str, Any]:
        """A generation of theirs that ended well; `changes` are fields of the submit."""
        # Equal orders are drawn once: a seed of its own would cost each test seconds.
        answer = await submit(self.api, **{"seed": 7, **changes})
        assert answer.status_code == SUBMITTED, answer.text
        generation = await ended(self.api, answer.json()["data"]["id"])
        assert generation["status"] == "succeeded", generation
        return generation

    async def upload(self, photo: bytes) -> str:
        """The id of a photo they uploaded."""
        answer = await self.api.post("/uploads", files={"file": ("photo.jpg", photo)})
        return answer.raise_for_status().json()["data"]["id"]


@contextlib.asynccontextmanager
async def signed_in(product: Product, name: str) -> AsyncIterator[Person]:
    """A new account, signed in at the API."""
    user = await product.stack.sign_up(name)
    async with product.client(user) as api:
        yield Person(user=user, api=api)


async def opened(url: str) -> httpx.Response:
    """A signed URL as a browser opens it: without a token."""
    async with httpx.AsyncClient() as browser:
        return await browser.get(url)


def code_of(answer: httpx.Response) -> AnswerCode:
    """The code of a refusal. Raises StopIteration for one that is none of ours."""
    return next(code for code in ANSWERS if code.value == answer.json()["error"]["code"])


def refused(answer: httpx.Response, code: AnswerCode) -> dict[str, Any]:
    """Assert that an answer is this refusal, whole: status, sentence, id, headers. Answers its details."""
    status, sentence = ANSWERS[code]
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json"), answer.text[:500]
    (error,) = answer.json().values()
    assert (error["code"], error["message"]) == (code.value, sentence)
    assert REQUEST_ID.fullmatch(error["request_id"])
    assert answer.headers["x-request-id"] == error["request_id"]
    assert answer.headers["cache-control"] == "private, no-store"
    return error.get("details", {})
