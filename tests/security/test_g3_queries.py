"""G3: what stands in an address is a value and never a piece of a query."""

import base64
from uuid import UUID, uuid4

import httpx
import pytest

from api.errors import TransportCode
from libs.errors import ErrorCode
from tests.support.checks.openapi import Document, Operation
from tests.support.checks.snapshot import snapshot
from tests.support.clients.api_user import ApiUser, assert_refused, code_of
from tests.support.factories import Draft, add_renders
from tests.support.processes.api import ApiProcess

OPERATIONS = [operation for operation in Document.checked_in().operations() if "/webhooks/" not in operation.path]
READS = [operation for operation in OPERATIONS if operation.method == "get" and operation.query]
LISTS = [operation for operation in READS if "cursor" in operation.query]
BY_ID = [operation for operation in OPERATIONS if "{" in operation.path]
# Public ones read a name, not an id: another spelling is a name too, of something that is not there.
BY_NAME = {
    "getCommunitySet": ErrorCode.COMMUNITY_SET_NOT_FOUND,
    "getShared": ErrorCode.SHARE_NOT_FOUND,
}

# As they stand in the address, percent-encoded where a client must.
VALUES = [
    *("%00", "%ff", "%ed%a0%80", "%", "", "*", "%25", "%5C", "%22", "%27", "1e9", "1e999", "-1", "NaN", "9" * 400),
    *("x%26select=%2A", "a,owner_id.neq.x)", "eq.1", "null", "or=(id.not.is.null)", "..%2F..%2Fconfig", "a" * 5000),
]
IDS = ["x&select=*", "*", "%00", "%2A", "..%2F..", "eq.1", "1%20or%20true", "a" * 3000]


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


ID = str(uuid4())
CURSORS = [
    *("x", "%00", "%C3%A4", "====", "null", encoded("[]"), encoded("{}"), encoded("[null,null]"), encoded("[" * 100)),
    encoded(f'["2026-01-01T00:00:00Z","{ID}&select=*"]'),
    encoded(f'["2026-01-01T00:00:00","{ID}"]'),
    encoded(f'["now()","{ID}"]'),
    encoded(f'[1e999,"{ID}"]'),
    encoded(f'["0000-00-00T00:00:00Z","{ID}"]'),
]
# Well formed, and at the edges of what Postgres can tell apart: times of the one kind of list, places of the other.
FAR_CURSORS = [
    encoded(f'[{key},"{ID}"]')
    for key in (
        *('"0001-01-01T00:00:00+14:00"', '"9999-12-31T23:59:59-14:00"', '"1970-01-01T00:00:00Z"'),
        *("-2147483648", "2147483647", "2147483648", "9223372036854775808", "1e308", "-1e-308"),
    )
]


async def get(person: ApiUser, target: str, method: str = "get") -> httpx.Response:
    """Send a target byte for byte: no client tidies it up."""
    return await person.client.request(method, "/", extensions={"target": target.encode()})


async def link_to(person: ApiUser, render: UUID) -> str:
    """The token of a new link to a render."""
    link = (await person.client.post("/shares", json={"render_id": str(render)})).raise_for_status().json()["data"]
    return link["url"].rpartition("/")[2]


@pytest.mark.parametrize("operation", READS, ids=lambda operation: operation.id)
async def test_G3_no_query_shows_anything_of_another(
    operation: Operation, api: ApiProcess, api_alice: ApiUser, api_bob: ApiUser
) -> None:
    with api.supabase.connect() as connection:
        (anns,) = add_renders(connection, api_alice.id, [Draft(title="Anns")])
        bens, shared = add_renders(connection, api_bob.id, [Draft(title="Bens"), Draft(title="Shared")])
        found = connection.execute("select id from render_variants where render_id = %s", (bens,)).fetchall()
    ((variant,),) = found
    # A link of Bob's opens what he shared, and nothing beside it.
    path = operation.path.format(render_id=bens, variant_id=variant, token=await link_to(api_bob, shared))
    for name in operation.query:
        for value in VALUES:
            answer = await get(api_alice, f"{path}?{name}={value}")
            assert answer.status_code < 500, f"{name}={value}: {answer.text}"
            if not answer.is_success:
                assert_refused(answer, code_of(answer))
            assert str(bens) not in answer.text
            assert str(variant) not in answer.text
            assert api_bob.id not in answer.text
    # The controls: what is Alice's own is shown, and what a link opens.
    shows = {"listRenders": anns, "getShared": shared}
    if operation.id in shows:
        assert str(shows[operation.id]) in (await get(api_alice, path)).text


