"""GET /renders and /renders/months: filters, search, orders and pages, over the real API."""

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from libs.errors import ErrorCode
from tests.callers import Person, refused, signed_in
from tests.counting_proxy import counting_proxy
from tests.gallery import Draft, add_renders
from tests.product import Product, running_product

START = datetime(2026, 6, 1, tzinfo=UTC)
# Words that would be syntax somewhere below: PostgREST's filters, LIKE, JSON, SQL.
AWKWARD = [
    "a,owner_id.neq.x)",
    '"quoted"',
    "back\\slash",
    "100%",
    "under_score",
    "star*",
    "don't",
    "{curly}",
    "Größe",
    "石の家",
]
TITLES = ["Oak kitchen", "oak and linen", "Glass tower", "OAKS", *AWKWARD]


def prompt_of(number: int) -> str:
    return f"{TITLES[number]} in warm light" if number % 2 else "nothing else"


@pytest.fixture(scope="module")
async def alice(product: Product) -> AsyncIterator[Person]:
    """Somebody with a render of each title, a week apart, beside a stranger with the same ones."""
    async with signed_in(product, "alice") as alice, signed_in(product, "bob") as bob:
        with product.stack.connect() as connection:
            for owner in (bob, alice):
                drafts = [
                    Draft(
                        title=title,
                        prompt=prompt_of(number),
                        preset_id="graphic-poster" if number % 3 else "warm-minimal",
                        created_at=START + timedelta(days=7 * number),
                        variants=1 + number % 2,
                    )
                    for number, title in enumerate(TITLES)
                ]
                add_renders(connection, owner.user.id, drafts)
        yield alice


async def pages(person: Person, limit: int = 5, **parameters: Any) -> list[dict[str, Any]]:
    """All cards of a list, page by page."""
    cards: list[dict[str, Any]] = []
    cursor = None
    while True:
        answer = await person.api.get(
            "/renders", params={**parameters, "limit": limit, **({"cursor": cursor} if cursor else {})}
        )
        body = answer.raise_for_status().json()
        assert len(body["data"]) <= limit
        cards += body["data"]
        cursor = body["meta"]["next_cursor"]
        if cursor is None:
            return cards


def titles(cards: list[dict[str, Any]]) -> list[str]:
    return [card["title"] for card in cards]


async def test_newest_first_and_oldest_first(alice: Person) -> None:
    newest = await pages(alice)
    assert titles(newest) == list(reversed(TITLES))
    assert titles(await pages(alice, sort="oldest")) == TITLES
    assert {card["variant_count"] for card in newest} == {1, 2}
    assert newest[0]["cover"]["width"] == 1248


@pytest.mark.parametrize(
    "words", [*AWKWARD, "oak", "OAK light", "%", "_", "\\", "*", "oak  oak", "nothing", "zzz", "'"]
)
async def test_G3_words_are_literal(alice: Person, words: str) -> None:
    texts = {
        title: f"{title}\n{title} in warm light" if n % 2 else f"{title}\nnothing else"
        for n, title in enumerate(TITLES)
    }
    expected = [title for title in TITLES if all(word.lower() in texts[title].lower() for word in words.split())]
    assert titles(await pages(alice, text=words, sort="oldest")) == expected


async def test_presets_families_and_dates_narrow(alice: Person) -> None:
    warm = [title for number, title in enumerate(TITLES) if number % 3 == 0]
    assert titles(await pages(alice, preset="warm-minimal", sort="oldest")) == warm
    assert titles(await pages(alice, family="interior", sort="oldest")) == warm
    assert titles(await pages(alice, family="interior", preset="graphic-poster")) == []
    assert titles(await pages(alice, preset=["graphic-poster", "warm-minimal"], sort="oldest")) == TITLES
    until = {"created_from": "2026-06-08T00:00:00Z", "created_before": "2026-06-22T00:00:00+00:00"}
    assert titles(await pages(alice, sort="oldest", **until)) == TITLES[1:3]


async def test_months_count_what_the_list_shows(alice: Person) -> None:
    answer = await alice.api.get("/renders/months", params={"family": "interior"})
    months = {entry["month"]: entry["count"] for entry in answer.raise_for_status().json()["data"]}
    shown = [card["created_at"][:7] for card in await pages(alice, family="interior")]
    assert months == {month: shown.count(month) for month in shown}
    assert list(months) == sorted(months, reverse=True)


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"cursor": "bm90IGEgY3Vyc29y"}, ErrorCode.INVALID_CURSOR),
        ({"cursor": "%00"}, ErrorCode.INVALID_CURSOR),
        # A place where a moment belongs, and a moment without a zone.
        ({"cursor": "WzEuNSwgIjExMTExMTExLTExMTEtNDExMS04MTExLTExMTExMTExMTExMSJd"}, ErrorCode.INVALID_CURSOR),
        ({"limit": 1_000_000_000}, ErrorCode.VALIDATION_FAILED),
        ({"limit": 0}, ErrorCode.VALIDATION_FAILED),
        ({"sort": "manual"}, ErrorCode.VALIDATION_FAILED),
        ({"sort": "deleted"}, ErrorCode.VALIDATION_FAILED),
        ({"sort": "random"}, ErrorCode.VALIDATION_FAILED),
        ({"family": "boats"}, ErrorCode.VALIDATION_FAILED),
        ({"text": "x" * 201}, ErrorCode.VALIDATION_FAILED),
        ({"text": "nul\x00byte"}, ErrorCode.VALIDATION_FAILED),
        ({"collection_id": "1&select=*"}, ErrorCode.VALIDATION_FAILED),
        ({"created_from": "2026-06-08T00:00:00"}, ErrorCode.VALIDATION_FAILED),
        ({"created_from": "yesterday"}, ErrorCode.VALIDATION_FAILED),
    ],
)
async def test_G3_bad_filters_are_refused(alice: Person, parameters: dict[str, Any], code: ErrorCode) -> None:
    refused(await alice.api.get("/renders", params=parameters), code)


