"""G2: JSON that decoders, Postgres or Python choke on is refused on every route that takes a body: never a 500."""

import copy
import time
from collections.abc import Iterator
from typing import Any, cast
from uuid import uuid4

import httpx
import msgspec
import pytest

from api.errors import TransportCode
from libs.errors import ErrorCode
from local.stripe.events import signature
from tests.support.checks.openapi import Document, Operation
from tests.support.checks.snapshot import snapshot
from tests.support.clients.api_user import ApiUser, assert_refused, code_of
from tests.support.factories import Draft, add_renders
from tests.support.predictions import deliver
from tests.support.processes.api import TEXT_PRESET, ApiProcess

OPERATIONS = {
    operation.id: operation
    for operation in Document.checked_in().operations()
    if "application/json" in operation.content
}

# What each route takes, so that the poison is the only thing wrong.
BODIES: dict[str, dict[str, Any]] = {
    "submitGeneration": TEXT_PRESET | {"settings": {"style": "poster"}, "collection_id": None, "seed": 5},
    "changeRender": {"title": "A title"},
    "changeRenders": {
        "action": "collect",
        "selection": {
            "matching": {"text": "oak", "preset": ["graphic-poster"], "created_from": "2026-01-01T00:00:00Z"}
        },
        "collection_id": str(uuid4()),
    },
    "addCollection": {"name": "Ideas"},
    "changeCollection": {"name": "Ideas", "cover_render_id": str(uuid4())},
    "placeCollectionItem": {"behind": str(uuid4())},
    "addShare": {"render_id": str(uuid4()), "include_settings": True, "expires_at": "2999-01-01T00:00:00Z"},
    "addReport": {"share_token": "A" * 43, "reason": "other", "message": "Look"},
    "startCheckout": {"plan_id": "pro", "interval": "month"},
}

REFUSALS = {TransportCode.MALFORMED_REQUEST, ErrorCode.VALIDATION_FAILED}

# Written where a value of the body stands.
POISONS = {
    "NUL": b'"a\\u0000b"',
    "NUL alone": b'"\\u0000"',
    "lone high surrogate": b'"a\\ud800b"',
    "lone low surrogate": b'"\\udc00"',
    "reversed surrogates": b'"\\udc00\\ud800"',
    "infinity": b"1e999",
    "minus infinity": b"-1e999",
    "not a number": b"NaN",
    "digits": b"9" * 5000,
    "nested lists": b"[" * 20_000 + b"]" * 20_000,
    "nested objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
}


NONSENSE = (b"[" * 100_000 + b"]" * 100_000, b"{", b"null", b'{"id": 1e999}', b'{"id": "\\ud800"}')


class Place(msgspec.Struct, frozen=True):
    """One person's own things for the ids in an address."""

    ids: dict[str, str]

    def of(self, operation: Operation) -> str:
        return operation.path.format(**self.ids)


@pytest.fixture
async def place(api: ApiProcess, api_alice: ApiUser) -> Place:
    with api.supabase.connect() as connection:
        (render,) = add_renders(connection, api_alice.id, [Draft()])
    (favorites,) = (await api_alice.client.get("/collections")).json()["data"]
    return Place({"render_id": str(render), "collection_id": favorites["id"]})