async def list_path(operation: Operation, api: ApiProcess, person: ApiUser) -> str:
    """The path of a list; what a link opens is one too."""
    if "{token}" not in operation.path:
        return operation.path
    with api.supabase.connect() as connection:
        (render,) = add_renders(connection, person.id, [Draft()])
    return operation.path.format(token=await link_to(person, render))


@pytest.mark.parametrize("operation", LISTS, ids=lambda operation: operation.id)
async def test_G3_a_forged_cursor_is_refused(operation: Operation, api: ApiProcess, api_alice: ApiUser) -> None:
    path = await list_path(operation, api, api_alice)
    for cursor in CURSORS:
        assert_refused(await get(api_alice, f"{path}?cursor={cursor}"), ErrorCode.INVALID_CURSOR)
    assert_refused(await get(api_alice, f"{path}?cursor={'a' * 201}"), ErrorCode.VALIDATION_FAILED)
    for cursor in FAR_CURSORS:
        answer = await get(api_alice, f"{path}?cursor={cursor}")
        assert answer.is_success or assert_refused(answer, ErrorCode.INVALID_CURSOR) == {}


@pytest.mark.parametrize("operation", LISTS, ids=lambda operation: operation.id)
@pytest.mark.parametrize("limit", ["1000000000", "1e9", "101", "0", "-1", "all"])
async def test_G3_no_page_is_larger_than_the_largest(
    operation: Operation, limit: str, api: ApiProcess, api_alice: ApiUser
) -> None:
    path = await list_path(operation, api, api_alice)
    assert_refused(await get(api_alice, f"{path}?limit={limit}"), ErrorCode.VALIDATION_FAILED)
    assert (await get(api_alice, f"{path}?limit=100")).status_code == 200


async def test_G3_the_cursor_of_another_shows_ones_own(api: ApiProcess, api_alice: ApiUser, api_bob: ApiUser) -> None:
    with api.supabase.connect() as connection:
        add_renders(connection, api_bob.id, [Draft(), Draft()])
        anns = add_renders(connection, api_alice.id, [Draft(), Draft()])
    first = (await api_bob.client.get("/generations", params={"limit": 1})).json()
    answer = await api_alice.client.get("/generations", params={"cursor": first["meta"]["next_cursor"]})
    seen = {entry["render"]["id"] for entry in answer.raise_for_status().json()["data"]}
    assert seen <= {str(render) for render in anns}
    everything = (await api_alice.client.get("/generations")).json()["data"]
    assert {entry["render"]["id"] for entry in everything} == {str(render) for render in anns}


@pytest.mark.parametrize("operation", BY_ID, ids=lambda operation: operation.id)
async def test_G3_an_id_is_an_id(operation: Operation, api: ApiProcess, api_alice: ApiUser) -> None:
    with api.supabase.connect() as connection:
        (render,) = add_renders(connection, api_alice.id, [Draft()])
    before = snapshot(api.supabase, api_alice.id)
    names = [part.partition("}")[0] for part in operation.path.split("{")[1:]]
    for spoilt in [*IDS, f"{render}&select=*", f"{render},{uuid4()}", f"{render}%00"]:
        answer = await get(api_alice, operation.path.format(**dict.fromkeys(names, spoilt)), operation.method)
        if answer.status_code == 405:
            assert_refused(answer, TransportCode.METHOD_NOT_ALLOWED)
        # A slash, once decoded, leads to another address, which is not there either.
        elif operation.id in BY_NAME and "%2F" not in spoilt:
            assert_refused(answer, BY_NAME[operation.id])
        else:
            assert_refused(answer, ErrorCode.NOT_FOUND)
    assert snapshot(api.supabase, api_alice.id) == before