async def test_a_strangers_collection_filters_to_nothing(product: Product, alice: Person) -> None:
    async with signed_in(product, "carol") as carol:
        made = (await carol.api.post("/collections", json={"name": "Mine"})).raise_for_status().json()["data"]
        for sort in ("newest", "manual", "added"):
            assert await pages(alice, collection_id=made["id"], sort=sort) == []


def put_into_list(connection: psycopg.Connection, render: UUID, parameters: dict[str, Any], position: int) -> None:
    """Have a render shown by a list that shows a collection or the trash."""
    if "trashed" in parameters:
        connection.execute("update renders set deleted_at = now() where id = %s", [render])
    if "collection_id" in parameters:
        query = """
            insert into collection_items (collection_id, render_id, owner_id, position)
            select %s, id, owner_id, %s from renders where id = %s
        """
        connection.execute(query, [parameters["collection_id"], position, render])


@pytest.mark.parametrize("sort", ["newest", "oldest", "manual", "added", "deleted"])
@pytest.mark.parametrize("seed", range(4))
async def test_no_page_misses_or_repeats_what_stays(product: Product, sort: str, seed: int) -> None:
    """Rows come and go between pages; every row that was there all the time is shown exactly once."""
    chance = random.Random(seed)
    async with signed_in(product, "pager") as pager:
        with product.stack.connect() as connection:

            def draft() -> Draft:
                # Few moments for many rows: ties are broken by the id.
                return Draft(created_at=START + timedelta(days=chance.randrange(4)))

            kept = add_renders(connection, pager.user.id, [draft() for _ in range(25)])
            fleeting = add_renders(connection, pager.user.id, [draft() for _ in range(10)])
            parameters: dict[str, Any] = {"sort": sort, "limit": 4}
            if sort in {"manual", "added"}:
                made = (await pager.api.post("/collections", json={"name": "All"})).json()["data"]["id"]
                for some in (kept, fleeting):
                    body = {
                        "action": "collect",
                        "selection": {"ids": [str(render) for render in some]},
                        "collection_id": made,
                    }
                    (await pager.api.post("/renders/bulk", json=body)).raise_for_status()
                parameters["collection_id"] = made
            if sort == "deleted":
                for some in (kept[:12], kept[12:], fleeting):
                    body = {"action": "trash", "selection": {"ids": [str(render) for render in some]}}
                    (await pager.api.post("/renders/bulk", json=body)).raise_for_status()
                parameters["trashed"] = True

            seen: list[str] = []
            cursor = None
            while True:
                answer = await pager.api.get(
                    "/renders", params={**parameters, **({"cursor": cursor} if cursor else {})}
                )
                body = answer.raise_for_status().json()
                seen += [card["id"] for card in body["data"]]
                cursor = body["meta"]["next_cursor"]
                if cursor is None:
                    break
                if fleeting and chance.random() < 0.7:
                    gone = fleeting.pop(chance.randrange(len(fleeting)))
                    connection.execute("delete from renders where id = %s", [gone])
                (came,) = add_renders(connection, pager.user.id, [draft()])
                put_into_list(connection, came, parameters, chance.randrange(30))
            assert sorted(render for render in seen if render in {str(one) for one in kept}) == sorted(map(str, kept))
            assert len(seen) == len(set(seen))


async def test_a_page_is_one_call_and_one_batch_of_signed_urls(product: Product, tmp_path: Path) -> None:
    async with signed_in(product, "counter") as person:
        with product.stack.connect() as connection:
            add_renders(connection, person.user.id, [Draft() for _ in range(30)])
        with (
            counting_proxy(product.stack.url) as proxy,
            running_product(tmp_path, product.stack, product.replicate, {"SUPABASE_URL": proxy.url}) as counted,
        ):
            async with counted.client(person.user) as api:
                for parameters in ({}, {"text": "oak"}, {"favorite": True}, {"family": "concept"}):
                    proxy.calls.clear()
                    (await api.get("/renders", params=parameters)).raise_for_status()
                    database = [call for call in proxy.calls if "/rest/v1/" in call]
                    storage = [call for call in proxy.calls if "/storage/v1/" in call]
                    assert database == ["POST /rest/v1/rpc/list_renders"]
                    assert storage in ([], ["POST /storage/v1/object/sign/renders"])
                proxy.calls.clear()
                (await api.get("/collections")).raise_for_status()
                assert proxy.calls == ["POST /rest/v1/rpc/list_collections"]
