"""B3: only the webhooks write renders, and whoever writes: the buckets take pictures of a bounded size alone."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from libs.app_config.runtime import LIMITS
from libs.errors import ErrorCode
from tests.security.files import JPEG, File, bytes_of, keep_photo, new_photo_name, photo_name
from tests.support.checks.snapshot import snapshot
from tests.support.clients.api_rpc import ApiRpc
from tests.support.clients.api_user import ApiUser, assert_refused
from tests.support.clients.database_user import DatabaseUser
from tests.support.clients.superuser import Superuser
from tests.support.factories import fill_with_photos
from tests.support.images import image_file
from tests.support.processes.api import ApiProcess

HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
FOREIGN_TYPES = ["text/html", "image/svg+xml", "image/gif", "application/pdf", "application/octet-stream", "text/plain"]
# What the photo of a person may weigh, in bytes: file_size_limit of the bucket.
INPUT_LIMIT = 26_214_400


def refusal(answer: httpx.Response) -> str:
    """The status that Storage means: it answers 400 to nearly everything."""
    assert answer.status_code == 400
    return answer.json()["statusCode"]


def names(superuser: Superuser, owner: DatabaseUser) -> list[str]:
    query = "select bucket_id || '/' || name as name from storage.objects where position(%s in name) > 0 order by 1"
    return [row["name"] for row in superuser.rows(query, owner.id)]


@pytest.mark.parametrize("mime", ["image/png", "image/jpeg", "image/webp"])
async def test_B3_a_picture_of_a_running_job_cannot_be_forged(
    mime: str, api_rpc: ApiRpc, alice: DatabaseUser, service_role: DatabaseUser, superuser: Superuser
) -> None:
    """Storage takes the first file of a name: a forged one would stand in the way of the real one."""
    path = f"{alice.id}/{(await api_rpc.submit(alice))['id']}/0.{mime.removeprefix('image/')}"
    photo = await keep_photo(alice)
    across = {"bucketId": "inputs", "sourceKey": photo.name, "destinationBucket": "renders", "destinationKey": path}
    attempts = [
        await alice.upload("renders", path, content_type=mime),
        await alice.upload("renders", path, content_type=mime, x_upsert="true"),
        await alice.upload("renders", path, content_type=mime, method="PUT"),
        await alice.storage("POST", "object/copy", across),
        await alice.storage("POST", "object/move", across),
        await alice.storage("POST", f"object/upload/sign/renders/{path}", {}),
    ]

    # What is not there cannot be updated: Storage says 404 then, before it asks a policy.
    assert [refusal(answer) for answer in attempts] == ["403", "403", "403", "403", "403", "403"]
    assert names(superuser, alice) == [f"inputs/{photo.name}"]
    assert (await service_role.upload("renders", path, content_type=mime)).is_success
    assert (await alice.storage("GET", f"object/renders/{path}")).content == JPEG


@pytest.mark.parametrize("mime", FOREIGN_TYPES)
async def test_B3_what_is_no_picture_is_refused(
    mime: str, alice: DatabaseUser, service_role: DatabaseUser, superuser: Superuser
) -> None:
    name = photo_name(alice)
    form = {"file": ("photo.jpg", HTML, mime)}

    assert refusal(await alice.upload("inputs", name, HTML, content_type=mime)) == "415"
    assert refusal(await service_role.upload("renders", name, HTML, content_type=mime)) == "415"
    assert refusal(await service_role.upload("renders", name, HTML, content_type=mime, x_upsert="true")) == "415"
    in_a_form = await alice.http.post(f"/storage/v1/object/inputs/{name}", headers=alice.headers, files=form)
    assert refusal(in_a_form) == "415"

    assert names(superuser, alice) == []
    assert (await alice.upload("inputs", name)).is_success


async def test_B3_what_lies_about_its_type_is_served_as_a_picture(alice: DatabaseUser) -> None:
    """Storage checks the declared type alone. So a page that was let in as a JPEG is a broken picture to a browser."""
    for content in (HTML, SVG):
        photo = await keep_photo(alice, content)
        assert (await alice.storage("GET", f"object/inputs/{photo.name}")).headers["content-type"] == "image/jpeg"


# From the person's own id and a right name for a photo to one that `inputs` does not take.
NAMES: dict[str, Callable[[str, str], str]] = {
    "no hash": lambda me, _photo: f"{me}/photo.jpg",
    "short hash": lambda _me, photo: photo.replace(".jpg", "")[:-1] + ".jpg",
    "long hash": lambda _me, photo: photo.replace(".jpg", "0.jpg"),
    "capital hash": lambda me, _photo: f"{me}/{'A' * 64}.jpg",
    "another ending": lambda _me, photo: photo.replace(".jpg", ".html"),
    "a second ending": lambda _me, photo: f"{photo}.html",
    "any character for the dot": lambda _me, photo: photo.replace(".jpg", "/jpg"),
    "a folder below": lambda me, photo: photo.replace(me, f"{me}/below"),
    "a folder above": lambda _me, photo: f"above/{photo}",
    "a job's path": lambda me, _photo: f"{me}/5b7c0f62-6f3c-4d3e-9d1c-2f3a7f0a9b11/0.jpg",
    "nothing but the folder": lambda me, _photo: me,
}


@pytest.mark.parametrize("forge", NAMES.values(), ids=NAMES)
async def test_B3_a_photo_has_a_name_of_one_form(
    forge: Callable[[str, str], str], alice: DatabaseUser, superuser: Superuser
) -> None:
    right = new_photo_name(alice)

    assert refusal(await alice.upload("inputs", forge(alice.id, right))) == "403"

    assert names(superuser, alice) == []
    assert (await alice.upload("inputs", right)).is_success


async def test_B3_a_photo_of_the_limit_is_taken_and_a_byte_more_is_not(
    alice: DatabaseUser, service_role: DatabaseUser, superuser: Superuser
) -> None:
    content = JPEG + bytes(INPUT_LIMIT - len(JPEG))

    async def endless() -> AsyncIterator[bytes]:
        """The same without telling its length."""
        for start in range(0, len(content), 1 << 20):
            yield content[start : start + (1 << 20)]
        yield b"\x00"

    too_big = await alice.upload("inputs", new_photo_name(alice), content + b"\x00")
    untold = await alice.http.post(
        f"/storage/v1/object/inputs/{new_photo_name(alice)}",
        content=endless(),
        headers=alice.headers | alice.proof | {"Content-Type": "image/jpeg"},
    )

    assert [refusal(too_big), refusal(untold)] == ["413", "413"]
    assert names(superuser, alice) == []
    fits = await keep_photo(alice, content)
    assert await bytes_of(service_role, File(fits.bucket, fits.name, b"")) == content


def test_B3_every_bucket_is_bounded_and_all_but_the_community_are_private(superuser: Superuser) -> None:
    buckets = superuser.rows("select id, public, file_size_limit, allowed_mime_types from storage.buckets order by id")

    assert {bucket["id"]: bucket["file_size_limit"] for bucket in buckets} == {
        "community": INPUT_LIMIT,
        "inputs": INPUT_LIMIT,
        "renders": 2 * INPUT_LIMIT,
    }
    pictures = ["image/jpeg", "image/png", "image/webp"]
    assert {bucket["id"]: bucket["allowed_mime_types"] for bucket in buckets} == {
        "community": pictures,
        "inputs": ["image/jpeg"],
        "renders": pictures,
    }
    # What operators publish is nobody's own: B4 shows that nobody else lists or writes it.
    assert [bucket["id"] for bucket in buckets if bucket["public"]] == ["community"]


async def test_B3_people_make_and_change_no_bucket(
    anonymous: DatabaseUser, alice: DatabaseUser, superuser: Superuser
) -> None:
    buckets = "select to_jsonb(b) as row from storage.buckets as b order by id"
    before = superuser.rows(buckets)

    for person in (anonymous, alice):
        assert (await person.storage("POST", "bucket", {"id": "mine", "name": "mine", "public": True})).is_error
        for bucket in ("inputs", "renders"):
            changes = {"public": True, "file_size_limit": None, "allowed_mime_types": None}
            assert (await person.storage("PUT", f"bucket/{bucket}", changes)).is_error
            assert (await person.storage("POST", f"bucket/{bucket}/empty")).is_error
            assert (await person.storage("DELETE", f"bucket/{bucket}")).is_error
        assert (await person.storage("GET", "bucket")).json() == []

    assert superuser.rows(buckets) == before


async def test_B3_a_person_keeps_a_thousand_photos_past_our_api_too(
    api_rpc: ApiRpc, alice: DatabaseUser, bob: DatabaseUser, superuser: Superuser
) -> None:
    kept = await keep_photo(alice)
    fill_with_photos(api_rpc.supabase, alice.id)

    headers: dict[str, Any]
    for headers in ({}, {"x_upsert": "true"}):
        assert refusal(await alice.upload("inputs", new_photo_name(alice), **headers)) == "403"
    assert len(names(superuser, alice)) == LIMITS.max_uploads + 1
    # What is there already is there already.
    assert refusal(await alice.upload("inputs", kept.name)) == "409"
    await keep_photo(bob)

    full = [row["name"] for row in superuser.rows("select name from storage.objects where owner_id = %s", alice.id)]
    gone = {"prefixes": [name for name in full if name != kept.name][:2]}
    (await alice.storage("DELETE", "object/inputs", gone)).raise_for_status()
    assert (await alice.upload("inputs", new_photo_name(alice))).is_success


async def test_B3_the_last_page_of_a_thousand_photos_is_reached(api: ApiProcess, api_alice: ApiUser) -> None:
    fill_with_photos(api.supabase, api_alice.id)
    last = {"limit": 100, "cursor": str(LIMITS.max_uploads - 100)}
    page = (await api_alice.client.get("/uploads", params=last)).raise_for_status().json()
    assert len(page["data"]) == 100
    assert page["meta"].get("next_cursor") is None
    answer = await api_alice.client.post("/uploads", files={"file": ("photo.jpg", image_file())})
    assert assert_refused(answer, ErrorCode.TOO_MANY_UPLOADS) == {"limit": LIMITS.max_uploads}


@pytest.mark.parametrize("more", [{"owner": "someone"}, {"file_name": "x"}])
async def test_B3_an_upload_with_fields_that_nobody_knows_is_refused(
    more: dict[str, str], api: ApiProcess, api_alice: ApiUser
) -> None:
    before = snapshot(api.supabase, api_alice.id)
    answer = await api_alice.client.post("/uploads", files={"file": ("photo.jpg", image_file())}, data=more)
    assert_refused(answer, ErrorCode.VALIDATION_FAILED)
    assert snapshot(api.supabase, api_alice.id) == before
