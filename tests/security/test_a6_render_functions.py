"""A6 for renders and collections: nothing of somebody else's is found, moved, collected or deleted by direct calls."""

from typing import Any

import pytest

from tests.security.catalog import everything
from tests.security.victims import Victim, make_victim
from tests.support.clients.api_rpc import ApiRpc
from tests.support.clients.database_user import DatabaseUser
from tests.support.clients.superuser import Superuser

# Filters that would name the victim's render if they could, and syntax that must stay a value.
FILTERS: list[dict[str, Any]] = [
    {},
    {"trashed": True},
    {"text": "living"},
    {"text": "x') or true --"},
    {"presets": ["one-credit", "x') or true --"]},
    {"presets": ["'); drop table renders; --"]},
    {"favorite": True},
    {"created_from": "1999-01-01"},
]


async def _calls(victim: Victim) -> list[tuple[str, dict[str, Any]]]:
    """Every function about renders and collections, aimed at what belongs to the victim."""
    render, collection = victim.render.id, victim.rows["collections"]["id"]
    named = [*FILTERS, {"ids": [render]}, {"collection_id": collection}, {"ids": [render], "trashed": True}]
    calls: list[tuple[str, dict[str, Any]]] = []
    for chosen in named:
        calls.append(("delete_trashed_renders", {"filter": chosen}))
        calls.append(("count_renders_by_month", {"filter": chosen, "time_zone": "UTC"}))
        calls.append(("list_renders", {"filter": chosen, "sort": "newest", "page_size": 20}))
        calls.extend(
            ("change_renders", {"filter": chosen, "action": action, "collection": into})
            for action in ("trash", "restore", "collect", "uncollect")
            for into in (None, collection)
        )
    calls.append(("list_renders", {"filter": {"collection_id": collection}, "sort": "manual", "page_size": 20}))
    calls.append(("render_detail", {"render_id": render}))
    calls.append(("delete_variant", {"variant": victim.render.variant_ids[0]}))
    calls.append(("move_collection_item", {"collection": collection, "render": render}))
    calls.append(("list_collections", {"page_size": 20, "wanted": collection, "containing": render}))
    return calls


async def test_A6_an_intruder_reaches_nothing_by_them(
    intruder: DatabaseUser, victim: Victim, superuser: Superuser
) -> None:
    before = everything(superuser.connection)
    for function, arguments in await _calls(victim):
        answer = await intruder.rpc(function, arguments)
        assert answer.status_code in {200, 404}, (function, arguments, answer.text)
        told = answer.text
        assert not any(word in told for word in (victim.render.id, *victim.render.variant_ids, victim.user.id)), told
        if answer.status_code == 200:
            assert answer.json() in ([], 0) or answer.json().get("changed") == 0, (function, arguments, told)
    assert everything(superuser.connection) == before


async def test_A6_their_owner_is_served(fresh_victim: Victim, superuser: Superuser) -> None:
    """The positive control: the same calls do find, move and delete what is one's own."""
    owner, render = fresh_victim.user, fresh_victim.render.id
    one = {"filter": {"ids": [render]}}
    assert (await owner.rpc("render_detail", {"render_id": render})).json()[0]["id"] == render
    assert (await owner.rpc("change_renders", {**one, "action": "trash"})).json()["changed"] == 1
    trashed = {"filter": {"ids": [render], "trashed": True}}
    assert (await owner.rpc("delete_trashed_renders", trashed)).json() == 1
    assert superuser.rows("select from renders where id = %s", render) == []


@pytest.mark.parametrize("verb", ["DELETE", "PATCH"])
async def test_A6_the_trash_is_the_only_way_out(fresh_victim: Victim, verb: str, superuser: Superuser) -> None:
    """People have no DELETE on renders and variants, and no column but three to write."""
    owner, render = fresh_victim.user, fresh_victim.render.id
    for table in ("renders", "render_variants"):
        answer = await owner.rest(verb, f"{table}?owner_id=eq.{owner.id}", {"owner_id": owner.id})
        assert (answer.status_code, answer.json()["code"]) == (403, "42501")
    assert len(superuser.rows("select from renders where id = %s", render)) == 1


async def test_A6_the_purge_and_the_queue_of_files_are_not_for_people(
    api_rpc: ApiRpc, anonymous: DatabaseUser, bob: DatabaseUser, superuser: Superuser
) -> None:
    victim = await make_victim(bob, api_rpc, superuser)
    await bob.rpc("change_renders", {"filter": {}, "action": "trash"})
    before = everything(superuser.connection)
    request = {"days": 0, "limit": 1000}
    for person in (anonymous, bob):
        for proof in ("", "0" * 64, api_rpc.prove("stale_generations", person.id, request)["proof"]):
            answer = await person.rpc("purge_trash", {"request": '{"days":0,"limit":1000}', "proof": proof})
            # Only reconcile calls it, as a visitor with our proof.
            expected = "PT403" if person is anonymous else "42501"
            assert (answer.status_code, answer.json()["code"]) == (403, expected), answer.text
        calls: dict[str, dict[str, Any]] = {
            "next_file_changes": {"max_count": 10},
            "confirm_file_changes": {"done": []},
        }
        for function, arguments in calls.items():
            answer = await person.rpc(function, arguments)
            assert (answer.status_code, answer.json()["code"]) == (401 if person is anonymous else 403, "42501")
    assert everything(superuser.connection) == before

    # Other tests leave more in the trash and in the queue than one call takes.
    while (await api_rpc.guarded("purge_trash", anonymous, request)).json():
        pass
    assert (await api_rpc.as_service("next_file_changes", {"max_count": 1000})).json()
    removed = f"{bob.id}/{victim.render.job_id}/0.png"
    assert len(superuser.rows("select from private.file_changes where name = %s and new_name is null", removed)) == 1
