"""What the API sends compressed, and what it leaves as it is because that is compressed already."""

import io
import zipfile
from collections.abc import AsyncIterator

import pytest

from tests.support.clients.api_user import ApiUser, signed_in
from tests.support.processes.api import ApiProcess

GZIP, PLAIN = {"Accept-Encoding": "gzip, deflate, br"}, {"Accept-Encoding": "identity"}


@pytest.fixture(scope="module")
async def owner(api: ApiProcess) -> AsyncIterator[ApiUser]:
    async with signed_in(api, "owner") as person:
        yield person


async def test_a_long_answer_is_compressed_for_who_takes_it(owner: ApiUser) -> None:
    small = await owner.client.get("/config", headers=GZIP)
    plain = await owner.client.get("/config", headers=PLAIN)

    assert (small.headers["content-encoding"], small.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert "content-encoding" not in plain.headers
    assert small.json()["data"] == plain.json()["data"]
    assert int(small.headers["content-length"]) < int(plain.headers["content-length"]) / 2


async def test_a_short_answer_is_not(owner: ApiUser) -> None:
    answer = await owner.client.get("/me", headers=GZIP)
    assert len(answer.content) < 500
    assert "content-encoding" not in answer.headers


async def test_what_is_compressed_already_is_sent_as_it_is(owner: ApiUser) -> None:
    render = (await owner.generation(preset_id="warm-minimal", seed=5))["render"]
    variant = (await owner.client.get(f"/renders/{render['id']}")).json()["data"]["variants"][0]
    form = {"access_token": owner.account.token, "render_ids": render["id"]}

    archive = await owner.client.post("/downloads/archive", data=form, headers=GZIP)
    export = await owner.client.get("/me/export", headers=GZIP)
    picture = await owner.client.get(f"/downloads/renders/{render['id']}/variants/{variant['id']}", headers=GZIP)

    for answer in (archive, export, picture):
        assert answer.status_code == 200
        assert "content-encoding" not in answer.headers
    for answer in (archive, export):
        assert zipfile.ZipFile(io.BytesIO(answer.content)).testzip() is None
    assert picture.headers["content-type"] == "image/webp"
    # The picture is longer than what is left alone for being short.
    assert len(picture.content) > 500


async def test_pages_that_a_link_opens_say_where_pictures_come_from(api: ApiProcess) -> None:
    async with api.client() as browser:
        for page in ("/", "/community", "/dashboard/create"):
            answer = await browser.get(f"{api.url}{page}")
            assert answer.headers["link"] == f"<{api.environment()['SUPABASE_URL']}>; rel=preconnect", page
