"""A12: rows that people make by direct calls are bounded by Postgres, also when they are made all at once. A list gives
no more than a page, whatever it is asked for."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from libs.app_config.runtime import LIMITS
from tests.security.conftest import named_rows
from tests.support.clients.api_rpc import ApiRpc
from tests.support.clients.database_user import DatabaseUser, Row
from tests.support.clients.superuser import Superuser
from tests.support.processes.supabase_stack import SupabaseStack

FEW = 4


@pytest.fixture
def few_items(supabase: SupabaseStack) -> Iterator[int]:
    """A bound of items that a test can reach."""
    with named_rows(supabase) as connection:
        connection.execute("update private.row_bounds set max_rows = %s where id = 'collection_items'", (FEW,))
        yield FEW
        connection.execute(
            "update private.row_bounds set max_rows = %s where id = 'collection_items'", (LIMITS.max_collection_items,)
        )


def assert_refused(answer: httpx.Response, code: str, limit: int) -> None:
    assert (answer.status_code, answer.json()["message"]) == (409, code)
    assert answer.json()["details"] == f'{{"limit": {limit}}}'


async def add_at_once(user: DatabaseUser, table: str, rows: list[Row], requests: int) -> list[httpx.Response]:
    return await asyncio.gather(*(user.rest("POST", table, rows) for _ in range(requests)))


async def test_A12_ten_thousand_collections_at_once_stay_within_the_bound(
    alice: DatabaseUser, bob: DatabaseUser, superuser: Superuser
) -> None:
    answers = await add_at_once(alice, "collections", [{"name": f"Ideas {number}"} for number in range(300)], 34)

    refused = [answer for answer in answers if answer.status_code != 201]
    assert len(answers) - len(refused) == LIMITS.max_collections // 300
    for answer in refused:
        assert_refused(answer, "too_many_collections", LIMITS.max_collections)
    # "My Favorites" is one of them.
    assert superuser.value("select count(*) from collections where owner_id = %s", alice.id) == 901
    # Up to the bound, and for others, nothing changes.
    rest: list[Row] = [{"name": "More"}] * 99
    assert (await alice.rest("POST", "collections", rest)).status_code == 201
    assert_refused(
        await alice.rest("POST", "collections", {"name": "One more"}), "too_many_collections", LIMITS.max_collections
    )
    assert (await bob.rest("POST", "collections", {"name": "Ideas"})).status_code == 201
    (await alice.rest("DELETE", "collections?name=eq.More")).raise_for_status()
    assert (await alice.rest("POST", "collections", {"name": "One more"})).status_code == 201

    # A list of a thousand is read page by page.
    for asked, given in ((10**9, LIMITS.max_page_size + 1), (None, 2), (-5, 2), (0, 2), (20, 21)):
        answer = await alice.rpc("list_collections", {"page_size": asked})
        assert len(answer.raise_for_status().json()) == given


async def test_A12_share_links_at_once_stay_within_the_bound(
    api_rpc: ApiRpc, alice: DatabaseUser, bob: DatabaseUser, superuser: Superuser
) -> None:
    render, other = await api_rpc.render(alice), await api_rpc.render(bob)
    answers = await add_at_once(alice, "share_links", [{"render_id": render.id}] * 700, 10)

    refused = [answer for answer in answers if answer.status_code != 201]
    assert len(answers) - len(refused) == LIMITS.max_share_links // 700
    for answer in refused:
        assert_refused(answer, "too_many_share_links", LIMITS.max_share_links)
    assert superuser.value("select count(*) from share_links where owner_id = %s", alice.id) == 4900
    assert (await bob.rest("POST", "share_links", {"render_id": other.id})).status_code == 201
    for asked, given in ((10**9, LIMITS.max_page_size + 1), (None, 2), (-5, 2)):
        answer = await alice.rpc("my_share_links", {"page_size": asked})
        assert len(answer.raise_for_status().json()) == given


async def test_A12_items_stay_within_the_bound(
    api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser, few_items: int
) -> None:
    renders = [(await api_rpc.render(alice)).id for _ in range(3)]
    (collection,) = (await alice.rest("POST", "collections", {"name": "Ideas"}, prefer="return=representation")).json()
    assert (await alice.rpc("change_renders", {"filter": {}, "action": "collect"})).json()["changed"] == 3

    rows: list[Row] = [{"collection_id": collection["id"], "render_id": render} for render in renders]
    code = "too_many_collection_items"
    assert_refused(await alice.rest("POST", "collection_items", rows), code, few_items)
    collect: Row = {"filter": {}, "action": "collect", "collection": collection["id"]}
    assert_refused(await alice.rpc("change_renders", collect), code, few_items)
    singly = await asyncio.gather(*(alice.rest("POST", "collection_items", row) for row in rows))
    assert sorted(answer.status_code for answer in singly) == [201, 409, 409]
    assert superuser.value("select count(*) from collection_items where owner_id = %s", alice.id) == few_items
    # What is there already takes no room.
    assert (await alice.rpc("change_renders", {"filter": {}, "action": "collect"})).json()["changed"] == 0

    # A paid picture is kept, and lands where its owner wanted it.
    kept = await api_rpc.render(alice, collection_id=collection["id"])
    assert superuser.rows("select from collection_items where render_id = %s", kept.id)


async def test_A12_every_list_gives_a_page_at_most(
    api_rpc: ApiRpc, alice: DatabaseUser, anonymous: DatabaseUser
) -> None:
    for _ in range(3):
        await api_rpc.render(alice)
    for asked, given in ((10**9, 3), (None, 2), (-5, 2), (1, 2), (100, 3)):
        for filtered in ({}, {"text": "room"}):
            arguments = {"filter": filtered, "sort": "newest", "page_size": asked}
            answer = await alice.rpc("list_renders", arguments)
            assert len(answer.raise_for_status().json()) == given
    for asked in (10**9, None, -5):
        assert (await anonymous.rpc("list_community", {"page_size": asked})).status_code == 200


def test_A12_a_page_has_the_size_that_the_api_allows(superuser: Superuser) -> None:
    assert superuser.value("select private.page_rows(1000000000)") == LIMITS.max_page_size + 1
