"""What Storage refuses with, word for word as supabase/storage 1.11.2 does, and what our API makes of it."""

from collections.abc import Awaitable, Callable

import httpx
import pytest
from storage3 import AsyncStorageClient

from libs.errors import ErrorCode, MaquetteError
from libs.repositories.signed_urls import SignedUrls
from libs.repositories.storage import Storage

EXPIRED = {"statusCode": "403", "error": "Unauthorized", "message": '"exp" claim timestamp check failed'}
REFUSED = {
    "statusCode": "403",
    "error": "Unauthorized",
    "message": 'new row violates row-level security policy for table "objects"',
}
NO_BUCKET = {"statusCode": "404", "error": "Bucket not found", "message": "Bucket not found"}
NO_FILE = {"statusCode": "404", "error": "not_found", "message": "Object not found"}
TAKEN = {"statusCode": "409", "error": "Duplicate", "message": "The resource already exists"}
BROKEN = {"statusCode": "500", "error": "Internal", "message": "code: 53300"}

Call = Callable[[Storage], Awaitable[object]]
CALLS: dict[str, Call] = {
    "upload": lambda storage: storage.upload("inputs", "a", b"", "image/jpeg"),
    "overwrite": lambda storage: storage.upload("renders", "a", b"", "image/jpeg", overwrite=True),
    "download": lambda storage: storage.download("inputs", "a"),
    "list": lambda storage: storage.page("inputs", "a", 0, 1),
    "remove": lambda storage: storage.remove("inputs", ["a"]),
    "sign": lambda storage: storage.signed_urls(["inputs/a"]),
}


def storage(*answers: dict[str, str]) -> Storage:
    """Storage that gives these answers, one after the other."""
    left = iter(answers)

    def answer(_: httpx.Request) -> httpx.Response:
        body = next(left)
        return httpx.Response(500 if body is BROKEN else 400, json=body)

    client = AsyncStorageClient(
        "http://storage.test/", {}, http_client=httpx.AsyncClient(transport=httpx.MockTransport(answer))
    )
    return Storage(lambda: client, SignedUrls(0, 0))


async def code(call: Call, *answers: dict[str, str]) -> ErrorCode:
    with pytest.raises(MaquetteError) as raised:
        await call(storage(*answers))
    return raised.value.code


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
async def test_C2_a_token_that_has_ended_is_told_as_such(call: Call) -> None:
    """Not as an account that is gone, and not as a file that is not there: an archive would lack it silently."""
    assert await code(call, EXPIRED) is ErrorCode.TOKEN_REFUSED
    assert await code(call, NO_BUCKET) is ErrorCode.TOKEN_REFUSED


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
async def test_an_outage_is_told_as_such(call: Call) -> None:
    assert await code(call, BROKEN) is ErrorCode.STORAGE_UNAVAILABLE


async def test_a_refused_row_means_that_the_account_is_gone() -> None:
    assert await code(CALLS["upload"], NO_FILE, REFUSED) is ErrorCode.ACCOUNT_GONE
    assert await code(CALLS["overwrite"], REFUSED) is ErrorCode.ACCOUNT_GONE


async def test_a_file_that_is_not_there_is_none() -> None:
    assert await storage(NO_FILE).download("inputs", "a") is None


async def test_a_file_that_came_meanwhile_stays() -> None:
    await storage(NO_FILE, TAKEN).upload("inputs", "a", b"", "image/jpeg")


async def test_what_is_there_already_is_not_sent() -> None:
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.method)
        return httpx.Response(200, json={"id": "1"})

    client = AsyncStorageClient(
        "http://storage.test/", {}, http_client=httpx.AsyncClient(transport=httpx.MockTransport(answer))
    )
    await Storage(lambda: client, SignedUrls(0, 0)).upload("inputs", "a", b"content", "image/jpeg")
    assert sent == ["GET"]
