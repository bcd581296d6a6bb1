"""Renders looked at, changed, trashed, restored and deleted, with the files that follow them."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from libs.errors import ErrorCode
from local.database.orphans import orphans
from tests.support.clients import http_client
from tests.support.clients.api_user import ApiUser, assert_refused, open_url
from tests.support.factories import Draft, add_renders
from tests.support.processes.api import ApiProcess
from tests.support.waiting import until

FILE = b"RIFF\x00\x00\x00\x00WEBP"


async def listed(person: ApiUser, **parameters: Any) -> list[str]:
    answer = await person.client.get("/renders", params={"limit": 100, **parameters})
    return [card["id"] for card in answer.raise_for_status().json()["data"]]


async def bulk(person: ApiUser, action: str, collection_id: str | None = None, **selection: Any) -> httpx.Response:
    body: dict[str, Any] = {"action": action, "selection": selection}
    return await person.client.post(
        "/renders/bulk", json=body | ({"collection_id": collection_id} if collection_id else {})
    )


def seeded(api: ApiProcess, person: ApiUser, *drafts: Draft) -> list[str]:
    with api.supabase.connect() as connection:
        return [str(render) for render in add_renders(connection, person.id, drafts)]


def files_of(api: ApiProcess, person: ApiUser) -> list[str]:
    with api.supabase.connect() as connection:
        query = "select name from storage.objects where starts_with(name, %s) order by name"
        return [name for (name,) in connection.execute(query, [f"{person.id}/"])]


def derive(api: ApiProcess, render: str, source: str) -> None:
    """Make a render one that was made from another."""
    with api.supabase.connect() as connection:
        query = """
            update renders set source_variant_id = variant.id, input_path = 'renders/' || variant.path
            from render_variants as variant where variant.render_id = %s and renders.id = %s
        """
        connection.execute(query, [source, render])


def store_files(api: ApiProcess, *renders: str) -> None:
    """Store what these renders name."""
    with api.supabase.connect() as connection:
        query = """
            select unnest(array[path, thumbnail_path]) from render_variants where render_id = any (%s::uuid[])
        """
        names = [name for (name,) in connection.execute(query, [list(renders)])]
    key = api.supabase.gateway.secret_key
    headers = {"apikey": key, "Authorization": f"Bearer {key}", "Content-Type": "image/webp"}
    for name in names:
        url = f"{api.supabase.url}/storage/v1/object/renders/{name}"
        http_client.post(url, content=FILE, headers=headers).raise_for_status()


async def files_left(api: ApiProcess, person: ApiUser, count: int) -> list[str]:
    """Their files, once there are that many: the API deletes them after it has answered."""
    return await until(lambda: files_of(api, person), lambda files: len(files) == count)


def reconcile(api: ApiProcess) -> None:
    """What runs every few minutes beside the API."""
    subprocess.run(
        [sys.executable, "-m", "api.reconcile"], env=api.environment(), check=True, capture_output=True, timeout=60
    )


async def test_a_render_is_shown_with_everything_about_it(api: ApiProcess, alice: ApiUser, bob: ApiUser) -> None:
    generation = await alice.generation(settings={"style": "poster"}, seed=77)
    render_id = generation["render"]["id"]
    variant = generation["render"]["variants"][0]
    child = await alice.generation(preset_id="golden-dusk", input={"kind": "variant", "variant_id": variant["id"]})

    render = (await alice.client.get(f"/renders/{render_id}")).raise_for_status().json()["data"]

    assert (render["prompt"], render["seed"], render["settings"]["style"]) == ("A lighthouse at dusk", 77, "poster")
    assert (render["model"], render["credits"], render["purged_at"]) == ("recraft-ai/recraft-v3", 3, None)
    assert [(one["width"], one["height"]) for one in render["variants"]] == [(variant["width"], variant["height"])]
    assert (await open_url(render["variants"][0]["url"])).content[8:12] == b"WEBP"
    assert [made["render_id"] for made in render["made_from_it"]] == [child["render"]["id"]]
    source = (await alice.client.get(f"/renders/{child['render']['id']}")).json()["data"]["source"]
    assert (source["render_id"], source["cover"]["variant_id"]) == (render_id, variant["id"])
    # A stranger's answer is that of an id that never was; none of the URLs above leads into another folder.
    assert_refused(await bob.client.get(f"/renders/{render_id}"), ErrorCode.RENDER_NOT_FOUND)
    assert_refused(await bob.client.get(f"/renders/{uuid4()}"), ErrorCode.RENDER_NOT_FOUND)
    assert f"/renders/{alice.id}/" in render["variants"][0]["url"]


async def test_a_render_says_that_the_picture_it_was_made_from_is_gone(api: ApiProcess, alice: ApiUser) -> None:
    source, child = seeded(api, alice, Draft(), Draft())
    derive(api, child, source)

    async def shown(render: str) -> tuple[bool, bool]:
        detail = (await alice.client.get(f"/renders/{render}")).raise_for_status().json()["data"]
        return detail["source"] is not None, detail["source_is_gone"]

    assert (await shown(source), await shown(child)) == ((False, False), (True, False))
    await bulk(alice, "trash", ids=[source])
    assert await shown(child) == (True, False)
    await bulk(alice, "delete", ids=[source])
    assert await shown(child) == (False, True)


async def test_favorites_are_idempotent_and_ones_own(api: ApiProcess, alice: ApiUser, bob: ApiUser) -> None:
    (render,) = seeded(api, alice, Draft())
    for _ in range(2):
        assert (await alice.client.put(f"/renders/{render}/favorite")).status_code == 204
    assert await listed(alice, favorite=True) == [render]
    assert_refused(await bob.client.put(f"/renders/{render}/favorite"), ErrorCode.RENDER_NOT_FOUND)
    assert_refused(await bob.client.delete(f"/renders/{render}/favorite"), ErrorCode.RENDER_NOT_FOUND)
    assert await listed(bob, favorite=True) == []
    for _ in range(2):
        assert (await alice.client.delete(f"/renders/{render}/favorite")).status_code == 204
    assert await listed(alice, favorite=True) == []


async def test_what_is_in_the_trash_is_collected_nowhere(api: ApiProcess, alice: ApiUser) -> None:
    (render,) = seeded(api, alice, Draft())
    made = (await alice.client.post("/collections", json={"name": "Ideas"})).json()["data"]["id"]
    (await alice.client.delete(f"/renders/{render}")).raise_for_status()
    assert_refused(await alice.client.put(f"/renders/{render}/favorite"), ErrorCode.RENDER_NOT_FOUND)
    assert_refused(await alice.client.delete(f"/renders/{render}/favorite"), ErrorCode.RENDER_NOT_FOUND)
    assert_refused(await alice.client.put(f"/collections/{made}/items/{render}"), ErrorCode.RENDER_NOT_FOUND)
    async with api.supabase.client(alice.account.token) as direct:
        item = {"collection_id": made, "render_id": render}
        answer = await direct.post("/rest/v1/collection_items", json=item)
        assert (answer.status_code, answer.json()["code"]) == (403, "42501")
        (await bulk(alice, "restore", ids=[render])).raise_for_status()
        assert await listed(alice, favorite=True) == await listed(alice, collection_id=made) == []
        assert (await direct.post("/rest/v1/collection_items", json=item)).status_code == 201


async def test_an_undo_takes_out_of_my_favorites_what_the_change_put_in(api: ApiProcess, alice: ApiUser) -> None:
    before, *others = seeded(api, alice, *(Draft() for _ in range(4)))
    (await alice.client.put(f"/renders/{before}/favorite")).raise_for_status()

    change = (await bulk(alice, "collect", matching={})).json()["data"]
    assert change["changed"] == len(others)
    assert (await bulk(alice, "uncollect", changed_at=change["at"])).json()["data"]["changed"] == len(others)

    assert await listed(alice, favorite=True) == [before]


async def test_a_title_and_a_cover_change(api: ApiProcess, alice: ApiUser, bob: ApiUser) -> None:
    first, second = seeded(api, alice, Draft(variants=2), Draft())
    variants = (await alice.client.get(f"/renders/{first}")).json()["data"]["variants"]
    foreign = (await alice.client.get(f"/renders/{second}")).json()["data"]["variants"][0]

    change = {"title": "  Two\nlines\u202e ", "cover_variant_id": variants[1]["id"]}
    changed = (await alice.client.patch(f"/renders/{first}", json=change)).raise_for_status().json()["data"]

    assert (changed["title"], changed["cover_variant_id"]) == ("Two lines", variants[1]["id"])
    cards = (await alice.client.get("/renders", params={"text": "two lines"})).json()["data"]
    assert [card["cover"]["variant_id"] for card in cards] == [variants[1]["id"]]
    assert_refused(
        await alice.client.patch(f"/renders/{first}", json={"cover_variant_id": foreign["id"]}),
        ErrorCode.VARIANT_NOT_FOUND,
    )
    assert_refused(await bob.client.patch(f"/renders/{first}", json={"title": "Mine"}), ErrorCode.RENDER_NOT_FOUND)
    for bad in ({}, {"title": ""}, {"title": " \u200b "}, {"title": "x" * 121}, {"owner_id": bob.id}):
        assert_refused(await alice.client.patch(f"/renders/{first}", json=bad), ErrorCode.VALIDATION_FAILED)


async def test_the_trash_keeps_and_gives_back(api: ApiProcess, alice: ApiUser, bob: ApiUser) -> None:
    first, second = seeded(api, alice, Draft(), Draft())
    await bulk(alice, "collect", ids=[first])

    change = (await alice.client.delete(f"/renders/{first}")).raise_for_status().json()["data"]

    assert change["changed"] == 1
    assert (await alice.client.delete(f"/renders/{first}")).json()["data"]["changed"] == 0
    assert_refused(await bob.client.delete(f"/renders/{second}"), ErrorCode.RENDER_NOT_FOUND)
    assert (await listed(alice), await listed(alice, favorite=True)) == ([second], [])
    (trashed,) = (await alice.client.get("/renders", params={"trashed": True, "sort": "deleted"})).json()["data"]
    kept = datetime.fromisoformat(trashed["purged_at"]) - datetime.now(UTC)
    assert timedelta(days=29, hours=23) < kept <= timedelta(days=30)
    # The undo names what that change moved and nothing else.
    (await alice.client.delete(f"/renders/{second}")).raise_for_status()
    assert (await bulk(alice, "restore", changed_at=change["at"])).json()["data"]["changed"] == 1
    assert (await listed(alice), await listed(alice, favorite=True)) == ([first], [first])


async def test_all_that_match_change_together(api: ApiProcess, alice: ApiUser, bob: ApiUser) -> None:
    oaks = seeded(api, alice, *(Draft(title=f"Oak {number}") for number in range(30)))
    (glass,) = seeded(api, alice, Draft(title="Glass", prompt="Glass"))
    others = seeded(api, bob, Draft(title="Oak of another"))
    made = (await alice.client.post("/collections", json={"name": "Wood"})).json()["data"]["id"]

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
    assert_refused(await bulk(bob, "collect", made, ids=others), ErrorCode.COLLECTION_NOT_FOUND)


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
async def test_bad_bulk_changes_are_refused(alice: ApiUser, body: dict[str, Any]) -> None:
    assert_refused(await alice.client.post("/renders/bulk", json=body), ErrorCode.VALIDATION_FAILED)


async def test_deleting_for_ever_takes_the_files_along(api: ApiProcess, alice: ApiUser) -> None:
    generation = await alice.generation()
    render = generation["render"]["id"]
    kept = await alice.generation()
    url = generation["render"]["variants"][0]["url"]
    assert len(files_of(api, alice)) == 4

    # Only the trash can be emptied.
    assert (await bulk(alice, "delete", ids=[render])).json()["data"]["changed"] == 0
    (await alice.client.delete(f"/renders/{render}")).raise_for_status()
    assert (await bulk(alice, "delete", matching={})).json()["data"]["changed"] == 1

    assert_refused(await alice.client.get(f"/renders/{render}"), ErrorCode.RENDER_NOT_FOUND)
    left = {one["url"].partition("/renders/")[2].partition("?")[0] for one in kept["render"]["variants"]}
    assert {name for name in await files_left(api, alice, 2) if ".thumb." not in name} == left
    # B4: the URL that was handed out before is dead with its file.
    assert not (await open_url(url)).is_success
    # The debit stays: what was made was paid for.
    usage = (await alice.client.get("/usage")).json()["data"]
    assert usage["used"] == generation["credits"] + kept["credits"]
    # The job's history stays too, without pictures.
    assert (await alice.client.get(f"/generations/{generation['id']}")).json()["data"]["render"] is None


async def test_a_large_trash_is_emptied_in_steps(api: ApiProcess, alice: ApiUser) -> None:
    seeded(api, alice, *(Draft(title=f"Oak {number}") for number in range(1100)), Draft(title="Glass", prompt="Glass"))
    assert (await bulk(alice, "trash", matching={"text": "oak"})).json()["data"]["changed"] == 1100
    async with api.supabase.client(alice.account.token) as direct:
        step = await direct.post("/rest/v1/rpc/delete_trashed_renders", json={"filter": {}})
        assert step.json() == 500
    assert (await bulk(alice, "delete", matching={})).json()["data"]["changed"] == 600
    assert (await listed(alice, trashed=True), len(await listed(alice))) == ([], 1)


async def test_no_filter_leads_out_of_the_trash(api: ApiProcess, alice: ApiUser) -> None:
    """Direct: where it would be an empty one, or none."""
    (render,) = seeded(api, alice, Draft())
    async with api.supabase.client(alice.account.token) as direct:
        meanings: list[Any] = [None, [], [{}], "x", 1, {"trashed": False}]
        for meant in meanings:
            await direct.post("/rest/v1/rpc/delete_trashed_renders", json={"filter": meant})
    assert await listed(alice) == [render]


async def test_one_variant_can_go_and_the_last_stays(api: ApiProcess, alice: ApiUser, bob: ApiUser) -> None:
    (render,) = seeded(api, alice, Draft(variants=2))
    store_files(api, render)
    first, second = (await alice.client.get(f"/renders/{render}")).json()["data"]["variants"]

    assert_refused(await bob.client.delete(f"/renders/variants/{first['id']}"), ErrorCode.VARIANT_NOT_FOUND)
    assert (await alice.client.delete(f"/renders/variants/{first['id']}")).status_code == 204

    shown = (await alice.client.get(f"/renders/{render}")).json()["data"]
    assert ([one["id"] for one in shown["variants"]], shown["cover_variant_id"]) == ([second["id"]], second["id"])
    await files_left(api, alice, 2)
    assert_refused(await alice.client.delete(f"/renders/variants/{second['id']}"), ErrorCode.LAST_VARIANT)
    assert_refused(await alice.client.delete(f"/renders/variants/{first['id']}"), ErrorCode.VARIANT_NOT_FOUND)


async def test_the_trash_is_purged_after_its_days(api: ApiProcess, alice: ApiUser) -> None:
    due, fresh = (await alice.generation())["render"]["id"], (await alice.generation())["render"]["id"]
    await bulk(alice, "trash", ids=[due, fresh])
    with api.supabase.connect() as connection:
        # The trigger that keeps the timestamp honest is off for this one statement.
        connection.execute("set session_replication_role = replica")
        connection.execute("update renders set deleted_at = now() - interval '30 days' where id = %s", [due])
        connection.execute("set session_replication_role = origin")
        connection.execute(
            "insert into private.carried_usage values ('old', gen_random_uuid(), now(), now(), 1, now(), 0)"
        )

    reconcile(api)

    assert await listed(alice, trashed=True) == [fresh]
    assert len(files_of(api, alice)) == 2
    # A11: what a deleted account used for free is forgotten in the same round.
    with api.supabase.connect() as connection:
        assert connection.execute("select from private.carried_usage where mailbox = 'old'").fetchall() == []


async def test_nobody_moves_the_moment_of_the_trash(api: ApiProcess, alice: ApiUser) -> None:
    """Direct: PostgREST with the owner's JWT. The database's clock decides."""
    (render,) = seeded(api, alice, Draft())
    async with api.supabase.client(alice.account.token) as direct:
        for forged in ("1999-01-01T00:00:00Z", "2999-01-01T00:00:00Z"):
            answer = await direct.patch(f"/rest/v1/renders?id=eq.{render}", json={"deleted_at": forged})
            assert answer.is_success, answer.text
            with api.supabase.connect() as connection:
                query = "select abs(extract(epoch from now() - deleted_at)) < 60 from renders where id = %s"
                assert connection.execute(query, [render]).fetchone() == (True,)


async def test_a_deleted_account_leaves_no_file(api: ApiProcess, bob: ApiUser) -> None:
    await bob.generation()
    assert files_of(api, bob)
    with api.supabase.connect() as connection:
        connection.execute("delete from auth.users where id = %s", [bob.id])
    reconcile(api)
    assert files_of(api, bob) == []


async def test_orphans_are_found_both_ways(api: ApiProcess, alice: ApiUser) -> None:
    generation = await alice.generation()
    (row,) = seeded(api, alice, Draft())
    with api.supabase.connect() as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("delete from render_variants where render_id = %s", [generation["render"]["id"]])
        connection.execute("set session_replication_role = origin")
        found = {sentence for sentence in orphans(connection) if alice.id in sentence}
    folder = f"renders/{alice.id}"
    assert found == {
        f"{folder}/{generation['id']}/0.webp is a file that no row names",
        f"{folder}/{generation['id']}/0.thumb.webp is a file that no row names",
        f"{folder}/{row}/0.webp is named by a variant, but there is no such file",
        f"{folder}/{row}/0.thumb.webp is named by a variant, but there is no such file",
    }
