"""G4: a client that is slow, endless or lies about who it is holds nobody else up and gains nothing."""

import asyncio
import contextlib
import time
from uuid import uuid4

import httpx

from api.__main__ import HEAD_TIMEOUT_MS
from api.errors import TransportCode
from api.limits import READS_PER_MINUTE, REFUSED_TOKENS_PER_MINUTE, REPORTS_PER_HOUR, WRITES_PER_MINUTE
from api.middleware import BODY_PIECE_SECONDS
from libs.app_config.runtime import LIMITS
from libs.errors import ErrorCode
from tests.support.accounts import PASSWORD
from tests.support.clients.api_user import ApiUser, assert_refused, signed_in
from tests.support.clients.raw_http import Connection, connected, head
from tests.support.predictions import prediction_ids
from tests.support.processes.api import ApiProcess, submit, until_ended

SLOW_CLIENTS = 300
# Seconds between two pieces of a slow client, and how many it sends at most: for twice as long as it may take.
PIECE_SECONDS = 0.5
PIECES = int(2 * HEAD_TIMEOUT_MS / 1000 / PIECE_SECONDS)


async def is_cut_off(connection: Connection, piece: bytes) -> bool:
    """Send a piece again and again; whether the server hangs up before the last one."""
    try:
        for _ in range(PIECES):
            await connection.send(piece)
            await asyncio.sleep(PIECE_SECONDS)
    except ConnectionError:
        return True
    return False


async def test_G4_heads_that_trickle_in_are_cut_off_and_others_are_served(
    alone: ApiProcess, alone_alice: ApiUser
) -> None:
    async with contextlib.AsyncExitStack() as exit_stack:
        slow = [await exit_stack.enter_async_context(connected(alone.url)) for _ in range(SLOW_CLIENTS)]
        for connection in slow:
            await connection.send(b"GET /api/v1/me HTTP/1.1\r\nhost: maquette\r\n")
        waiting = [asyncio.create_task(is_cut_off(connection, b"x-more: 1\r\n")) for connection in slow]
        for _ in range(10):
            assert (await alone_alice.client.get("/me")).status_code == 200
        assert not any(task.done() for task in waiting), "others were served only after the slow ones were cut off"
        assert all(await asyncio.gather(*waiting))


async def test_G4_a_body_that_stops_coming_is_given_up(alone: ApiProcess, alone_alice: ApiUser) -> None:
    headers = {"authorization": f"Bearer {alone_alice.account.token}", "content_type": "application/json"}
    async with connected(alone.url) as connection:
        began = time.monotonic()
        await connection.send(head("PATCH", f"/api/v1/renders/{uuid4()}", content_length=100, **headers))
        await connection.send(b'{"title": "')
        answer = await connection.answer()
    assert_refused(answer, TransportCode.REQUEST_TIMEOUT)
    assert time.monotonic() - began >= BODY_PIECE_SECONDS - 1
    assert answer.headers["connection"] == "close"


async def test_G4_a_head_of_a_megabyte_is_refused(api: ApiProcess, api_alice: ApiUser) -> None:
    token = f"Bearer {api_alice.account.token}"
    async with connected(api.url) as connection:
        await connection.send(head("GET", "/api/v1/me", authorization=token, x_padding="a" * 20_000))
        assert (await connection.answer()).status_code == 200
    async with connected(api.url) as connection:
        with contextlib.suppress(ConnectionError):
            await connection.send(head("GET", "/api/v1/me", authorization=token, x_padding="a" * 1_000_000))
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            assert (await connection.answer()).status_code == 431
    assert (await api_alice.client.get("/me")).status_code == 200


async def test_G4_a_chunked_body_ends_at_the_limit(api: ApiProcess, api_alice: ApiUser) -> None:
    """It announces no length, so only what has come can be counted."""
    headers = {
        "authorization": f"Bearer {api_alice.account.token}",
        "content_type": "multipart/form-data; boundary=b",
        "transfer_encoding": "chunked",
    }
    opening = b'--b\r\ncontent-disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
    piece = b"\0" * 1_000_000
    async with connected(api.url) as connection:
        await connection.send(head("POST", "/api/v1/uploads", **headers))
        await connection.send(b"%x\r\n%b\r\n" % (len(opening), opening))
        answering = asyncio.create_task(connection.answer())
        sent = 0
        with contextlib.suppress(ConnectionError):
            while not answering.done() and sent < 4 * LIMITS.upload_bytes:
                await connection.send(b"%x\r\n%b\r\n" % (len(piece), piece))
                sent += len(piece)
        assert_refused(await answering, TransportCode.BODY_TOO_LARGE)
    assert sent < 3 * LIMITS.upload_bytes


