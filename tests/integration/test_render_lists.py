"""GET /renders and /renders/months: filters, search, orders and pages, over the real API."""

import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from libs.errors import ErrorCode
from tests.support.clients.api_user import ApiUser, assert_refused, signed_in
from tests.support.factories import Draft, add_renders
from tests.support.processes.api import ApiProcess, running_api
from tests.support.processes.counting_proxy import counting_proxy

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
async def alice(api: ApiProcess) -> AsyncIterator[ApiUser]:
    """Somebody with a render of each title, a week apart, beside a stranger with the same ones."""
    async with signed_in(api, "alice") as alice, signed_in(api, "bob") as bob:
        with api.supabase.connect() as connection:
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
                add_renders(connection, owner.id, drafts)
        yield alice


async def pages(
    person: ApiUser, limit: int = 5, between: Callable[[], Awaitable[None]] | None = None, **parameters: Any
) -> list[dict[str, Any]]:
    """All cards of a list, page by page; `between` happens before each next one."""
    cards: list[dict[str, Any]] = []
    query = {**parameters, "limit": limit}
    while True:
        body = (await person.client.get("/renders", params=query)).raise_for_status().json()
        assert len(body["data"]) <= limit
        cards += body["data"]
        query["cursor"] = body["meta"]["next_cursor"]
        if query["cursor"] is None:
            return cards
        if between:
            await between()


def titles(cards: list[dict[str, Any]]) -> list[str]:
    return [card["title"] for card in cards]


async def test_newest_first_and_oldest_first(alice: ApiUser) -> None:
    newest = await pages(alice)
    assert titles(newest) == list(reversed(TITLES))
    assert titles(await pages(alice, sort="oldest")) == TITLES
    assert {card["variant_count"] for card in newest} == {1, 2}
    assert newest[0]["cover"]["width"] == 1248


@pytest.mark.parametrize(
    "words", [*AWKWARD, "oak", "OAK light", "%", "_", "\\", "*", "oak  oak", "nothing", "zzz", "'"]
)
async def test_G3_words_are_literal(alice: ApiUser, words: str) -> None:
    texts = {
        title: f"{title}\n{title} in warm light" if n % 2 else f"{title}\nnothing else"
        for n, title in enumerate(TITLES)
    }
    expected = [title for title in TITLES if all(word.lower() in texts[title].lower() for word in words.split())]
    assert titles(await pages(alice, text=words, sort="oldest")) == expected


async def test_presets_families_and_dates_narrow(alice: ApiUser) -> None:
    warm = [title for number, title in enumerate(TITLES) if number % 3 == 0]
    assert titles(await pages(alice, preset="warm-minimal", sort="oldest")) == warm
    assert titles(await pages(alice, family="interior", sort="oldest")) == warm
    assert titles(await pages(alice, family="interior", preset="graphic-poster")) == []
    assert titles(await pages(alice, preset=["graphic-poster", "warm-minimal"], sort="oldest")) == TITLES
    until: dict[str, Any] = {"created_from": "2026-06-08T00:00:00Z", "created_before": "2026-06-22T00:00:00+00:00"}
    assert titles(await pages(alice, sort="oldest", **until)) == TITLES[1:3]


async def test_months_count_what_the_list_shows(alice: ApiUser) -> None:
    answer = await alice.client.get("/renders/months", params={"family": "interior"})
    months = {entry["month"]: entry["count"] for entry in answer.raise_for_status().json()["data"]}
    shown = [card["created_at"][:7] for card in await pages(alice, family="interior")]
    assert months == {month: shown.count(month) for month in shown}
    assert list(months) == sorted(months, reverse=True)


async def test_months_are_those_of_the_persons_time_zone(api: ApiProcess) -> None:
    """Around the ends of months and years, in zones from the first to the last."""
    ends = [datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)]
    times = [end + timedelta(hours=by, minutes=15) for end in ends for by in range(-14, 15)]
    async with signed_in(api, "dora") as dora:
        with api.supabase.connect() as connection:
            add_renders(connection, dora.id, [Draft(title="Room", created_at=time) for time in times])
        for name in ("UTC", "Pacific/Kiritimati", "Asia/Kolkata", "Europe/Berlin", "America/Los_Angeles", "Etc/GMT+12"):
            counted = (await dora.client.get("/renders/months", params={"time_zone": name})).raise_for_status().json()
            local = Counter(time.astimezone(ZoneInfo(name)).strftime("%Y-%m") for time in times)
            assert {month["month"]: month["count"] for month in counted["data"]} == local, name


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "nowhere", "", "'; select 1", "x" * 65, "+03"])
async def test_G3_a_zone_that_nobody_knows_is_refused(alice: ApiUser, zone: str) -> None:
    assert_refused(await alice.client.get("/renders/months", params={"time_zone": zone}), ErrorCode.VALIDATION_FAILED)


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"cursor": "bm90IGEgY3Vyc29y"}, ErrorCode.INVALID_CURSOR),
        ({"cursor": "%00"}, ErrorCode.INVALID_CURSOR),
        # A place where a timestamp belongs, and a timestamp without a zone.
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
async def test_G3_bad_filters_are_refused(alice: ApiUser, parameters: dict[str, Any], code: ErrorCode) -> None:
    assert_refused(await alice.client.get("/renders", params=parameters), code)


