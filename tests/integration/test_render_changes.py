"""Renders looked at, changed, trashed, restored and deleted, with the files that follow them."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from libs.errors import ErrorCode
from local.database.orphans import orphans
from tests.support.clients.api_client import Person, opened, refused, signed_in
from tests.support.factories import Draft, add_renders
from tests.support.processes.api import Product
from tests.support.waiting import SECONDS

FILE = b"RIFF\x00\x00\x00\x00WEBP"


@pytest.fixture
async def alice(product: Product) -> AsyncIterator[Person]:
    async with signed_in(product, "alice") as person:
        yield person


@pytest.fixture
async def bob(product: Product) -> AsyncIterator[Person]:
    async with signed_in(product, "bob") as person:
        yield person


async def listed(person: Person, **parameters: Any) -> list[str]:
    answer = await person.api.get("/renders", params={"limit": 100, **parameters})
    return [card["id"] for card in answer.raise_for_status().json()["data"]]


async def bulk(person: Person, action: str, collection_id: str | None = None, **selection: Any) -> httpx.Response:
    body: dict[str, Any] = {"action": action, "selection": selection}
    return await person.api.post(
        "/renders/bulk", json=body | ({"collection_id": collection_id} if collection_id else {})
    )


def seeded(product: Product, person: Person, *drafts: Draft) -> list[str]:
    with product.stack.connect() as connection:
        return [str(render) for render in add_renders(connection, person.user.id, drafts)]


def files_of(product: Product, person: Person) -> list[str]:
    with product.stack.connect() as connection:
        query = "select name from storage.objects where starts_with(name, %s) order by name"
        return [name for (name,) in connection.execute(query, [f"{person.user.id}/"])]


def derive(product: Product, render: str, source: str) -> None:
    """Make a render one that was made from another."""
    with product.stack.connect() as connection:
        query = """
            update renders set source_variant_id = variant.id, input_path = 'renders/' || variant.path
            from render_variants as variant where variant.render_id = %s and renders.id = %s
        """
        connection.execute(query, [source, render])


def store_files(product: Product, *renders: str) -> None:
    """Store what these renders name."""
    with product.stack.connect() as connection:
        query = """
            select unnest(array[path, thumbnail_path]) from render_variants where render_id = any (%s::uuid[])
        """
        names = [name for (name,) in connection.execute(query, [list(renders)])]
    key = product.stack.gateway.secret_key
    headers = {"apikey": key, "Authorization": f"Bearer {key}", "Content-Type": "image/webp"}
    for name in names:
        url = f"{product.stack.url}/storage/v1/object/renders/{name}"
        httpx.post(url, content=FILE, headers=headers, timeout=60).raise_for_status()


async def files_left(product: Product, person: Person, count: int) -> list[str]:
    """Their files, once there are that many: what is deleted goes behind the answer."""
    async with asyncio.timeout(SECONDS):
        while len(files := files_of(product, person)) != count:  # noqa: ASYNC110 - another process's
            await asyncio.sleep(0.05)
    return files


def reconcile(product: Product) -> None:
    """What runs every few minutes beside the API."""
    subprocess.run(
        [sys.executable, "-m", "api.reconcile"], env=product.environment(), check=True, capture_output=True, timeout=60
    )


async def test_a_render_is_shown_with_everything_about_it(product: Product, alice: Person, bob: Person) -> None:
    generation = await alice.generation(settings={"style": "poster"}, seed=77)
    render_id = generation["render"]["id"]
    variant = generation["render"]["variants"][0]
    child = await alice.generation(preset_id="golden-dusk", input={"kind": "variant", "variant_id": variant["id"]})

    render = (await alice.api.get(f"/renders/{render_id}")).raise_for_status().json()["data"]

    assert (render["prompt"], render["seed"], render["settings"]["style"]) == ("A lighthouse at dusk", 77, "poster")
    assert (render["model"], render["credits"], render["purged_at"]) == ("recraft-ai/recraft-v3", 3, None)
    assert [(one["width"], one["height"]) for one in render["variants"]] == [(variant["width"], variant["height"])]
    assert (await opened(render["variants"][0]["url"])).content[8:12] == b"WEBP"
    assert [made["render_id"] for made in render["made_from_it"]] == [child["render"]["id"]]
    source = (await alice.api.get(f"/renders/{child['render']['id']}")).json()["data"]["source"]
    assert (source["render_id"], source["cover"]["variant_id"]) == (render_id, variant["id"])
    # A stranger's answer is that of an id that never was; none of the URLs above leads into another folder.
    refused(await bob.api.get(f"/renders/{render_id}"), ErrorCode.RENDER_NOT_FOUND)
    refused(await bob.api.get(f"/renders/{uuid4()}"), ErrorCode.RENDER_NOT_FOUND)
    assert f"/renders/{alice.user.id}/" in render["variants"][0]["url"]


async def test_a_render_says_that_the_picture_it_was_made_from_is_gone(product: Product, alice: Person) -> None:
    source, child = seeded(product, alice, Draft(), Draft())
    derive(product, child, source)

    async def shown(render: str) -> tuple[bool, bool]:
        detail = (await alice.api.get(f"/renders/{render}")).raise_for_status().json()["data"]
        return detail["source"] is not None, detail["source_is_gone"]

    assert (await shown(source), await shown(child)) == ((False, False), (True, False))
    await bulk(alice, "trash", ids=[source])
    assert await shown(child) == (True, False)
    await bulk(alice, "delete", ids=[source])
    assert await shown(child) == (False, True)


async def test_favorites_are_idempotent_and_ones_own(product: Product, alice: Person, bob: Person) -> None:
    (render,) = seeded(product, alice, Draft())
    for _ in range(2):
        assert (await alice.api.put(f"/renders/{render}/favorite")).status_code == 204
    assert await listed(alice, favorite=True) == [render]
    refused(await bob.api.put(f"/renders/{render}/favorite"), ErrorCode.RENDER_NOT_FOUND)
    refused(await bob.api.delete(f"/renders/{render}/favorite"), ErrorCode.RENDER_NOT_FOUND)
    assert await listed(bob, favorite=True) == []
    for _ in range(2):
        assert (await alice.api.delete(f"/renders/{render}/favorite")).status_code == 204
    assert await listed(alice, favorite=True) == []


async def test_what_is_in_the_trash_is_collected_nowhere(product: Product, alice: Person) -> None:
    (render,) = seeded(product, alice, Draft())
    made = (await alice.api.post("/collections", json={"name": "Ideas"})).json()["data"]["id"]
    (await alice.api.delete(f"/renders/{render}")).raise_for_status()
    refused(await alice.api.put(f"/renders/{render}/favorite"), ErrorCode.RENDER_NOT_FOUND)
    refused(await alice.api.delete(f"/renders/{render}/favorite"), ErrorCode.RENDER_NOT_FOUND)
    refused(await alice.api.put(f"/collections/{made}/items/{render}"), ErrorCode.RENDER_NOT_FOUND)
    async with product.stack.client(alice.user.token) as direct:
        item = {"collection_id": made, "render_id": render}
        answer = await direct.post("/rest/v1/collection_items", json=item)
        assert (answer.status_code, answer.json()["code"]) == (403, "42501")
        (await bulk(alice, "restore", ids=[render])).raise_for_status()
        assert await listed(alice, favorite=True) == await listed(alice, collection_id=made) == []
        assert (await direct.post("/rest/v1/collection_items", json=item)).status_code == 201


async def test_an_undo_takes_out_of_my_favorites_what_the_change_put_in(product: Product, alice: Person) -> None:
    before, *others = seeded(product, alice, *(Draft() for _ in range(4)))
    (await alice.api.put(f"/renders/{before}/favorite")).raise_for_status()

    change = (await bulk(alice, "collect", matching={})).json()["data"]
    assert change["changed"] == len(others)
    assert (await bulk(alice, "uncollect", changed_at=change["at"])).json()["data"]["changed"] == len(others)

    assert await listed(alice, favorite=True) == [before]


async def test_a_title_and_a_cover_change(product: Product, alice: Person, bob: Person) -> None:
    first, second = seeded(product, alice, Draft(variants=2), Draft())
    variants = (await alice.api.get(f"/renders/{first}")).json()["data"]["variants"]
    foreign = (await alice.api.get(f"/renders/{second}")).json()["data"]["variants"][0]

    change = {"title": "  Two\nlines\u202e ", "cover_variant_id": variants[1]["id"]}
    changed = (await alice.api.patch(f"/renders/{first}", json=change)).raise_for_status().json()["data"]

    assert (changed["title"], changed["cover_variant_id"]) == ("Two lines", variants[1]["id"])
    cards = (await alice.api.get("/renders", params={"text": "two lines"})).json()["data"]
    assert [card["cover"]["variant_id"] for card in cards] == [variants[1]["id"]]
    refused(
        await alice.api.patch(f"/renders/{first}", json={"cover_variant_id": foreign["id"]}),
        ErrorCode.VARIANT_NOT_FOUND,
    )
    refused(await bob.api.patch(f"/renders/{first}", json={"title": "Mine"}), ErrorCode.RENDER_NOT_FOUND)
    for bad in ({}, {"title": ""}, {"title": " \u200b "}, {"title": "x" * 121}, {"owner_id": bob.user.id}):
        refused(await alice.api.patch(f"/renders/{first}", json=bad), ErrorCode.VALIDATION_FAILED)


async def test_the_trash_keeps_and_gives_back(product: Product, alice: Person, bob: Person) -> None:
    first, second = seeded(product, alice, Draft(), Draft())
    await bulk(alice, "collect", ids=[first])

    change = (await alice.api.delete(f"/renders/{first}")).raise_for_status().json()["data"]

    assert change["changed"] == 1
    assert (await alice.api.delete(f"/renders/{first}")).json()["data"]["changed"] == 0
    refused(await bob.api.delete(f"/renders/{second}"), ErrorCode.RENDER_NOT_FOUND)
    assert (await listed(alice), await listed(alice, favorite=True)) == ([second], [])
    (trashed,) = (await alice.api.get("/renders", params={"trashed": True, "sort": "deleted"})).json()["data"]
    kept = datetime.fromisoformat(trashed["purged_at"]) - datetime.now(UTC)
    assert timedelta(days=29, hours=23) < kept <= timedelta(days=30)
    # The undo names what that change moved and nothing else.
    (await alice.api.delete(f"/renders/{second}")).raise_for_status()
    assert (await bulk(alice, "restore", changed_at=change["at"])).json()["data"]["changed"] == 1
    assert (await listed(alice), await listed(alice, favorite=True)) == ([first], [first])


async def test_all_that_match_change_together(product: Product, alice: Person, bob: Person) -> None:
    oaks = seeded(product, alice, *(Draft(title=f"Oak {number}") for number in range(30)))
    (glass,) = seeded(product, alice, Draft(title="Glass", prompt="Glass"))
    others = seeded(product, bob, Draft(title="Oak of another"))
    made = (await alice.api.post("/collections", json={"name": "Wood"})).json()["data"]["id"]

    collected = (await bulk(alice, "collect", made, matching={"text": "oak"})).json()["data"]
    assert collected["changed"] == 30
    assert sorted(await listed(alice, collection_id=made)) == sorted(oaks)
    assert (await bulk(alice, "collect", made, ids=[glass])).json()["data"]["changed"] == 1
    assert (await bulk(alice, "uncollect", made, changed_at=collected["at"])).json()["data"]["changed"] == 30
    assert await listed(alice, collection_id=made) == [glass]

    trashed = (await bulk(alice, "trash", matching={"text": "oak"})).json()["data"]
    assert (trashed["changed"], await listed(alice), await listed(bob)) == (30, [glass], others)
    assert (await bulk(alice, "restore", changed_at=trashed["at"])).json()["data"]["changed"] == 30
    # Naming what belongs to others names nothing.
    assert (await bulk(alice, "trash", ids=others)).json()["data"]["changed"] == 0
    refused(await bulk(bob, "collect", made, ids=others), ErrorCode.COLLECTION_NOT_FOUND)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"action": "trash", "selection": {}},
        {"action": "trash", "selection": {"ids": []}},
        {"action": "trash", "selection": {"ids": ["x"]}},
        {"action": "trash", "selection": {"ids": [str(uuid4())] * 501}},
        {"action": "trash", "selection": {"ids": [str(uuid4())], "matching": {}}},
        {"action": "trash", "selection": {"matching": {"trashed": True}}},
        {"action": "trash", "selection": {"changed_at": "2026-11-01T00:00:00Z"}},
        {"action": "restore", "selection": {"changed_at": "2026-11-01T00:00:00"}},
        {"action": "burn", "selection": {"matching": {}}},
    ],
)
async def test_bad_bulk_changes_are_refused(alice: Person, body: dict[str, Any]) -> None:
    refused(await alice.api.post("/renders/bulk", json=body), ErrorCode.VALIDATION_FAILED)


async def test_deleting_for_ever_takes_the_files_along(product: Product, alice: Person) -> None:
    generation = await alice.generation()
    render = generation["render"]["id"]
    kept = await alice.generation()
    url = generation["render"]["variants"][0]["url"]
    assert len(files_of(product, alice)) == 4

    # Only the trash can be emptied.
    assert (await bulk(alice, "delete", ids=[render])).json()["data"]["changed"] == 0
    (await alice.api.delete(f"/renders/{render}")).raise_for_status()
    assert (await bulk(alice, "delete", matching={})).json()["data"]["changed"] == 1

    refused(await alice.api.get(f"/renders/{render}"), ErrorCode.RENDER_NOT_FOUND)
    left = {one["url"].partition("/renders/")[2].partition("?")[0] for one in kept["render"]["variants"]}
    assert {name for name in await files_left(product, alice, 2) if ".thumb." not in name} == left
    # B4: the URL that was handed out before is dead with its file.
    assert not (await opened(url)).is_success
    # The debit stays: what was made was paid for.
    usage = (await alice.api.get("/usage")).json()["data"]
    assert usage["used"] == generation["credits"] + kept["credits"]
    # The job's history stays too, without pictures.
    assert (await alice.api.get(f"/generations/{generation['id']}")).json()["data"]["render"] is None


async def test_a_large_trash_is_emptied_in_steps(product: Product, alice: Person) -> None:
    seeded(
        product, alice, *(Draft(title=f"Oak {number}") for number in range(1100)), Draft(title="Glass", prompt="Glass")
    )
    assert (await bulk(alice, "trash", matching={"text": "oak"})).json()["data"]["changed"] == 1100
    async with product.stack.client(alice.user.token) as direct:
        step = await direct.post("/rest/v1/rpc/delete_trashed_renders", json={"filter": {}})
        assert step.json() == 500
    assert (await bulk(alice, "delete", matching={})).json()["data"]["changed"] == 600
    assert (await listed(alice, trashed=True), len(await listed(alice))) == ([], 1)


async def test_no_filter_leads_out_of_the_trash(product: Product, alice: Person) -> None:
    """Direct: where it would be an empty one, or none."""
    (render,) = seeded(product, alice, Draft())
    async with product.stack.client(alice.user.token) as direct:
        meanings: list[Any] = [None, [], [{}], "x", 1, {"trashed": False}]
        for meant in meanings:
            await direct.post("/rest/v1/rpc/delete_trashed_renders", json={"filter": meant})
    assert await listed(alice) == [render]


async def test_one_variant_can_go_and_the_last_stays(product: Product, alice: Person, bob: Person) -> None:
    (render,) = seeded(product, alice, Draft(variants=2))
    store_files(product, render)
    first, second = (await alice.api.get(f"/renders/{render}")).json()["data"]["variants"]

    refused(await bob.api.delete(f"/renders/variants/{first['id']}"), ErrorCode.VARIANT_NOT_FOUND)
    assert (await alice.api.delete(f"/renders/variants/{first['id']}")).status_code == 204

    shown = (await alice.api.get(f"/renders/{render}")).json()["data"]
    assert ([one["id"] for one in shown["variants"]], shown["cover_variant_id"]) == ([second["id"]], second["id"])
    await files_left(product, alice, 2)
    refused(await alice.api.delete(f"/renders/variants/{second['id']}"), ErrorCode.LAST_VARIANT)
    refused(await alice.api.delete(f"/renders/variants/{first['id']}"), ErrorCode.VARIANT_NOT_FOUND)


async def test_the_trash_is_purged_after_its_days(product: Product, alice: Person) -> None:
    due, fresh = (await alice.generation())["render"]["id"], (await alice.generation())["render"]["id"]
    await bulk(alice, "trash", ids=[due, fresh])
    with product.stack.connect() as connection:
        # The trigger that keeps the moment honest is off for this one statement.
        connection.execute("set session_replication_role = replica")
        connection.execute("update renders set deleted_at = now() - interval '30 days' where id = %s", [due])
        connection.execute("set session_replication_role = origin")

    reconcile(product)

    assert await listed(alice, trashed=True) == [fresh]
    assert len(files_of(product, alice)) == 2


async def test_nobody_moves_the_moment_of_the_trash(product: Product, alice: Person) -> None:
    """Direct: PostgREST with the owner's JWT. The database's clock decides."""
    (render,) = seeded(product, alice, Draft())
    async with product.stack.client(alice.user.token) as direct:
        for forged in ("1999-01-01T00:00:00Z", "2999-01-01T00:00:00Z"):
            answer = await direct.patch(f"/rest/v1/renders?id=eq.{render}", json={"deleted_at": forged})
            assert answer.is_success, answer.text
            with product.stack.connect() as connection:
                query = "select abs(extract(epoch from now() - deleted_at)) < 60 from renders where id = %s"
                assert connection.execute(query, [render]).fetchone() == (True,)


async def test_a_deleted_account_leaves_no_file(product: Product, bob: Person) -> None:
    await bob.generation()
    assert files_of(product, bob)
    with product.stack.connect() as connection:
        connection.execute("delete from auth.users where id = %s", [bob.user.id])
    reconcile(product)
    assert files_of(product, bob) == []


async def test_orphans_are_found_both_ways(product: Product, alice: Person) -> None:
    generation = await alice.generation()
    (row,) = seeded(product, alice, Draft())
    with product.stack.connect() as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("delete from render_variants where render_id = %s", [generation["render"]["id"]])
        connection.execute("set session_replication_role = origin")
        found = {sentence for sentence in orphans(connection) if alice.user.id in sentence}
    folder = f"renders/{alice.user.id}"
    assert found == {
        f"{folder}/{generation['id']}/0.webp is a file that no row names",
        f"{folder}/{generation['id']}/0.thumb.webp is a file that no row names",
        f"{folder}/{row}/0.webp is named by a variant, but there is no such file",
        f"{folder}/{row}/0.thumb.webp is named by a variant, but there is no such file",
    }
