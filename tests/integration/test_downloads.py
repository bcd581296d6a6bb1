"""Downloads: names people recognise, recipes in the files, and archives written while they are sent."""

import asyncio
import io
import json
import os
import re
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import uuid4

import httpx
import psutil
import pytest
from PIL import Image, ImageChops, ImageStat

from api.errors import TransportCode
from libs.errors import ErrorCode
from tests.support.clients import http_client
from tests.support.clients.api_user import ApiUser, assert_refused, open_url, signed_in
from tests.support.clients.database_user import service_role_user
from tests.support.factories import Draft, add_renders
from tests.support.processes.api import ApiProcess

MEGABYTE = 1 << 20
# The address of a file, wherever an answer has one.
STORED = re.compile(r'"(http[^"]*/storage/v1/[^"]*)"')
# From the shell to CRLF in a header: what a title may hold and a file name must not.
TITLE = 'a/../b:"c"\\<d>|*? Größe 石'


@pytest.fixture(scope="module")
async def alice(api: ApiProcess) -> AsyncIterator[ApiUser]:
    async with signed_in(api, "alice") as person:
        yield person


@pytest.fixture(scope="module")
async def render(alice: ApiUser) -> dict[str, Any]:
    """A render of two variants under an awkward title."""
    generation = await alice.generation(preset_id="warm-minimal", variants=2, seed=5)
    changed = await alice.client.patch(f"/renders/{generation['render']['id']}", json={"title": TITLE})
    return changed.raise_for_status().json()["data"]


async def archive(person: ApiUser, **form: str) -> httpx.Response:
    return await person.client.post("/downloads/archive", data={"access_token": person.account.token, **form})


def recipe_of(data: bytes) -> dict[str, Any] | None:
    found = re.search(rb"maquette:recipe='([^']*)'", data) or re.search(rb'maquette:recipe="([^"]*)"', data)
    return json.loads(found[1].decode().replace("&quot;", '"').replace("&amp;", "&")) if found else None


async def test_a_picture_has_a_name_and_its_recipe(alice: ApiUser, render: dict[str, Any]) -> None:
    first = render["variants"][0]
    stored = (await open_url(first["url"])).content

    answer = await alice.client.get(f"/downloads/renders/{render['id']}/variants/{first['id']}")

    assert answer.headers["content-type"] == "image/webp"
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith('attachment; filename="a .. b c d Gr__e _ 1.webp')
    assert "filename*=UTF-8''a%20..%20b%20c%20d%20Gr%C3%B6%C3%9Fe%20%E7%9F%B3%201.webp" in disposition
    recipe = recipe_of(answer.content)
    assert recipe is not None
    assert (recipe["render_id"], recipe["preset_id"], recipe["seed"]) == (render["id"], "warm-minimal", 5)
    # The pixels are the stored ones, bit by bit.
    ours, theirs = Image.open(io.BytesIO(answer.content)), Image.open(io.BytesIO(stored))
    assert (ours.size, ours.tobytes()) == (theirs.size, theirs.tobytes())

    plain = await alice.client.get(
        f"/downloads/renders/{render['id']}/variants/{first['id']}", params={"recipe": False}
    )
    assert plain.content == stored


@pytest.mark.parametrize(
    ("asked", "image_format", "extension"), [("png", "PNG", "png"), ("jpeg", "JPEG", "jpg"), ("webp", "WEBP", "webp")]
)
async def test_a_picture_comes_in_the_format_that_is_asked_for(
    asked: str, image_format: str, extension: str, alice: ApiUser, render: dict[str, Any]
) -> None:
    first = render["variants"][0]
    stored = Image.open(io.BytesIO((await open_url(first["url"])).content)).convert("RGB")

    address = f"/downloads/renders/{render['id']}/variants/{first['id']}"
    answer = await alice.client.get(address, params={"format": asked})
    packed = await archive(alice, render_ids=render["id"], format=asked)

    assert answer.headers["content-type"] == f"image/{asked}"
    assert f"1.{extension}" in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(packed.content)) as whole:
        assert whole.testzip() is None
        assert [name.rpartition(".")[2] for name in whole.namelist()] == [extension, extension]
        in_archive = whole.read(whole.namelist()[0])
    for data in (answer.content, in_archive):
        image = Image.open(io.BytesIO(data))
        assert (image.format, image.size) == (image_format, stored.size)
        recipe = recipe_of(data)
        assert recipe is not None
        assert recipe["render_id"] == render["id"]
        difference = ImageStat.Stat(ImageChops.difference(image.convert("RGB"), stored))
        assert max(difference.mean) < (3 if asked == "jpeg" else 0.01)


async def test_an_unknown_format_is_refused(alice: ApiUser, render: dict[str, Any]) -> None:
    address = f"/downloads/renders/{render['id']}/variants/{render['variants'][0]['id']}"
    for asked in ("gif", "PNG", ""):
        assert_refused(await alice.client.get(address, params={"format": asked}), ErrorCode.VALIDATION_FAILED)
        assert_refused(await archive(alice, render_ids=render["id"], format=asked), ErrorCode.VALIDATION_FAILED)


