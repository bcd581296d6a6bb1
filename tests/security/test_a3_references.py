"""A3: foreign key checks ignore row level security, so every reference carries its owner: what belongs to somebody else
and what does not exist are refused alike."""

from uuid import uuid4

import pytest

from tests.security.catalog import everything
from tests.security.conftest import Database, Victim
from tests.support.clients.database_client import Actor, Api, Row


async def favorites(person: Actor) -> str:
    (row,) = (await person.rest("GET", "collections?is_favorites=is.true&select=id")).json()
    return row["id"]


async def item(person: Actor, collection: str, render: str) -> tuple[int, Row]:
    """Put a render into a collection: status and error."""
    answer = await person.rest("POST", "collection_items", {"collection_id": collection, "render_id": render})
    return answer.status_code, answer.json() if answer.content else {}


async def test_A3_somebodys_render_goes_into_no_other_collection(
    api: Api, alice: Actor, victim: Victim, database: Database
) -> None:
    mine, own = await favorites(alice), await api.render(alice)
    before = everything(database.connection)

    foreign = await item(alice, mine, victim.render.id)
    random = await item(alice, mine, str(uuid4()))

    assert foreign == random
    assert (foreign[0], foreign[1]["code"]) == (403, "42501")
    assert victim.render.id not in str(foreign)
    assert everything(database.connection) == before
    assert await item(alice, mine, own.id) == (201, {})


async def test_A3_nothing_goes_into_somebodys_collection(
    api: Api, alice: Actor, victim: Victim, database: Database
) -> None:
    own = await api.render(alice)
    before = everything(database.connection)

    foreign = await item(alice, victim.rows["collections"]["id"], own.id)
    random = await item(alice, str(uuid4()), own.id)

    assert foreign == random
    assert (foreign[0], foreign[1]["code"]) == (409, "23503")
    assert everything(database.connection) == before


async def test_A3_a_cover_is_one_of_the_collections_own_items(api: Api, alice: Actor, victim: Victim) -> None:
    mine, own, other = await favorites(alice), await api.render(alice), await api.render(alice)
    await item(alice, mine, own.id)

    async def choose(render: str) -> tuple[int, Row]:
        answer = await alice.rest("PATCH", f"collections?id=eq.{mine}", {"cover_render_id": render})
        return answer.status_code, answer.json() if answer.content else {}

    random = await choose(str(uuid4()))
    assert (random[0], random[1]["code"]) == (409, "23503")
    assert await choose(victim.render.id) == random
    assert await choose(other.id) == random
    assert await choose(own.id) == (204, {})


async def test_A3_a_cover_is_one_of_the_renders_own_variants(api: Api, alice: Actor, victim: Victim) -> None:
    own, other = await api.render(alice, variants=2), await api.render(alice)

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
    field: str, refusal: str, api: Api, alice: Actor, victim: Victim, database: Database
) -> None:
    """Even when the API signed it, as it would for somebody who sent a foreign id."""
    theirs = {"source_variant_id": victim.render.variant_ids[0], "collection_id": victim.rows["collections"]["id"]}
    own = {"source_variant_id": (await api.render(alice)).variant_ids[0], "collection_id": await favorites(alice)}
    before = everything(database.connection)

    foreign = await api.reserve(alice, **{field: theirs[field]})
    random = await api.reserve(alice, **{field: str(uuid4())})

    assert (foreign.status_code, foreign.json()["message"]) == (404, refusal)
    assert foreign.json() == random.json()
    assert everything(database.connection) == before
    assert (await api.submit(alice, **{field: own[field]}))[field] == own[field]


async def test_A3_a_photo_of_somebody_else_is_no_input(api: Api, alice: Actor, victim: Victim) -> None:
    foreign = await api.reserve(alice, input_path=f"inputs/{victim.actor.id}/{'a' * 64}.jpg")

    assert (foreign.status_code, foreign.json()["message"]) == (404, "input_not_found")
    assert await api.submit(alice, input_path=f"inputs/{alice.id}/{'a' * 64}.jpg")


def test_A3_every_reference_between_rows_of_people_carries_the_owner(database: Database) -> None:
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
    assert {row["conname"] for row in database.rows(query)} == {"renders_cover_variant_fkey", "collections_cover_fkey"}
