"""A4, B4: of the community everybody reads what is published and nothing else, and nobody writes."""

from collections.abc import Iterator

import pytest

from tests.support.clients.database_user import DatabaseUser
from tests.support.clients.superuser import Superuser

SETS = """
insert into community_collections (slug, title, description, published_at)
values ('a4-shown', 'Shown', '', now()), ('a4-draft', 'Draft', '', null), ('a4-planned', 'Plan', '', now() + '1 day')
"""
ITEMS = """
insert into community_items
  (collection_id, title, credit, preset_id, prompt, settings, seed, path, thumbnail_path, width, height, placeholder,
   is_published)
select
  id, slug || shown, 'Maquette', 'one-credit', 'Oak', '{}', 1, slug || shown || '.webp', slug || shown || '.t', 64, 48,
  'AA==', shown
from community_collections, (values (true), (false)) as published (shown)
where starts_with(slug, 'a4-')
"""


@pytest.fixture
def curated(superuser: Superuser) -> Iterator[None]:
    superuser.run(SETS)
    superuser.run(ITEMS)
    yield
    superuser.run("delete from community_collections where starts_with(slug, 'a4-')")


@pytest.mark.usefixtures("curated")
async def test_A4_drafts_and_plans_are_read_by_nobody(anonymous: DatabaseUser, alice: DatabaseUser) -> None:
    for person in (anonymous, alice):
        sets = (
            await person.rest("GET", "community_collections?slug=like.a4-*&select=slug,items:community_items(*)")
        ).json()
        assert [one["slug"] for one in sets] == ["a4-shown"]
        assert [item["title"] for item in sets[0]["items"]] == ["a4-showntrue"]
        items = (await person.rest("GET", "community_items?title=like.a4-*&select=title")).json()
        assert items == [{"title": "a4-showntrue"}]
        counted = await person.rest("HEAD", "community_items?title=like.a4-*", prefer="count=exact")
        assert counted.headers["content-range"].endswith("/1")
        listed = (await person.rpc("list_community", {"page_size": 100})).json()
        assert {one["slug"] for one in listed} & {"a4-shown", "a4-draft", "a4-planned"} == {"a4-shown"}
        assert (await person.rpc("list_community", {"page_size": 1, "wanted": "a4-draft"})).json() == []


@pytest.mark.usefixtures("curated")
async def test_A4_nobody_curates_through_the_api(
    anonymous: DatabaseUser, alice: DatabaseUser, superuser: Superuser
) -> None:
    for person in (anonymous, alice):
        published = await person.rest("PATCH", "community_collections?slug=eq.a4-draft", {"published_at": "2026-01-01"})
        assert published.json()["code"] == "42501"
        for table in ("community_collections", "community_items"):
            assert (await person.rest("DELETE", f"{table}?id=not.is.null")).json()["code"] == "42501"
    assert superuser.value("select published_at from community_collections where slug = 'a4-draft'") is None


async def test_B4_the_public_bucket_is_listed_and_written_by_nobody(
    anonymous: DatabaseUser, alice: DatabaseUser, service_role: DatabaseUser
) -> None:
    content = b"RIFF" + bytes(40)
    (await service_role.upload("community", "b4.webp", content, content_type="image/webp")).raise_for_status()
    for person in (anonymous, alice):
        for prefix in ("", "b4", "%"):
            assert (await person.storage("POST", "object/list/community", {"prefix": prefix})).json() == []
        assert (await person.upload("community", "mine.webp", content, content_type="image/webp")).is_client_error
        replaced = await person.upload("community", "b4.webp", b"x", content_type="image/webp", x_upsert="true")
        assert replaced.is_client_error
        await person.storage("DELETE", "object/community/b4.webp")
        shown = await person.storage("GET", "object/public/community/b4.webp")
        assert (shown.status_code, shown.content) == (200, content)