async def send(person: ApiUser, operation: Operation, place: Place, body: bytes) -> httpx.Response:
    headers = {"Content-Type": "application/json", "Idempotency-Key": uuid4().hex}
    address = place.of(operation).removeprefix("/api/v1")
    return await person.client.request(operation.method, address, content=body, headers=headers)


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where the values of a body stand, all but the lists and objects around them."""
    if isinstance(value, dict):
        inside = list(cast("dict[str, Any]", value).items())
    elif isinstance(value, list):
        inside = list(enumerate(cast("list[Any]", value)))
    else:
        yield path
        return
    for name, item in inside:
        yield from leaves(item, (*path, name))


def poisoned(body: dict[str, Any], path: tuple[str | int, ...], poison: bytes) -> bytes:
    changed = copy.deepcopy(body)
    around: Any = changed
    for name in path[:-1]:
        around = around[name]
    around[path[-1]] = msgspec.Raw(poison)
    return msgspec.json.encode(changed)


def test_G2_every_route_with_a_body_is_attacked() -> None:
    assert OPERATIONS.keys() == BODIES.keys()


@pytest.mark.parametrize(
    ("operation_id", "path"),
    [
        pytest.param(operation_id, path, id=f"{operation_id} {'.'.join(map(str, path))}")
        for operation_id, body in BODIES.items()
        for path in leaves(body)
    ],
)
async def test_G2_poison_in_any_value_is_refused(
    operation_id: str, path: tuple[str | int, ...], api: ApiProcess, api_alice: ApiUser, place: Place
) -> None:
    before = snapshot(api.supabase, api_alice.id)
    for name, poison in POISONS.items():
        answer = await send(api_alice, OPERATIONS[operation_id], place, poisoned(BODIES[operation_id], path, poison))
        assert answer.json()["error"]["code"] in REFUSALS, f"{name}: {answer.text}"
        assert_refused(answer, code_of(answer))
    assert snapshot(api.supabase, api_alice.id) == before


@pytest.mark.parametrize("operation_id", OPERATIONS)
async def test_G2_a_body_that_is_too_deep_is_refused(operation_id: str, api_alice: ApiUser, place: Place) -> None:
    operation = OPERATIONS[operation_id]
    for body in (b"[" * 65_000, b"[" * 32_000 + b"]" * 32_000, b'{"a":' * 10_000 + b"1" + b"}" * 10_000):
        assert_refused(await send(api_alice, operation, place, body), TransportCode.MALFORMED_REQUEST)
    assert_refused(
        await send(api_alice, operation, place, b"[" * 100_000 + b"]" * 100_000), TransportCode.BODY_TOO_LARGE
    )


async def test_G2_of_two_values_under_one_name_the_last_counts(api_alice: ApiUser) -> None:
    """What was checked is what is stored: nobody reads the first."""
    body = b'{"name": "\\u0000", "name": "Ideas"}'
    answer = await api_alice.client.post("/collections", content=body, headers={"Content-Type": "application/json"})
    assert answer.json()["data"]["name"] == "Ideas"
    swapped = b'{"name": "Ideas", "name": "\\u0000"}'
    answer = await api_alice.client.post("/collections", content=swapped, headers={"Content-Type": "application/json"})
    assert_refused(answer, ErrorCode.VALIDATION_FAILED)


@pytest.mark.parametrize("operation_id", OPERATIONS)
async def test_G2_a_good_body_is_read(operation_id: str, api_alice: ApiUser, place: Place, api: ApiProcess) -> None:
    """The control: without poison no value is what is wrong."""
    api.replicate.fault(on="run", kind="stall")
    answer = await send(api_alice, OPERATIONS[operation_id], place, msgspec.json.encode(BODIES[operation_id]))
    api.replicate.clear_faults()
    assert answer.status_code in {201, 202, 200} or answer.json()["error"]["code"] in {
        ErrorCode.RENDER_NOT_FOUND,
        ErrorCode.SHARE_NOT_FOUND,
        ErrorCode.COLLECTION_NOT_FOUND,
        ErrorCode.FAVORITES_FIXED,
        ErrorCode.BILLING_UNAVAILABLE,
    }


async def test_G2_signed_nonsense_of_a_provider_is_refused(api: ApiProcess) -> None:
    for body in NONSENSE:
        assert_refused(await deliver(api, str(uuid4()), body), TransportCode.MALFORMED_REQUEST)
    secret = api.environment()["STRIPE_WEBHOOK_SECRET"]
    async with api.client() as stripe:
        for body in NONSENSE:
            stamped = signature(secret, body, int(time.time()))
            headers = {"Content-Type": "application/json", "Stripe-Signature": stamped}
            answer = await stripe.post("/webhooks/stripe", content=body, headers=headers)
            # Stripe's SDK reads a body before it compares signatures: what is no event counts as forged.
            nested = body.startswith(b"[")
            assert_refused(answer, TransportCode.MALFORMED_REQUEST if nested else TransportCode.NOT_AUTHENTICATED)


@pytest.mark.parametrize("field", ["access_token", "render_ids", "collection_id", "recipe"])
@pytest.mark.parametrize("poison", ["%00", "%ff%fe", "%ed%a0%80", "%", "&" * 20_000, "9" * 50_000])
async def test_G2_a_poisoned_form_is_refused(field: str, poison: str, api: ApiProcess, api_alice: ApiUser) -> None:
    good = {"access_token": api_alice.account.token, "render_ids": str(uuid4())}
    form = "&".join(f"{name}={value}" for name, value in (good | {field: poison}).items())
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    async with api.client() as browser:
        answer = await browser.post("/downloads/archive", content=form, headers=headers)
        assert_refused(answer, code_of(answer))
        assert answer.status_code < 500
