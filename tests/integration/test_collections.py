"""Collections: made, filled, ordered, renamed and deleted."""

import random
from typing import Any
from uuid import uuid4

import pytest

from libs.errors import ErrorCode
from tests.support.clients.api_user import ApiUser, assert_refused
from tests.support.factories import Draft, add_renders
from tests.support.processes.api import ApiProcess


def seeded(api: ApiProcess, person: ApiUser, count: int) -> list[str]:
    with api.supabase.connect() as connection:
        drafts = [Draft(title=f"Render {number}") for number in range(count)]
        return [str(render) for render in add_renders(connection, person.id, drafts)]


async def made(person: ApiUser, name: str = "Ideas") -> str:
    return (await person.client.post("/collections", json={"name": name})).raise_for_status().json()["data"]["id"]


async def members(person: ApiUser, collection: str, sort: str = "manual") -> list[str]:
    parameters = {"collection_id": collection, "sort": sort, "limit": 100}
    return [
        card["id"]
        for card in (await person.client.get("/renders", params=parameters)).raise_for_status().json()["data"]
    ]


async def collections(person: ApiUser, **parameters: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        body = (await person.client.get("/collections", params={**parameters, **cursor})).raise_for_status().json()
        found += body["data"]
        if body["meta"]["next_cursor"] is None:
            return found
        cursor = {"cursor": body["meta"]["next_cursor"]}


async def test_my_favorites_is_there_first_and_stays(api: ApiProcess, alice: ApiUser, bob: ApiUser) -> None:
    await made(alice, "Later")
    favorites, later = await collections(alice)
    assert (favorites["name"], favorites["is_favorites"], later["name"]) == ("My Favorites", True, "Later")
    own = f"/collections/{favorites['id']}"
    assert_refused(await alice.client.patch(own, json={"name": "Mine"}), ErrorCode.FAVORITES_FIXED)
    assert_refused(await alice.client.delete(own), ErrorCode.FAVORITES_FIXED)
    assert_refused(await bob.client.delete(own), ErrorCode.COLLECTION_NOT_FOUND)
    # Its cover is its owner's to choose.
    (render,) = seeded(api, alice, 1)
    (await alice.client.put(f"/renders/{render}/favorite")).raise_for_status()
    chosen = await alice.client.patch(own, json={"cover_render_id": render})
    assert chosen.raise_for_status().json()["data"]["cover_render_id"] == render
    # A second one of that name is a collection like any other.
    twin = await made(alice, "My Favorites")
    assert [one["is_favorites"] for one in await collections(alice)] == [True, False, False]
    assert (await alice.client.delete(f"/collections/{twin}")).status_code == 204


async def test_a_collection_is_made_renamed_and_deleted(api: ApiProcess, alice: ApiUser, bob: ApiUser) -> None:
    (render,) = seeded(api, alice, 1)
    collection = await made(alice, "  Two\nlines ")
    own = f"/collections/{collection}"
    assert (await alice.client.get(own)).json()["data"]["name"] == "Two lines"
    assert (await alice.client.patch(own, json={"name": "Renamed"})).json()["data"]["name"] == "Renamed"
    (await alice.client.put(f"{own}/items/{render}")).raise_for_status()
    for method, body in (("GET", None), ("PATCH", {"name": "Stolen"}), ("DELETE", None)):
        assert_refused(await bob.client.request(method, own, json=body), ErrorCode.COLLECTION_NOT_FOUND)
    assert (await alice.client.delete(own)).status_code == 204
    assert_refused(await alice.client.get(own), ErrorCode.COLLECTION_NOT_FOUND)
    assert_refused(await alice.client.delete(own), ErrorCode.COLLECTION_NOT_FOUND)
    # Its renders stay.
    assert (await alice.client.get(f"/renders/{render}")).json()["data"]["collections"] == []


@pytest.mark.parametrize(
    "body", [{}, {"name": ""}, {"name": " \u200b "}, {"name": "x" * 81}, {"name": "a\x00"}, {"name": 1}]
)
async def test_bad_names_are_refused(alice: ApiUser, body: dict[str, Any]) -> None:
    assert_refused(await alice.client.post("/collections", json=body), ErrorCode.VALIDATION_FAILED)
    assert_refused(
        await alice.client.patch(f"/collections/{await made(alice)}", json=body), ErrorCode.VALIDATION_FAILED
    )


async def test_items_come_and_go_idempotently(api: ApiProcess, alice: ApiUser, bob: ApiUser) -> None:
    first, second = seeded(api, alice, 2)
    (foreign,) = seeded(api, bob, 1)
    collection = await made(alice)
    for render in (first, second, first):
        assert (await alice.client.put(f"/collections/{collection}/items/{render}")).status_code == 204
    assert await members(alice, collection) == [first, second]
    # A foreign and a random id give the same answer.
    for unknown in (foreign, str(uuid4())):
        assert_refused(await alice.client.put(f"/collections/{collection}/items/{unknown}"), ErrorCode.RENDER_NOT_FOUND)
    assert_refused(await bob.client.put(f"/collections/{collection}/items/{foreign}"), ErrorCode.COLLECTION_NOT_FOUND)
    assert_refused(await bob.client.delete(f"/collections/{collection}/items/{first}"), ErrorCode.COLLECTION_NOT_FOUND)
    for _ in range(2):
        assert (await alice.client.delete(f"/collections/{collection}/items/{first}")).status_code == 204
    assert await members(alice, collection) == [second]
    # What lies in the trash still is in it: nobody is told that it was taken out.
    (await alice.client.delete(f"/renders/{second}")).raise_for_status()
    for unknown in (second, foreign, str(uuid4())):
        assert_refused(
            await alice.client.delete(f"/collections/{collection}/items/{unknown}"), ErrorCode.RENDER_NOT_FOUND
        )


async def test_lists_count_and_cover_and_page(api: ApiProcess, alice: ApiUser) -> None:
    renders = seeded(api, alice, 5)
    collection = await made(alice, "Covered")
    for render in renders:
        await alice.client.put(f"/collections/{collection}/items/{render}")
    for number in range(25):
        await made(alice, f"Another {number}")
    found = {one["id"]: one for one in await collections(alice, limit=10, containing=renders[0])}
    assert len(found) == 27
    assert (found[collection]["count"], found[collection]["contains"]) == (5, True)
    assert [one["contains"] for one in found.values()].count(True) == 1

    chosen = (await alice.client.patch(f"/collections/{collection}", json={"cover_render_id": renders[1]})).json()[
        "data"
    ]
    assert chosen["cover_render_id"] == renders[1]
    assert_refused(
        await alice.client.patch(f"/collections/{collection}", json={"cover_render_id": str(uuid4())}),
        ErrorCode.RENDER_NOT_FOUND,
    )
    # What is in the trash is not counted; the chosen cover that leaves takes the choice along.
    await alice.client.delete(f"/renders/{renders[4]}")
    await alice.client.delete(f"/collections/{collection}/items/{renders[1]}")
    left = (await alice.client.get(f"/collections/{collection}")).json()["data"]
    assert (left["count"], left["cover_render_id"]) == (3, None)
    assert_refused(await alice.client.get("/collections", params={"cursor": "x"}), ErrorCode.INVALID_CURSOR)


async def test_a_card_shows_the_chosen_cover_and_the_latest(api: ApiProcess, alice: ApiUser) -> None:
    collection = await made(alice)
    with api.supabase.connect() as connection:
        renders = [str(one) for one in add_renders(connection, alice.id, [Draft(variants=2)] * 5)]
    for render in renders:
        await alice.client.put(f"/collections/{collection}/items/{render}")

    async def shown() -> list[tuple[int, int]]:
        """Of each cover: which render it is of, and which of its variants."""
        card = next(one for one in await collections(alice) if one["id"] == collection)
        assert (await alice.client.get(f"/collections/{collection}")).json()["data"] == card
        details = [(await alice.client.get(f"/renders/{render}")).json()["data"] for render in renders]
        of = {one["id"]: (place, one["index"]) for place, render in enumerate(details) for one in render["variants"]}
        return [of[cover["variant_id"]] for cover in card["covers"]]

    assert await shown() == [(4, 0), (3, 0), (2, 0)]
    (await alice.client.patch(f"/collections/{collection}", json={"cover_render_id": renders[0]})).raise_for_status()
    assert await shown() == [(0, 0), (4, 0), (3, 0)]
    # What is in the trash is not shown, nor lost: the choice stays.
    for render in (renders[0], renders[4]):
        (await alice.client.delete(f"/renders/{render}")).raise_for_status()
    assert await shown() == [(3, 0), (2, 0), (1, 0)]
    # A deleted picture is followed by the next one of its render.
    first = (await alice.client.get(f"/renders/{renders[3]}")).json()["data"]["cover_variant_id"]
    (await alice.client.delete(f"/renders/variants/{first}")).raise_for_status()
    assert await shown() == [(3, 1), (2, 0), (1, 0)]
    undo = {"action": "restore", "selection": {"ids": renders}}
    (await alice.client.post("/renders/bulk", json=undo)).raise_for_status()
    assert await shown() == [(0, 0), (4, 0), (3, 1)]
    # Deleted for ever, the chosen one takes the choice along.
    for step in ("trash", "delete"):
        body = {"action": step, "selection": {"ids": [renders[0]]}}
        (await alice.client.post("/renders/bulk", json=body)).raise_for_status()
    del renders[0]
    assert await shown() == [(3, 0), (2, 1), (1, 0)]
    assert (await alice.client.get(f"/collections/{collection}")).json()["data"]["cover_render_id"] is None


@pytest.mark.parametrize("seed", range(3))
async def test_no_page_misses_or_repeats_a_collection_that_stays(api: ApiProcess, alice: ApiUser, seed: int) -> None:
    """Collections come and go between pages."""
    chance = random.Random(seed)
    add = """
        insert into collections (owner_id, name, created_at) values (%s, 'One', now() - %s * interval '1 day')
        returning id
    """
    with api.supabase.connect() as connection:

        def some(count: int) -> list[str]:
            # Few times for many rows: ties are broken by the id.
            rows = [connection.execute(add, [alice.id, chance.randrange(3)]).fetchone() for _ in range(count)]
            return [str(row[0]) for row in rows if row]

        kept, fleeting = some(12), some(8)
        seen: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            answer = await alice.client.get("/collections", params={"limit": 4, **cursor})
            body = answer.raise_for_status().json()
            seen += [one["id"] for one in body["data"]]
            if body["meta"]["next_cursor"] is None:
                break
            cursor = {"cursor": body["meta"]["next_cursor"]}
            if fleeting:
                gone = fleeting.pop(chance.randrange(len(fleeting)))
                connection.execute("delete from collections where id = %s", [gone])
            some(1)
    assert sorted(one for one in seen if one in kept) == sorted(kept)
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("seed", range(3))
async def test_a_dragged_render_keeps_its_place(api: ApiProcess, alice: ApiUser, seed: int) -> None:
    """As a Python list behaves, also where the numbers between two neighbours run out."""
    chance = random.Random(seed)
    expected = seeded(api, alice, 8)
    collection = await made(alice)
    for render in expected:
        await alice.client.put(f"/collections/{collection}/items/{render}")
    # Directly: so many moves at once are more than the API lets a person make.
    async with api.supabase.client(alice.account.token) as direct:
        for step in range(70):
            # Always between the same two at first: halves run out after some fifty moves.
            moved, after = (expected[2], expected[0]) if step < 60 else chance.sample(expected, 2)
            first = step >= 60 and chance.random() < 0.2
            arguments = {"collection": collection, "render": moved, "after": None if first else after}
            answer = await direct.post("/rest/v1/rpc/move_collection_item", json=arguments)
            assert answer.is_success, answer.text
            expected.remove(moved)
            expected.insert(0 if first else expected.index(after) + 1, moved)
    assert await members(alice, collection) == expected


async def test_only_what_is_in_the_collection_moves(api: ApiProcess, alice: ApiUser, bob: ApiUser) -> None:
    first, second = seeded(api, alice, 2)
    collection = await made(alice)
    await alice.client.put(f"/collections/{collection}/items/{first}")
    place = f"/collections/{collection}/items"
    assert_refused(await alice.client.put(f"{place}/{second}/place", json={"behind": None}), ErrorCode.RENDER_NOT_FOUND)
    assert_refused(
        await alice.client.put(f"{place}/{first}/place", json={"behind": second}), ErrorCode.RENDER_NOT_FOUND
    )
    assert_refused(await alice.client.put(f"{place}/{first}/place", json={"behind": first}), ErrorCode.RENDER_NOT_FOUND)
    assert_refused(await bob.client.put(f"{place}/{first}/place", json={"behind": None}), ErrorCode.RENDER_NOT_FOUND)
    assert_refused(await alice.client.put(f"{place}/{first}/place", json={}), ErrorCode.VALIDATION_FAILED)
    assert (await alice.client.put(f"{place}/{first}/place", json={"behind": None})).status_code == 204
