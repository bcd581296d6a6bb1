"""Share links: made, opened by whoever has them, ended, turned off, taken down."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from libs.errors import ErrorCode
from tests.support.clients import http_client
from tests.support.clients.api_user import ApiUser, assert_refused, signed_in
from tests.support.factories import Draft, add_renders
from tests.support.processes.api import ApiProcess

FIRST_IDEAS = {"preset_id": "first-ideas", "settings": {"palette": "ember"}, "prompt": "A harbour"}


@pytest.fixture(scope="module")
async def painter(api: ApiProcess) -> AsyncIterator[ApiUser]:
    async with signed_in(api, "painter") as person:
        yield person


@pytest.fixture(scope="module")
async def painting(painter: ApiUser) -> dict[str, Any]:
    """A render with files."""
    return (await painter.generation(**FIRST_IDEAS))["render"]


def seeded(api: ApiProcess, person: ApiUser, count: int, title: str = "Render") -> list[str]:
    with api.supabase.connect() as connection:
        drafts = [Draft(title=f"{title} {number}") for number in range(count)]
        return [str(render) for render in add_renders(connection, person.id, drafts)]


async def shared(person: ApiUser, **body: Any) -> dict[str, Any]:
    return (await person.client.post("/shares", json=body)).raise_for_status().json()["data"]


def token_of(link: dict[str, Any]) -> str:
    return link["url"].rpartition("/")[2]


async def test_a_link_opens_a_render_with_its_pictures_for_anybody(
    painter: ApiUser, painting: dict[str, Any], anonymous: httpx.AsyncClient
) -> None:
    link = await shared(painter, render_id=painting["id"])
    answer = await anonymous.get(f"/shared/{token_of(link)}")
    assert answer.headers["cache-control"] == "private, no-store"
    view = answer.json()["data"]
    (render,) = view["renders"]
    # Nothing tells whose it is, or what made it: nobody named this render, so that its title is the prompt.
    assert (view["kind"], view["title"], render["title"], render["recipe"]) == ("render", *["First ideas"] * 2, None)
    assert painter.id not in answer.text
    async with http_client.AsyncClient() as messenger:
        page = await messenger.get(link["url"])
    assert "harbour" not in (answer.text + page.text).lower()
    (variant,) = render["variants"]
    own = await http_client.AsyncClient().get(painting["variants"][0]["url"])
    picture = await anonymous.get(variant["url"].removeprefix("/api/v1"))
    assert (picture.content, picture.headers["content-type"]) == (own.content, own.headers["content-type"])
    small = await anonymous.get(variant["thumbnail_url"].removeprefix("/api/v1"))
    assert small.is_success
    assert len(small.content) < len(picture.content)


async def test_settings_are_there_only_when_they_were_included(
    painter: ApiUser, painting: dict[str, Any], anonymous: httpx.AsyncClient
) -> None:
    link = await shared(painter, render_id=painting["id"], include_settings=True)
    (render,) = (await anonymous.get(f"/shared/{token_of(link)}")).json()["data"]["renders"]
    recipe = render["recipe"]
    assert render["title"] == painting["title"]
    assert (recipe["preset_id"], recipe["prompt"], recipe["problem"]) == ("first-ideas", "A harbour", None)
    assert recipe["settings"]["palette"] == "ember"


async def test_a_collection_is_shared_page_by_page_and_stays_current(
    api: ApiProcess, alice: ApiUser, anonymous: httpx.AsyncClient
) -> None:
    renders = seeded(api, alice, 3)
    collection = (await alice.client.post("/collections", json={"name": "Ideas"})).json()["data"]["id"]
    link = await shared(alice, collection_id=collection)
    path = f"/shared/{token_of(link)}"
    assert (await anonymous.get(path)).json()["data"] == {"kind": "collection", "title": "Ideas", "renders": []}
    for render in renders:
        (await alice.client.put(f"/collections/{collection}/items/{render}")).raise_for_status()
    first = (await anonymous.get(path, params={"limit": 2})).json()
    second = (await anonymous.get(path, params={"limit": 2, "cursor": first["meta"]["next_cursor"]})).json()
    seen = [render["id"] for body in (first, second) for render in body["data"]["renders"]]
    assert sorted(seen) == sorted(renders)
    assert second["meta"]["next_cursor"] is None
    await alice.client.delete(f"/renders/{renders[0]}")
    assert len((await anonymous.get(path)).json()["data"]["renders"]) == 2


async def test_G5_a_link_that_was_turned_off_opens_nothing_at_once(
    painter: ApiUser, painting: dict[str, Any], anonymous: httpx.AsyncClient
) -> None:
    link, other = [await shared(painter, render_id=painting["id"]) for _ in range(2)]
    variant = painting["variants"][0]["id"]
    paths = [f"/shared/{token_of(link)}", f"/shared/{token_of(link)}/pictures/{variant}"]
    etag = (await anonymous.get(paths[1])).headers["etag"]
    assert (await anonymous.get(paths[1], headers={"If-None-Match": etag})).status_code == 304

    assert (await painter.client.delete(f"/shares/{link['id']}")).status_code == 204

    refusals = [await anonymous.get(path, headers={"If-None-Match": etag}) for path in paths]
    never_was = await anonymous.get(f"/shared/{'A' * 43}")
    for answer in (*refusals, never_was, await anonymous.get("/shared/short")):
        assert_refused(answer, ErrorCode.SHARE_NOT_FOUND)
    listed = {one["id"] for one in (await painter.client.get("/shares")).json()["data"]}
    assert link["id"] not in listed
    assert other["id"] in listed
    assert (await anonymous.get(f"/shared/{token_of(other)}")).is_success
    # A repeat changes nothing.
    assert (await painter.client.delete(f"/shares/{link['id']}")).status_code == 204


async def test_G5_a_link_ends_when_its_time_is_over(
    api: ApiProcess, alice: ApiUser, anonymous: httpx.AsyncClient
) -> None:
    (render,) = seeded(api, alice, 1)
    late = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    link = await shared(alice, render_id=render, expires_at=late)
    assert (await anonymous.get(f"/shared/{token_of(link)}")).is_success
    with api.supabase.connect() as connection:
        connection.execute("update share_links set expires_at = now() where id = %s", (link["id"],))
    assert_refused(await anonymous.get(f"/shared/{token_of(link)}"), ErrorCode.SHARE_NOT_FOUND)


async def test_a_render_in_the_trash_takes_its_link_along(
    api: ApiProcess, alice: ApiUser, anonymous: httpx.AsyncClient
) -> None:
    (render,) = seeded(api, alice, 1)
    link = await shared(alice, render_id=render)
    await alice.client.delete(f"/renders/{render}")
    assert_refused(await anonymous.get(f"/shared/{token_of(link)}"), ErrorCode.SHARE_NOT_FOUND)
    await alice.client.post("/renders/bulk", json={"action": "restore", "selection": {"ids": [render]}})
    assert (await anonymous.get(f"/shared/{token_of(link)}")).is_success


async def test_what_cannot_be_shared_is_refused(api: ApiProcess, alice: ApiUser, painter: ApiUser) -> None:
    (render,) = seeded(api, alice, 1)
    for body in ({}, {"render_id": render, "collection_id": str(uuid4())}):
        assert_refused(await alice.client.post("/shares", json=body), ErrorCode.VALIDATION_FAILED)
    past = {"render_id": render, "expires_at": "2020-01-01T00:00:00Z"}
    assert_refused(await alice.client.post("/shares", json=past), ErrorCode.VALIDATION_FAILED)
    for somebodys in (render, str(uuid4())):
        assert_refused(await painter.client.post("/shares", json={"render_id": somebodys}), ErrorCode.RENDER_NOT_FOUND)
    assert_refused(
        await painter.client.post("/shares", json={"collection_id": str(uuid4())}), ErrorCode.COLLECTION_NOT_FOUND
    )
    link = await shared(alice, render_id=render)
    assert_refused(await painter.client.delete(f"/shares/{link['id']}"), ErrorCode.SHARE_NOT_FOUND)
    assert (await alice.client.get("/shares", params={"render_id": render})).json()["data"] == [link]
    assert (await painter.client.get("/shares", params={"render_id": render})).json()["data"] == []


async def test_links_are_listed_page_by_page(api: ApiProcess, alice: ApiUser) -> None:
    (render,) = seeded(api, alice, 1)
    made = [await shared(alice, render_id=render) for _ in range(3)]
    first = (await alice.client.get("/shares", params={"limit": 2})).json()
    second = (await alice.client.get("/shares", params={"limit": 2, "cursor": first["meta"]["next_cursor"]})).json()
    assert first["data"] + second["data"] == made[::-1]


async def test_a_render_is_shown_with_its_cover_first(
    api: ApiProcess, alice: ApiUser, anonymous: httpx.AsyncClient
) -> None:
    with api.supabase.connect() as connection:
        (render,) = add_renders(connection, alice.id, [Draft(variants=3)])
    detail = (await alice.client.get(f"/renders/{render}")).json()["data"]
    cover = detail["variants"][2]["id"]
    (await alice.client.patch(f"/renders/{render}", json={"cover_variant_id": cover})).raise_for_status()
    link = await shared(alice, render_id=str(render))
    (view,) = (await anonymous.get(f"/shared/{token_of(link)}")).json()["data"]["renders"]
    assert [variant["index"] for variant in view["variants"]] == [2, 0, 1]


async def test_a_render_is_taken_down_wherever_a_link_shows_it(
    api: ApiProcess, alice: ApiUser, anonymous: httpx.AsyncClient
) -> None:
    bad, good = seeded(api, alice, 2)
    collections: list[dict[str, Any]] = []
    for name in ("First", "Second"):
        collection = (await alice.client.post("/collections", json={"name": name})).json()["data"]["id"]
        for render in (bad, good):
            (await alice.client.put(f"/collections/{collection}/items/{render}")).raise_for_status()
        collections.append(await shared(alice, collection_id=collection))
    alone = await shared(alice, render_id=bad)

    async def shown(link: dict[str, Any]) -> list[str]:
        answer = await anonymous.get(f"/shared/{token_of(link)}")
        return [render["id"] for render in answer.raise_for_status().json()["data"]["renders"]]

    report = {"share_token": token_of(collections[0]), "render_id": bad, "reason": "private", "message": "My face"}
    foreign = report | {"render_id": seeded(api, alice, 1)[0]}
    assert_refused(await anonymous.post("/reports", json=foreign), ErrorCode.SHARE_NOT_FOUND)
    assert_refused(await anonymous.post("/reports", json={**report, "share_token": None}), ErrorCode.VALIDATION_FAILED)
    assert (await anonymous.post("/reports", json=report)).status_code == 204
    assert [sorted(await shown(link)) for link in collections] == [sorted([bad, good])] * 2

    with api.supabase.connect() as connection:
        waiting = "select report_id, address, live, title, messages from private.open_reports where messages = %s"
        ((report_id, address, live, title, messages),) = connection.execute(waiting, (["My face"],)).fetchall()
        assert (address, live, title, messages) == (f"/s/{token_of(collections[0])}", True, "Render 0", ["My face"])
        connection.execute("select private.take_down(%s)", (report_id,))
        assert connection.execute(waiting, (["My face"],)).fetchall() == []

    assert [await shown(link) for link in collections] == [[good]] * 2
    assert_refused(await anonymous.get(f"/shared/{token_of(alone)}"), ErrorCode.SHARE_NOT_FOUND)
    assert_refused(await alice.client.post("/shares", json={"render_id": bad}), ErrorCode.SHARING_REFUSED)
    # What a third collection of the same owner would show is the same.
    third = (await alice.client.post("/collections", json={"name": "Third"})).json()["data"]["id"]
    (await alice.client.put(f"/collections/{third}/items/{bad}")).raise_for_status()
    assert await shown(await shared(alice, collection_id=third)) == []


async def test_a_collection_is_taken_down_with_what_is_in_it(
    api: ApiProcess, alice: ApiUser, anonymous: httpx.AsyncClient
) -> None:
    (render,) = seeded(api, alice, 1)
    collection = (await alice.client.post("/collections", json={"name": "Bad"})).json()["data"]["id"]
    (await alice.client.put(f"/collections/{collection}/items/{render}")).raise_for_status()
    link = await shared(alice, collection_id=collection)
    report = {"share_token": token_of(link), "reason": "illegal", "message": ""}
    (await anonymous.post("/reports", json=report)).raise_for_status()

    with api.supabase.connect() as connection:
        connection.execute("select private.take_down(id) from private.reports where share_link_id = %s", (link["id"],))

    assert_refused(await anonymous.get(f"/shared/{token_of(link)}"), ErrorCode.SHARE_NOT_FOUND)
    for body in ({"collection_id": collection}, {"render_id": render}):
        assert_refused(await alice.client.post("/shares", json=body), ErrorCode.SHARING_REFUSED)


async def test_an_operator_takes_a_shared_picture_down_for_good(
    api: ApiProcess, alice: ApiUser, anonymous: httpx.AsyncClient
) -> None:
    render, other = seeded(api, alice, 2)
    links = [await shared(alice, render_id=render) for _ in range(2)]
    untouched = await shared(alice, render_id=other)
    report = {"share_token": token_of(links[0]), "reason": "private", "message": ""}
    assert (await anonymous.post("/reports", json=report)).status_code == 204
    assert_refused(await anonymous.post("/reports", json=report | {"share_token": "A" * 43}), ErrorCode.SHARE_NOT_FOUND)

    with api.supabase.connect() as connection:
        connection.execute(
            "select private.take_down(id) from private.reports where share_link_id = %s", (links[0]["id"],)
        )

    for link in links:
        assert_refused(await anonymous.get(f"/shared/{token_of(link)}"), ErrorCode.SHARE_NOT_FOUND)
    assert_refused(await alice.client.post("/shares", json={"render_id": render}), ErrorCode.SHARING_REFUSED)
    assert (await anonymous.get(f"/shared/{token_of(untouched)}")).is_success
    (listed,) = [one for one in (await alice.client.get("/shares")).json()["data"] if one["id"] == links[0]["id"]]
    assert listed["taken_down_at"] is not None


async def test_one_picture_of_a_share_has_a_preview_of_its_own_while_the_link_opens_it(
    api: ApiProcess, alice: ApiUser, anonymous: httpx.AsyncClient
) -> None:
    with api.supabase.connect() as connection:
        drafts = [Draft(), Draft(title="A secret prompt", variants=2), Draft()]
        renders = [str(render) for render in add_renders(connection, alice.id, drafts)]
    (await alice.client.patch(f"/renders/{renders[0]}", json={"title": "Named"})).raise_for_status()
    views = [(await alice.client.get(f"/renders/{render}")).json()["data"] for render in renders]
    named, second, elsewhere = (view["variants"][-1]["id"] for view in views)
    collection = (await alice.client.post("/collections", json={"name": "Rooms"})).json()["data"]["id"]
    # Whatever the place of a render in the collection, it is found.
    for render in renders[:2]:
        (await alice.client.put(f"/collections/{collection}/items/{render}")).raise_for_status()
    bare = await shared(alice, collection_id=collection)
    whole = await shared(alice, collection_id=collection, include_settings=True)

    async def preview(link: dict[str, Any], item: str) -> tuple[int, dict[str, str]]:
        async with http_client.AsyncClient() as messenger:
            page = await messenger.get(link["url"], params={"item": item})
        assert "x-robots-tag" in page.headers
        return page.status_code, dict(re.findall(r'<meta property="([^"]+)" content="([^"]*)" />', page.text))

    _, tags = await preview(bare, named)
    assert (tags["og:title"], tags["og:description"]) == ("Named · Rooms", "Made with Maquette.")
    assert tags["og:url"] == f"{bare['url']}?item={named}"
    _, tags = await preview(bare, second)
    assert (tags["og:title"], tags["og:image:alt"]) == ("Graphic poster · Rooms", "Graphic poster")
    assert tags["og:image"] == f"{api.url}/api/v1/shared/{token_of(bare)}/pictures/{second}"
    _, tags = await preview(whole, second)
    assert (tags["og:title"], tags["og:description"]) == ("A secret prompt · Rooms", "A quiet room with oak")
    # What the link does not show, and what is no id, is the share itself.
    for item in (elsewhere, str(uuid4()), "\0", "item"):
        status, tags = await preview(bare, item)
        assert (status, tags["og:title"], tags["og:url"]) == (200, "Rooms", bare["url"])

    (await alice.client.delete(f"/shares/{bare['id']}")).raise_for_status()
    assert await preview(bare, second) == (404, {})


async def test_I1_markup_stays_text_in_the_preview_of_a_share(api: ApiProcess, alice: ApiUser) -> None:
    (render,) = seeded(api, alice, 1)
    title = {"title": '"><img src=x onerror=alert(1)> \\1'}
    (await alice.client.patch(f"/renders/{render}", json=title)).raise_for_status()
    link = await shared(alice, render_id=render)
    async with http_client.AsyncClient() as messenger:
        page = await messenger.get(link["url"])
        gone = await messenger.get(f"{api.url}/s/{'A' * 43}")
    assert page.status_code == 200
    assert "<img" not in page.text
    tags = dict(re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)" />', page.text))
    assert tags["og:title"].startswith("&quot;&gt;&lt;img src=x")
    assert tags["robots"] == "noindex"
    assert tags["og:image"].startswith(f"{api.url}/api/v1/shared/")
    assert (tags["og:image:width"], tags["og:image:height"]) == ("1248", "832")
    assert page.headers["referrer-policy"] == "no-referrer"
    assert gone.status_code == 404
    for answer in (page, gone):
        assert (answer.headers["cache-control"], answer.headers["x-robots-tag"]) == ("private, no-store", "noindex")
