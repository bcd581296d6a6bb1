"""What the API sends compressed, and what it leaves as it is because that is compressed already."""

import io
import zipfile
from collections.abc import AsyncIterator

import pytest

from tests.support.clients.api_client import Person, signed_in
from tests.support.processes.api import Product

GZIP, PLAIN = {"Accept-Encoding": "gzip, deflate, br"}, {"Accept-Encoding": "identity"}


@pytest.fixture(scope="module")
async def owner(product: Product) -> AsyncIterator[Person]:
    async with signed_in(product, "owner") as person:
        yield person


async def test_a_long_answer_is_compressed_for_who_takes_it(owner: Person) -> None:
    small = await owner.api.get("/config", headers=GZIP)
    plain = await owner.api.get("/config", headers=PLAIN)

    assert (small.headers["content-encoding"], small.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert "content-encoding" not in plain.headers
    assert small.json()["data"] == plain.json()["data"]
    assert int(small.headers["content-length"]) < int(plain.headers["content-length"]) / 2


async def test_a_short_answer_is_not(owner: Person) -> None:
    answer = await owner.api.get("/me", headers=GZIP)
    assert len(answer.content) < 500
    assert "content-encoding" not in answer.headers


async def test_what_is_compressed_already_is_sent_as_it_is(owner: Person) -> None:
    render = (await owner.generation(preset_id="warm-minimal", seed=5))["render"]
    variant = (await owner.api.get(f"/renders/{render['id']}")).json()["data"]["variants"][0]
    form = {"access_token": owner.user.token, "render_ids": render["id"]}

    archive = await owner.api.post("/downloads/archive", data=form, headers=GZIP)
    export = await owner.api.get("/me/export", headers=GZIP)
    picture = await owner.api.get(f"/downloads/renders/{render['id']}/variants/{variant['id']}", headers=GZIP)

    for answer in (archive, export, picture):
        assert answer.status_code == 200
        assert "content-encoding" not in answer.headers
    for answer in (archive, export):
        assert zipfile.ZipFile(io.BytesIO(answer.content)).testzip() is None
    assert picture.headers["content-type"] == "image/webp"
    # The picture is longer than what is left alone for being short.
    assert len(picture.content) > 500


async def test_pages_that_a_link_opens_say_where_pictures_come_from(product: Product) -> None:
    async with product.client() as browser:
        for page in ("/", "/community", "/dashboard/create"):
            answer = await browser.get(f"{product.url}{page}")
            assert answer.headers["link"] == f"<{product.environment()['SUPABASE_URL']}>; rel=preconnect", page