async def test_G4_ten_thousand_parts_are_refused(api: ApiProcess, api_alice: ApiUser) -> None:
    part = b'--b\r\ncontent-disposition: form-data; name="file"; filename="a.jpg"\r\n\r\nx\r\n'
    answer = await api_alice.client.post(
        "/uploads", content=part * 10_000 + b"--b--\r\n", headers={"Content-Type": "multipart/form-data; boundary=b"}
    )
    assert_refused(answer, TransportCode.MALFORMED_REQUEST)
    assert (await api_alice.client.get("/me")).status_code == 200


async def test_G4_a_claimed_address_is_not_counted_for(alone: ApiProcess) -> None:
    """Nobody stands in front of this API, so X-Forwarded-For is anybody's claim."""
    async with alone.client() as anonymous:
        for number in range(READS_PER_MINUTE.amount):
            claim = {"X-Forwarded-For": f"10.0.{number // 250}.{number % 250}", "Forwarded": f"for=10.1.1.{number}"}
            answer = await anonymous.get("/config", headers=claim)
            if answer.status_code == 429:
                break
        else:
            answer = await anonymous.get("/config", headers={"X-Forwarded-For": "192.0.2.1"})
    assert_refused(answer, ErrorCode.RATE_LIMITED)
    assert 1 <= int(answer.headers["retry-after"]) <= 60


async def test_G6_a_flood_of_refused_tokens_is_held_by_its_sender(alone: ApiProcess, alone_alice: ApiUser) -> None:
    async with alone.client() as anonymous:
        forged = {"Authorization": f"Bearer {alone_alice.account.token}x"}
        answers = [await anonymous.get("/me", headers=forged) for _ in range(REFUSED_TOKENS_PER_MINUTE.amount)]
        for answer in answers:
            assert_refused(answer, TransportCode.NOT_AUTHENTICATED)
        held = await anonymous.get("/me", headers=forged)
    assert_refused(held, ErrorCode.RATE_LIMITED)
    assert 1 <= int(held.headers["retry-after"]) <= 60
    # Who shows a good token from the same address is served.
    assert (await alone_alice.client.get("/me")).status_code == 200


async def test_G4_a_flood_of_reports_is_held_by_its_sender(alone: ApiProcess) -> None:
    report = {"share_token": "A" * 43, "reason": "other"}
    async with alone.client() as anonymous:
        answers = [await anonymous.post("/reports", json=report) for _ in range(REPORTS_PER_HOUR.amount + 1)]
    for answer in answers[:-1]:
        assert_refused(answer, ErrorCode.SHARE_NOT_FOUND)
    assert_refused(answers[-1], ErrorCode.RATE_LIMITED)
    assert 60 < int(answers[-1].headers["retry-after"]) <= 3600


async def test_G4_a_fresh_token_is_the_same_person(alone: ApiProcess, alone_alice: ApiUser) -> None:
    missing = "/renders/00000000-0000-4000-8000-000000000000/favorite"
    for _ in range(WRITES_PER_MINUTE.amount):
        await alone_alice.client.delete(missing)
    async with alone.supabase.client() as auth:
        body = {"email": alone_alice.account.email, "password": PASSWORD}
        session = (await auth.post("/auth/v1/token?grant_type=password", json=body)).raise_for_status().json()
    assert session["access_token"] != alone_alice.account.token
    fresh = {"Authorization": f"Bearer {session['access_token']}"}
    assert_refused(await alone_alice.client.delete(missing, headers=fresh), ErrorCode.RATE_LIMITED)
    async with signed_in(alone, "bob") as bob:
        assert_refused(await bob.client.delete(missing), ErrorCode.RENDER_NOT_FOUND)


async def test_G4_the_host_of_a_request_is_no_address_of_ours(api: ApiProcess, api_alice: ApiUser) -> None:
    """The provider is told the public URL of the settings, whatever a client says."""
    api.replicate.clear_faults()
    known = prediction_ids(api.replicate)
    spoofed = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    api_alice.client.headers.update(spoofed)
    accepted = await submit(api_alice.client)
    assert accepted.status_code == 202
    assert "evil.example" not in accepted.text + str(accepted.headers)
    assert (await until_ended(api_alice.client, accepted.json()["data"]["id"]))["status"] == "succeeded"
    (run,) = prediction_ids(api.replicate) - known
    told = {httpx.URL(delivery["url"]).copy_with(query=None) for delivery in api.replicate.deliveries(run)}
    assert told == {f"{api.url}/api/v1/webhooks/replicate"}