async def test_a_strangers_collection_filters_to_nothing(api: ApiProcess, alice: ApiUser) -> None:
    async with signed_in(api, "carol") as carol:
        made = (await carol.client.post("/collections", json={"name": "Mine"})).raise_for_status().json()["data"]
        for sort in ("newest", "manual", "added"):
            assert await pages(alice, collection_id=made["id"], sort=sort) == []


async def put_into_list(person: ApiUser, renders: list[UUID], parameters: dict[str, Any]) -> None:
    """Have renders shown by a list that shows a collection, favorites or the trash."""
    selection = {"ids": [str(render) for render in renders]}
    if "collection_id" in parameters or "favorite" in parameters:
        body = {"action": "collect", "selection": selection, "collection_id": parameters.get("collection_id")}
        (await person.client.post("/renders/bulk", json=body)).raise_for_status()
    if "trashed" in parameters:
        body = {"action": "trash", "selection": selection}
        (await person.client.post("/renders/bulk", json=body)).raise_for_status()


WORD = {"text": "oak"}
COLLECTION = {"collection_id": "made by the test"}
FAVORITE = {"favorite": True}
TRASH = {"trashed": True}


@pytest.mark.parametrize(
    "parameters",
    [
        *({"sort": sort} for sort in ("newest", "oldest")),
        *({"sort": sort} | WORD for sort in ("newest", "oldest")),
        *({"sort": sort} | COLLECTION for sort in ("newest", "oldest", "manual", "added")),
        *({"sort": sort} | COLLECTION | WORD for sort in ("newest", "oldest", "manual", "added")),
        *({"sort": sort} | FAVORITE | WORD for sort in ("newest", "oldest")),
        *({"sort": sort} | TRASH for sort in ("newest", "deleted")),
        *({"sort": sort} | TRASH | COLLECTION | WORD for sort in ("oldest", "deleted")),
    ],
    ids=lambda parameters: " ".join(["by", *map(str, parameters.values())]),
)
@pytest.mark.parametrize("seed", range(2))
async def test_no_page_misses_or_repeats_what_stays(api: ApiProcess, parameters: dict[str, Any], seed: int) -> None:
    """Rows come and go between pages; every row that was there all the time is shown exactly once."""
    chance = random.Random(seed)
    async with signed_in(api, "pager") as pager:
        with api.supabase.connect() as connection:

            def added(count: int, title: str = "Oak") -> list[UUID]:
                # Few times for many rows: ties are broken by the id.
                times = [START + timedelta(days=chance.randrange(4)) for _ in range(count)]
                drafts = [Draft(title=title, prompt="", created_at=timestamp) for timestamp in times]
                return add_renders(connection, pager.id, drafts)

            if "collection_id" in parameters:
                made = (await pager.client.post("/collections", json={"name": "All"})).json()["data"]["id"]
                parameters = parameters | {"collection_id": made}

            async def show(renders: list[UUID]) -> None:
                await put_into_list(pager, renders, parameters)
                if parameters["sort"] == "manual":
                    place = "update collection_items set position = %s where render_id = %s"
                    connection.cursor().executemany(place, [(chance.randrange(30), render) for render in renders])

            kept, fleeting, others = added(25), added(10), set[UUID]()
            for some in (kept[:12], kept[12:], fleeting):
                await show(some)
            if "text" in parameters:
                others.update(wordless := added(10, "Glass"))
                await show(wordless)
            if parameters.keys() & {"collection_id", "favorite", "trashed"}:
                others.update(added(10))

            async def come_and_go() -> None:
                if fleeting and chance.random() < 0.7:
                    gone = fleeting.pop(chance.randrange(len(fleeting)))
                    connection.execute("delete from renders where id = %s", [gone])
                await show(added(1))

            seen = [card["id"] for card in await pages(pager, 4, come_and_go, **parameters)]
            assert sorted(render for render in seen if render in {str(one) for one in kept}) == sorted(map(str, kept))
            assert len(seen) == len(set(seen))
            assert not set(seen) & {str(one) for one in others}


