"""A3: foreign key checks ignore row level security, so every reference carries its owner: what belongs to somebody else
and what does not exist are refused alike."""

from uuid import uuid4

import pytest

from tests.security.catalog import everything
from tests.security.victims import Victim
from tests.support.clients.api_rpc import ApiRpc
from tests.support.clients.database_user import DatabaseUser, Row
from tests.support.clients.superuser import Superuser


async def favorites(person: DatabaseUser) -> str:
    (row,) = (await person.rest("GET", "collections?is_favorites=is.true&select=id")).json()
    return row["id"]


async def item(person: DatabaseUser, collection: str, render: str) -> tuple[int, Row]:
    """Put a render into a collection: status and error."""
    answer = await person.rest("POST", "collection_items", {"collection_id": collection, "render_id": render})
    return answer.status_code, answer.json() if answer.content else {}


async def test_A3_somebodys_render_goes_into_no_other_collection(
    api_rpc: ApiRpc, alice: DatabaseUser, victim: Victim, superuser: Superuser
) -> None:
    mine, own = await favorites(alice), await api_rpc.render(alice)
    before = everything(superuser.connection)

    foreign = await item(alice, mine, victim.render.id)
    random = await item(alice, mine, str(uuid4()))

    assert foreign == random
    assert (foreign[0], foreign[1]["code"]) == (403, "42501")
    assert victim.render.id not in str(foreign)
    assert everything(superuser.connection) == before
    assert await item(alice, mine, own.id) == (201, {})


async def test_A3_nothing_goes_into_somebodys_collection(
    api_rpc: ApiRpc, alice: DatabaseUser, victim: Victim, superuser: Superuser
) -> None:
    own = await api_rpc.render(alice)
    before = everything(superuser.connection)

    foreign = await item(alice, victim.rows["collections"]["id"], own.id)
    random = await item(alice, str(uuid4()), own.id)

    assert foreign == random
    assert (foreign[0], foreign[1]["code"]) == (409, "23503")
    assert everything(superuser.connection) == before


async def test_A3_a_cover_is_one_of_the_collections_own_items(
    api_rpc: ApiRpc, alice: DatabaseUser, victim: Victim
) -> None:
    mine, own, other = await favorites(alice), await api_rpc.render(alice), await api_rpc.render(alice)
    await item(alice, mine, own.id)

    async def choose(render: str) -> tuple[int, Row]:
        answer = await alice.rest("PATCH", f"collections?id=eq.{mine}", {"cover_render_id": render})
        return answer.status_code, answer.json() if answer.content else {}

    random = await choose(str(uuid4()))
    assert (random[0], random[1]["code"]) == (409, "23503")
    assert await choose(victim.render.id) == random
    assert await choose(other.id) == random
    assert await choose(own.id) == (204, {})


async def test_A3_a_cover_is_one_of_the_renders_own_variants(
    api_rpc: ApiRpc, alice: DatabaseUser, victim: Victim
) -> None:
    own, other = await api_rpc.render(alice, variants=2), await api_rpc.render(alice)

    async def choose(variant: str) -> tuple[int, Row]:
        answer = await alice.rest("PATCH", f"renders?id=eq.{own.id}", {"cover_variant_id": variant})
        return answer.status_code, answer.json() if answer.content else {}

    random = await choose(str(uuid4()))
    assert (random[0], random[1]["code"]) == (409, "23503")
    assert await choose(victim.render.variant_ids[0]) == random
    assert await choose(other.variant_ids[0]) == random
    assert await choose(own.variant_ids[1]) == (204, {})


@pytest.mark.parametrize(
    ("field", "refusal"), [("source_variant_id", "input_not_found"), ("collection_id", "collection_not_found")]
)
async def test_A3_a_run_refers_to_ones_own_things_only(
    field: str, refusal: str, api_rpc: ApiRpc, alice: DatabaseUser, victim: Victim, superuser: Superuser
) -> None:
    """Even when the API signed it, as it would for somebody who sent a foreign id."""
    theirs = {"source_variant_id": victim.render.variant_ids[0], "collection_id": victim.rows["collections"]["id"]}
    own = {"source_variant_id": (await api_rpc.render(alice)).variant_ids[0], "collection_id": await favorites(alice)}
    before = everything(superuser.connection)

    foreign = await api_rpc.reserve(alice, **{field: theirs[field]})
    random = await api_rpc.reserve(alice, **{field: str(uuid4())})

    assert (foreign.status_code, foreign.json()["message"]) == (404, refusal)
    assert foreign.json() == random.json()
    assert everything(superuser.connection) == before
    assert (await api_rpc.submit(alice, **{field: own[field]}))[field] == own[field]


async def test_A3_a_photo_of_somebody_else_is_no_input(api_rpc: ApiRpc, alice: DatabaseUser, victim: Victim) -> None:
    foreign = await api_rpc.reserve(alice, input_path=f"inputs/{victim.user.id}/{'a' * 64}.jpg")

    assert (foreign.status_code, foreign.json()["message"]) == (404, "input_not_found")
    assert await api_rpc.submit(alice, input_path=f"inputs/{alice.id}/{'a' * 64}.jpg")


def test_A3_every_reference_between_rows_of_people_carries_the_owner(superuser: Superuser) -> None:
    """Except the covers: one of the render's own variants, one of the collection's own items."""
    query = """
        with owned as (
          select attrelid from pg_attribute join pg_class on pg_class.oid = attrelid
          where attname = 'owner_id' and not attisdropped and relnamespace = 'public'::regnamespace
        )
        select conname from pg_constraint
        where contype = 'f' and conrelid in (table owned) and confrelid in (table owned) and not exists (
          select from pg_attribute where attrelid = conrelid and attnum = any (conkey) and attname = 'owner_id'
        )
    """
    assert {row["conname"] for row in superuser.rows(query)} == {"renders_cover_variant_fkey", "collections_cover_fkey"}
