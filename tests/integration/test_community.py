"""Community: published sets for everybody, cacheable, with what made each picture; and reports of it."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree as ET

import httpx
import psycopg
import pytest

from libs.errors import ErrorCode
from local.database.orphans import orphans
from tests.support.clients import http_client
from tests.support.clients.api_user import ApiUser, assert_refused
from tests.support.clients.database_user import service_role_user
from tests.support.factories import Draft, add_renders
from tests.support.processes.api import ApiProcess

MARKUP = '"><script>alert(1)</script>'

SETS = """
with curated as (
  insert into community_collections (slug, title, description, tags, position, published_at)
  values (%(slug)s, %(title)s, 'Rooms', %(tags)s, %(position)s, %(published_at)s) returning id
)
insert into community_items
  (collection_id, position, title, credit, preset_id, prompt, settings, seed, path, thumbnail_path, width, height,
   placeholder, is_published)
select id, n, 'Item ' || n, 'Maquette', %(preset)s, 'Oak', %(settings)s, n, %(slug)s || n || '.webp',
  %(slug)s || n || '.thumb.webp', 64, 48, 'AA==', n < 5
from curated, generate_series(1, 5) as n
"""


@pytest.fixture(scope="module")
def curated(api: ApiProcess) -> Iterator[str]:
    """Three sets of four published items each: two that are published and a draft, named after the tag."""
    tag = f"tag-{uuid4().hex[:8]}"
    with api.supabase.connect() as connection:
        for number, published_at in enumerate(("now", "2026-01-01", None, "2999-01-01")):
            connection.execute(
                SETS,
                {
                    "slug": f"{tag}-{number}",
                    "title": f"Set {number} {MARKUP}",
                    "tags": [tag],
                    "position": number,
                    "published_at": published_at,
                    "preset": "first-ideas",
                    "settings": '{"palette": "stone"}' if number == 0 else '{"palette": "no-longer-offered"}',
                },
            )
        yield tag
        connection.execute("delete from community_collections where %s = any (tags)", (tag,))


async def test_published_sets_come_in_order_page_by_page(curated: str, anonymous: httpx.AsyncClient) -> None:
    first = (await anonymous.get("/community", params={"tag": curated, "limit": 1})).json()
    cursor = first["meta"]["next_cursor"]
    second = (await anonymous.get("/community", params={"tag": curated, "limit": 1, "cursor": cursor})).json()
    assert [one["slug"] for one in first["data"] + second["data"]] == [f"{curated}-0", f"{curated}-1"]
    assert second["meta"]["next_cursor"] is None
    (one,) = first["data"]
    assert (one["count"], len(one["covers"])) == (4, 3)
    assert_refused(await anonymous.get("/community", params={"cursor": "forged"}), ErrorCode.INVALID_CURSOR)


async def test_a_set_shows_its_items_and_says_which_can_be_applied(curated: str, anonymous: httpx.AsyncClient) -> None:
    fine = (await anonymous.get(f"/community/{curated}-0")).json()["data"]
    old = (await anonymous.get(f"/community/{curated}-1")).json()["data"]
    assert [item["title"] for item in fine["items"]] == [f"Item {n}" for n in range(1, 5)]
    assert {item["recipe"]["problem"] for item in fine["items"]} == {None}
    assert all("is not one of" in item["recipe"]["problem"] for item in old["items"])
    assert fine["items"][0]["recipe"] == {
        "preset_id": "first-ideas",
        "preset_name": "First ideas",
        "model": "black-forest-labs/flux-schnell",
        "prompt": "Oak",
        "settings": {"palette": "stone"},
        "seed": 1,
        "from_photo": False,
        "problem": None,
    }


@pytest.mark.parametrize("suffix", ["2", "3", "4"])
async def test_drafts_plans_and_unknown_sets_are_alike(curated: str, anonymous: httpx.AsyncClient, suffix: str) -> None:
    assert_refused(await anonymous.get(f"/community/{curated}-{suffix}"), ErrorCode.COMMUNITY_SET_NOT_FOUND)


async def test_I3_public_pages_are_the_same_for_everybody(
    curated: str, anonymous: httpx.AsyncClient, alice: ApiUser
) -> None:
    for path in ("/community", f"/community/{curated}-0"):
        answers = [await reader.get(path) for reader in (anonymous, alice.client)]
        assert answers[0].json()["data"] == answers[1].json()["data"]
        assert {answer.headers["etag"] for answer in answers} == {answers[0].headers["etag"]}
        assert answers[1].headers["cache-control"] == "public, max-age=60, stale-while-revalidate=600"
        assert "set-cookie" not in answers[1].headers
        # What is somebody's own is kept by nobody.
        assert (await alice.client.get("/me")).headers["cache-control"] == "private, no-store"


async def test_a_conditional_request_answers_304_until_something_changes(
    api: ApiProcess, curated: str, anonymous: httpx.AsyncClient
) -> None:
    path = f"/community/{curated}-1"
    etag = (await anonymous.get(path)).headers["etag"]
    unchanged = await anonymous.get(path, headers={"If-None-Match": f'"other", {etag}'})
    assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", etag)
    with api.supabase.connect() as connection:
        connection.execute("update community_collections set description = 'New' where slug = %s", (f"{curated}-1",))
    changed = await anonymous.get(path, headers={"If-None-Match": etag})
    assert (changed.status_code, changed.json()["data"]["description"]) == (200, "New")


async def test_an_item_that_comes_back_keeps_its_file(api: ApiProcess, curated: str) -> None:
    columns = (
        "collection_id, position, title, credit, preset_id, prompt, settings, seed, path, thumbnail_path, width, "
        "height, placeholder, is_published"
    )
    item = {"path": f"{curated}-15.webp", "other": f"{curated}-15-new.webp"}

    def waiting(connection: psycopg.Connection) -> list[str]:
        rows = connection.execute(
            "select name from private.file_changes where name like %s order by name", (f"{curated}-15%",)
        )
        return [name for (name,) in rows]

    with api.supabase.connect() as connection:
        where = "from community_items where path = %(path)s"
        connection.execute(f"create temporary table kept as select {columns} {where}", item)
        connection.execute(f"delete {where}", item)
        assert waiting(connection) == [f"{curated}-15.thumb.webp", f"{curated}-15.webp"]
        connection.execute(f"insert into community_items ({columns}) select {columns} from kept")
        assert waiting(connection) == []
        connection.execute("update community_items set path = %(other)s where path = %(path)s", item)
        assert waiting(connection) == [f"{curated}-15.webp"]
        connection.execute("update community_items set path = %(path)s where path = %(other)s", item)
        assert waiting(connection) == [f"{curated}-15-new.webp"]


async def test_orphans_of_the_community_are_found_both_ways(api: ApiProcess, curated: str) -> None:
    kept, nobodys, fresh = (f"{curated}-{name}.webp" for name in ("01", "nobodys", "fresh"))
    async with http_client.AsyncClient(base_url=api.supabase.url) as http:
        for name in (kept, nobodys, fresh):
            stored = await service_role_user(api.supabase, http).upload(
                "community", name, b"RIFF", content_type="image/webp"
            )
            stored.raise_for_status()
        with api.supabase.connect() as connection:
            aged = "update storage.objects set created_at = created_at - interval '2 hours' where name = any (%s)"
            connection.execute(aged, ([kept, nobodys],))
            found = {sentence for sentence in orphans(connection) if curated in sentence}
    assert f"community/{nobodys} is a file that no row names" in found
    assert f"community/{curated}-01.thumb.webp is named by a community item, but there is no such file" in found
    assert not [sentence for sentence in found if kept in sentence or fresh in sentence]


async def test_tags_of_published_sets_come_the_commonest_first(
    api: ApiProcess, curated: str, anonymous: httpx.AsyncClient
) -> None:
    with api.supabase.connect() as connection:
        connection.execute(
            "update community_collections set tags = tags || %s::text[] where slug = any (%s)",
            ([f"rare-{curated}"], [f"{curated}-0", f"{curated}-3"]),
        )
    answer = await anonymous.get("/community/tags")
    tags = answer.json()["data"]
    assert tags.index(curated) < tags.index(f"rare-{curated}")
    assert len(tags) == len(set(tags))
    for tag, sets in ((f"rare-{curated}", [f"{curated}-0"]), (f"no-{curated}", [])):
        narrowed = (await anonymous.get("/community", params={"tag": tag})).json()["data"]
        assert [one["slug"] for one in narrowed] == sets
    again = await anonymous.get("/community/tags", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    with api.supabase.connect() as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute("update community_collections set slug = 'tags' where slug = %s", (f"{curated}-0",))


async def test_one_item_of_a_set_has_a_preview_of_its_own(api: ApiProcess, curated: str) -> None:
    async with api.client() as anonymous, http_client.AsyncClient() as messenger:
        item = (await anonymous.get(f"/community/{curated}-0")).json()["data"]["items"][1]
        page = await messenger.get(f"{api.url}/community/{curated}-0", params={"item": item["id"]})
        unknown = await messenger.get(f"{api.url}/community/{curated}-0", params={"item": MARKUP})
        landing = await messenger.get(f"{api.url}/")
        (hero,) = re.findall(r'<meta property="og:image" content="([^"]*)" />', landing.text)
        assert (await messenger.get(hero)).headers["content-type"] == "image/webp"
    tags = dict(re.findall(r'<meta property="([^"]+)" content="([^"]*)" />', page.text))
    assert tags["og:title"].startswith("Item 2 · Set 0")
    assert tags["og:url"] == f"{api.url}/community/{curated}-0?item={item['id']}"
    assert (tags["og:image"], tags["og:image:alt"]) == (item["picture"]["url"], "Item 2")
    assert f'<link rel="canonical" href="{api.url}/community/{curated}-0" />' in page.text
    assert (unknown.status_code, "og:title" in unknown.text, MARKUP in unknown.text) == (200, True, False)
    assert f'<link rel="canonical" href="{api.url}/" />' in landing.text
    assert "og:image" in landing.text


async def test_the_community_has_a_preview_with_the_first_cover(api: ApiProcess, curated: str) -> None:
    with api.supabase.connect() as connection:
        connection.execute("update community_collections set position = -1 where slug = %s", (f"{curated}-0",))
    async with http_client.AsyncClient() as messenger:
        page = await messenger.get(f"{api.url}/community")
    tags = dict(re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)" />', page.text))
    assert (tags["og:title"], tags["og:url"]) == ("Community", f"{api.url}/community")
    assert tags["og:description"] == tags["description"] != ""
    assert tags["og:image"].endswith(f"/storage/v1/object/public/community/{curated}-01.webp")
    assert (tags["og:image:width"], tags["og:image:height"], tags["twitter:card"]) == (
        "64",
        "48",
        "summary_large_image",
    )
    assert "<title>Community · Maquette</title>" in page.text
    assert f'<link rel="canonical" href="{api.url}/community" />' in page.text
    assert "robots" not in tags


async def test_the_pages_themselves_answer_304_until_their_preview_changes(api: ApiProcess, curated: str) -> None:
    a_set = f"/community/{curated}-0"
    async with http_client.AsyncClient(base_url=api.url) as reader:
        for path in ("/", "/community", a_set):
            etag = (await reader.get(path)).headers["etag"]
            unchanged = await reader.get(path, headers={"If-None-Match": etag})
            assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", etag)
        with api.supabase.connect() as connection:
            renamed = "update community_collections set description = 'Other rooms' where slug = %s"
            connection.execute(renamed, (f"{curated}-0",))
        changed = await reader.get(a_set, headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert 'content="Other rooms"' in changed.text


async def test_I1_markup_stays_text_in_the_preview_of_a_set(api: ApiProcess, curated: str) -> None:
    async with http_client.AsyncClient() as messenger:
        page = await messenger.get(f"{api.url}/community/{curated}-0", headers={"Host": "evil.example"})
        unknown = await messenger.get(f"{api.url}/community/{curated}-2")
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "evil.example" not in page.text
    tags = dict(re.findall(r'<meta property="([^"]+)" content="([^"]*)" />', page.text))
    assert tags["og:title"].startswith("Set 0")
    assert tags["og:url"] == f"{api.url}/community/{curated}-0"
    assert tags["og:image"].endswith(f"/storage/v1/object/public/community/{curated}-01.webp")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert (unknown.status_code, "og:title" in unknown.text) == (404, False)


async def test_the_sitemap_lists_what_is_published_and_robots_names_it(
    api: ApiProcess, alice: ApiUser, curated: str
) -> None:
    with api.supabase.connect() as connection:
        (render,) = add_renders(connection, alice.id, [Draft()])
        # The fifth is hidden: what happens to it changes nothing that anybody sees.
        for number in (4, 5):
            added = "update community_items set created_at = make_timestamptz(%s, 2, 1, 0, 0, 0, 'UTC') where path = %s"
            connection.execute(added, (2026 + number, f"{curated}-0{number}.webp"))
    link = (await alice.client.post("/shares", json={"render_id": str(render)})).raise_for_status().json()["data"]
    async with http_client.AsyncClient(base_url=api.url, headers={"Host": "evil.example"}) as engine:
        robots = await engine.get("/robots.txt")
        sitemap = await engine.get("/sitemap.xml")
        again = await engine.get("/sitemap.xml", headers={"If-None-Match": sitemap.headers["etag"]})
    assert robots.headers["content-type"] == "text/plain; charset=utf-8"
    assert robots.text.endswith(f"\nSitemap: {api.url}/sitemap.xml\n")
    assert (again.status_code, again.content) == (304, b"")
    assert sitemap.headers["content-type"] == "application/xml"
    assert sitemap.headers["cache-control"] == "public, max-age=60, stale-while-revalidate=600"
    name = {"": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    pages = {
        page.findtext("loc", namespaces=name): page.findtext("lastmod", namespaces=name)
        for page in ET.fromstring(sitemap.content).findall("url", name)
    }
    assert list(pages)[:2] == [f"{api.url}/", f"{api.url}/community"]
    ours = {url: timestamp for url, timestamp in pages.items() if url and f"/community/{curated}" in url}
    assert [*ours] == [f"{api.url}/community/{curated}-{number}" for number in (0, 1)]
    assert ours[f"{api.url}/community/{curated}-0"] == "2030-02-01T00:00:00+00:00"
    assert link["url"].rpartition("/")[2] not in sitemap.text


async def test_a_report_reaches_the_operators_who_take_the_picture_down(
    api: ApiProcess, curated: str, anonymous: httpx.AsyncClient
) -> None:
    async def items() -> list[dict[str, Any]]:
        return (await anonymous.get(f"/community/{curated}-0")).json()["data"]["items"]

    item = (await items())[-1]["id"]
    report = {"community_item_id": item, "reason": "offensive", "message": "  Look \n here "}
    with api.supabase.connect() as connection:
        # Others reported it before.
        connection.execute(
            """
            insert into private.reports (community_item_id, reason, message, reporter)
            select %s, 'offensive', 'Look here', lpad(to_hex(n), 16, '0') from generate_series(1, 20) as n
            """,
            (item,),
        )
    for _ in range(4):
        assert (await anonymous.post("/reports", json=report)).status_code == 204
    assert_refused(
        await anonymous.post("/reports", json=report | {"community_item_id": str(uuid4())}),
        ErrorCode.COMMUNITY_ITEM_NOT_FOUND,
    )
    assert_refused(await anonymous.post("/reports", json=report | {"share_token": "x"}), ErrorCode.VALIDATION_FAILED)
    with api.supabase.connect() as connection:
        (line,) = connection.execute(
            "select reports, address, live, files from private.open_reports where address like %s",
            (f"/community/{curated}-0%",),
        ).fetchall()
        assert line == (23, f"/community/{curated}-0?item={item}", True, [f"community/{curated}-04.webp"])
        reports = connection.execute(
            "select id, reason, message from private.reports where community_item_id = %s", (item,)
        ).fetchall()
        assert len(reports) == 23
        assert set(reports[0][1:]) == {"offensive", "Look here"}
        connection.execute("select private.take_down(%s)", (reports[0][0],))
        queued = connection.execute(
            "select name from private.file_changes where name like %s order by name", (f"{curated}-04%",)
        ).fetchall()
    assert item not in {one["id"] for one in await items()}
    assert [name for (name,) in queued] == [f"{curated}-04.thumb.webp", f"{curated}-04.webp"]