@pytest.mark.parametrize("seed", range(2))
async def test_any_filter_shows_what_it_says_in_its_order(api: ApiProcess, seed: int) -> None:
    """As Python filters and sorts, whatever is combined; months count the same."""
    chance = random.Random(seed)
    titles = [" ".join(chance.sample(["Oak", "Glass", "linen", "Größe", "石の家"], 2)) for _ in range(60)]
    drafts = [
        Draft(
            title=title,
            prompt="",
            preset_id=chance.choice(["warm-minimal", "graphic-poster"]),
            created_at=START + timedelta(hours=chance.randrange(2_000)),
        )
        for title in titles
    ]
    async with signed_in(api, "searcher") as person:
        with api.supabase.connect() as connection:
            ids = add_renders(connection, person.id, drafts)
        of = dict(zip(map(str, ids), drafts, strict=True))
        collections: dict[str | None, set[str]] = {None: set()}
        for _ in range(2):
            made = (await person.client.post("/collections", json={"name": "Some"})).json()["data"]["id"]
            collections[made] = set()
        for collection, members in collections.items():
            members.update(chance.sample(list(of), 35))
            await put_into_list(person, [UUID(one) for one in members], {"collection_id": collection})
        trash = set(chance.sample(list(of), 15))
        await put_into_list(person, [UUID(one) for one in trash], TRASH)

        # Few enough for what a person may ask in a minute.
        for _ in range(30):
            query: dict[str, Any] = {"sort": chance.choice(["newest", "oldest"])}
            left = {one for one in of if one not in trash}
            if chance.random() < 0.2:
                query["trashed"] = True
                left = set(trash)
            if chance.random() < 0.6:
                query["text"] = chance.choice(["oak", "GLASS oak", "lin", "GRÖ", "石", "石の家 größe", "x"])
                left = {
                    one for one in left if all(word in of[one].title.lower() for word in query["text"].lower().split())
                }
            if chance.random() < 0.5:
                query["collection_id"] = chance.choice([one for one in collections if one])
                left &= collections[query["collection_id"]]
            if chance.random() < 0.4:
                query["favorite"] = True
                left &= collections[None]
            if chance.random() < 0.3:
                query["preset"] = "warm-minimal"
                left = {one for one in left if of[one].preset_id == "warm-minimal"}
            if chance.random() < 0.3:
                start = START + timedelta(hours=chance.randrange(1_000))
                # The same timestamp, told in the zone of somebody elsewhere.
                query["created_from"] = start.astimezone(
                    timezone(timedelta(hours=chance.randrange(-11, 14)))
                ).isoformat()
                left = {one for one in left if of[one].created_at >= start}
            shown = [card["id"] for card in await pages(person, limit=chance.choice([4, 20]), **query)]
            expected = sorted(left, key=lambda one: (of[one].created_at, one), reverse=query["sort"] == "newest")
            assert shown == expected, query
            del query["sort"]
            months = (await person.client.get("/renders/months", params=query)).raise_for_status().json()["data"]
            assert sum(month["count"] for month in months) == len(left), query


async def test_a_page_is_one_call_and_one_batch_of_signed_urls(api: ApiProcess, tmp_path: Path) -> None:
    async with signed_in(api, "counter") as person:
        with api.supabase.connect() as connection:
            renders = add_renders(connection, person.id, [Draft() for _ in range(30)])
        made = (await person.client.post("/collections", json={"name": "Some"})).json()["data"]["id"]
        inside = {"collection_id": made}
        await put_into_list(person, renders[:25], inside)
        await put_into_list(person, renders[5:], FAVORITE)
        with (
            counting_proxy(api.supabase.url) as proxy,
            running_api(tmp_path, api.supabase, api.replicate, {"SUPABASE_URL": proxy.url}) as counted,
        ):
            async with counted.client(person.account) as client:
                for parameters in (
                    {},
                    WORD,
                    FAVORITE,
                    inside,
                    inside | WORD,
                    inside | {"sort": "manual"},
                    {"family": "concept"},
                ):
                    proxy.calls.clear()
                    (await client.get("/renders", params=parameters)).raise_for_status()
                    database = [call for call in proxy.calls if "/rest/v1/" in call]
                    storage = [call for call in proxy.calls if "/storage/v1/" in call]
                    assert database == ["POST /rest/v1/rpc/list_renders"]
                    assert storage in ([], ["POST /storage/v1/object/sign/renders"])
                proxy.calls.clear()
                (await client.get("/collections")).raise_for_status()
                assert proxy.calls == ["POST /rest/v1/rpc/list_collections", "POST /storage/v1/object/sign/renders"]