async def test_a_render_and_a_collection_come_as_archives(alice: ApiUser, render: dict[str, Any]) -> None:
    twin = await alice.generation()
    await alice.client.patch(f"/renders/{twin['render']['id']}", json={"title": TITLE.upper()})
    collection = (await alice.client.post("/collections", json={"name": "../Best"})).json()["data"]["id"]
    for one in (render["id"], twin["render"]["id"]):
        await alice.client.put(f"/collections/{collection}/items/{one}")

    single = await archive(alice, render_ids=render["id"])
    both = await archive(alice, collection_id=collection)

    assert single.headers["transfer-encoding"] == "chunked"
    assert 'filename=".. Best.zip"' not in both.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(single.content)) as packed:
        assert packed.testzip() is None
        recipes = [recipe_of(packed.read(name)) for name in packed.namelist()]
    assert [recipe and recipe["variant"] for recipe in recipes] == [0, 1]
    with zipfile.ZipFile(io.BytesIO(both.content)) as packed:
        names = packed.namelist()
        assert packed.testzip() is None
    assert len(names) == 3
    # I1: flat, unique also where case does not count, and nothing that leads out of the folder.
    assert len({name.casefold() for name in names}) == 3
    assert all(len(PurePosixPath(name).parts) == 1 and not name.startswith(".") for name in names)


async def test_B4_whatever_a_person_is_told_opens_their_own_files_alone(
    api: ApiProcess, alice: ApiUser, render: dict[str, Any]
) -> None:
    async with signed_in(api, "bob") as bob:
        theirs = await bob.generation()
        collection = (await bob.client.post("/collections", json={"name": "Best"})).json()["data"]["id"]
        for person, made in ((alice, render["id"]), (bob, theirs["render"]["id"])):
            (await person.client.put(f"/renders/{made}/favorite")).raise_for_status()
        (await bob.client.put(f"/collections/{collection}/items/{theirs['render']['id']}")).raise_for_status()
        pages = [
            "/renders",
            f"/renders/{theirs['render']['id']}",
            f"/renders?collection_id={collection}",
            "/renders?favorite=true",
            "/collections",
            f"/collections/{collection}",
            "/generations",
        ]
        told = {page: set(re.findall(STORED, (await bob.client.get(page)).raise_for_status().text)) for page in pages}

    assert all(told.values())
    for url in {url for urls in told.values() for url in urls}:
        assert httpx.URL(url).path.startswith(f"/storage/v1/object/sign/renders/{bob.id}/")
        assert (await open_url(url)).headers["content-type"] == "image/webp"


async def test_others_and_strangers_get_nothing(api: ApiProcess, alice: ApiUser, render: dict[str, Any]) -> None:
    variant = render["variants"][0]["id"]
    collection = (await alice.client.get("/collections")).json()["data"][0]["id"]
    async with signed_in(api, "bob") as bob:
        assert_refused(
            await bob.client.get(f"/downloads/renders/{render['id']}/variants/{variant}"), ErrorCode.RENDER_NOT_FOUND
        )
        assert_refused(await archive(bob, render_ids=render["id"]), ErrorCode.RENDER_NOT_FOUND)
        assert_refused(await archive(bob, collection_id=collection), ErrorCode.COLLECTION_NOT_FOUND)
    async with api.client() as anonymous:
        assert_refused(
            await anonymous.get(f"/downloads/renders/{render['id']}/variants/{variant}"),
            TransportCode.NOT_AUTHENTICATED,
        )
        form = {"access_token": "forged", "render_ids": render["id"]}
        assert_refused(await anonymous.post("/downloads/archive", data=form), TransportCode.NOT_AUTHENTICATED)
        assert_refused(await anonymous.post("/downloads/archive", data={}), ErrorCode.VALIDATION_FAILED)
    assert_refused(
        await alice.client.get(f"/downloads/renders/{render['id']}/variants/{uuid4()}"), ErrorCode.VARIANT_NOT_FOUND
    )


@pytest.mark.parametrize("ids", ["", "x", "0197c2d0-0000-7000-8000-000000000000,", ",".join([str(uuid4())] * 501)])
async def test_bad_lists_of_ids_are_refused(alice: ApiUser, ids: str) -> None:
    assert_refused(await archive(alice, render_ids=ids), ErrorCode.VALIDATION_FAILED)


async def test_an_archive_never_sits_whole_in_memory(api: ApiProcess, tmp_path: Path) -> None:
    """240 MB for a reader who is slow at first: the API holds the picture that it sends and no other."""
    async with signed_in(api, "collector") as collector:
        with api.supabase.connect() as connection:
            renders = add_renders(connection, collector.id, [Draft()] * 30)
        async with http_client.AsyncClient(base_url=api.supabase.url) as http:
            for render in renders:
                picture = os.urandom(8 * MEGABYTE)
                path = f"{collector.id}/{render}/0.webp"
                kept = await service_role_user(api.supabase, http).upload(
                    "renders", path, picture, content_type="image/webp"
                )
                kept.raise_for_status()
        assert api.process is not None
        memory = psutil.Process(api.process.pid).memory_info
        before, peak = memory().rss, 0
        form = {
            "access_token": collector.account.token,
            "render_ids": ",".join(map(str, renders)),
            "recipe": "false",
        }
        with (tmp_path / "all.zip").open("wb") as file:
            async with collector.client.stream("POST", "/downloads/archive", data=form) as answer:
                async for chunk in answer.aiter_raw(MEGABYTE):
                    if file.tell() < 3 * MEGABYTE:
                        await asyncio.sleep(0.5)
                    file.write(chunk)
                    peak = max(peak, memory().rss)

    with zipfile.ZipFile(tmp_path / "all.zip") as packed:
        assert (len(packed.namelist()), packed.testzip()) == (30, None)
    assert peak - before < 60 * MEGABYTE
