"""B2: the photo that was checked is the photo that is used: nobody writes over it. It can be deleted and another put
under its name, which is why its bytes are checked again at use."""

from collections.abc import Awaitable, Callable
from hashlib import sha256

import httpx
import pytest

from libs.errors import ErrorCode
from tests.security.catalog import everything
from tests.security.files import File, bytes_of, keep_photo, photo_name
from tests.support.clients.api_user import ApiUser, assert_refused
from tests.support.clients.database_user import DatabaseUser
from tests.support.clients.superuser import Superuser
from tests.support.images import encoded, image_file, png_of_size, quadrants
from tests.support.predictions import prediction_ids, succeed_at_once
from tests.support.processes.api import ApiProcess, submit, until_ended

BOMB = b"\xff\xd8\xff bomb"


async def upsert(user: DatabaseUser, bucket: str, checked: str, _bomb: str) -> httpx.Response:
    return await user.upload(bucket, checked, BOMB, x_upsert="true")


async def update(user: DatabaseUser, bucket: str, checked: str, _bomb: str) -> httpx.Response:
    return await user.upload(bucket, checked, BOMB, method="PUT")


async def copy(user: DatabaseUser, bucket: str, checked: str, bomb: str) -> httpx.Response:
    body = {"bucketId": bucket, "sourceKey": bomb, "destinationKey": checked}
    return await user.storage("POST", "object/copy", body, x_upsert="true")


async def move(user: DatabaseUser, bucket: str, checked: str, bomb: str) -> httpx.Response:
    """Move does not overwrite: the checked photo would first have to be moved away."""
    away = {"bucketId": bucket, "sourceKey": checked, "destinationKey": f"{checked.removesuffix('.jpg')}.away.jpg"}
    there = {"bucketId": bucket, "sourceKey": bomb, "destinationKey": checked}
    refused = await user.storage("POST", "object/move", away)
    return refused if refused.is_error else await user.storage("POST", "object/move", there)


async def signed_upload(user: DatabaseUser, bucket: str, checked: str, _bomb: str) -> httpx.Response:
    signed = await user.storage("POST", f"object/upload/sign/{bucket}/{checked}", {}, x_upsert="true")
    return signed if signed.is_error else await put_signed(user, bucket, checked, signed)


async def put_signed(user: DatabaseUser, bucket: str, name: str, signed: httpx.Response) -> httpx.Response:
    """Use the address of a signed upload, which needs no key."""
    return await user.http.put(
        f"/storage/v1/object/upload/sign/{bucket}/{name}",
        params={"token": signed.json()["token"]},
        content=BOMB,
        headers={"Content-Type": "image/jpeg"},
    )


Swap = Callable[[DatabaseUser, str, str, str], Awaitable[httpx.Response]]

SWAPS: dict[str, Swap] = {
    "upsert": upsert,
    "update": update,
    "copy": copy,
    "move": move,
    "signed upload": signed_upload,
}


@pytest.mark.parametrize("swap", SWAPS.values(), ids=SWAPS)
async def test_B2_a_checked_photo_is_not_written_over(
    swap: Swap, alice: DatabaseUser, service_role: DatabaseUser, superuser: Superuser
) -> None:
    """Neither by its owner, whom the policies bind, nor as Storage itself completes an upload, as its service role."""
    checked, bomb = await keep_photo(alice), await keep_photo(alice, BOMB)
    row = "select to_jsonb(o) - 'last_accessed_at' from storage.objects as o where bucket_id = 'inputs' and name = %s"
    before = superuser.value(row, checked.name)

    for person in (alice, service_role):
        refused = await swap(person, "inputs", checked.name, bomb.name)
        assert (refused.status_code, refused.json()["statusCode"]) == (400, "403")

    assert superuser.value(row, checked.name) == before
    assert await bytes_of(service_role, checked) == checked.content
    # The same request does swap where webhooks write over their own unfinished work.
    picture, other = [File("renders", file.name, file.content) for file in (checked, bomb)]
    for file in (picture, other):
        (await service_role.upload(file.bucket, file.name, file.content)).raise_for_status()
    assert (await swap(service_role, "renders", picture.name, other.name)).is_success
    assert await bytes_of(service_role, picture) == BOMB


async def test_B2_an_upload_that_was_signed_before_does_not_write_over(
    alice: DatabaseUser, service_role: DatabaseUser
) -> None:
    signed = await alice.storage("POST", f"object/upload/sign/inputs/{photo_name(alice)}", {})
    assert signed.is_success
    checked = await keep_photo(alice)

    late = await put_signed(alice, "inputs", checked.name, signed)

    assert (late.status_code, late.json()["statusCode"]) == (400, "409")
    assert await bytes_of(service_role, checked) == checked.content


# What its owner may put under the name of a photo that was checked and deleted, or under its own hash, past our API.
OTHER_FILES = {
    "a bomb": png_of_size(50_000, 50_000),
    "a progressive JPEG": encoded(quadrants(), "JPEG", progressive=True),
    "another picture": image_file(size=(48, 48)),
    "no picture": b"<script>alert(1)</script>",
}


# A plain picture under its own hash is a photo like any other.
SWAPPED = [
    *((file, "the checked photo's") for file in OTHER_FILES),
    *((file, "its own") for file in OTHER_FILES if file != "another picture"),
]


@pytest.mark.parametrize(("file", "name"), SWAPPED)
async def test_B2_a_file_that_was_put_in_place_of_a_checked_photo_is_not_used(
    file: str, name: str, api: ApiProcess, api_alice: ApiUser, http: httpx.AsyncClient, superuser: Superuser
) -> None:
    owner = DatabaseUser.of_account(api_alice.account, api.supabase, http)
    upload_id = await api_alice.upload(image_file())
    other = OTHER_FILES[file]
    await delete_photo(owner, upload_id)
    used = upload_id if name == "the checked photo's" else f"{sha256(other).hexdigest()}.jpg"
    (await owner.upload("inputs", f"{owner.id}/{used}", other)).raise_for_status()
    before, runs = everything(superuser.connection), prediction_ids(api.replicate)

    assert_refused(await submit_with(api_alice, used), ErrorCode.UNREADABLE_IMAGE)

    assert (everything(superuser.connection), prediction_ids(api.replicate)) == (before, runs)

    # The photo back in its place is taken.
    await delete_photo(owner, used)
    assert await api_alice.upload(image_file()) == upload_id
    succeed_at_once(api.replicate)
    taken = await submit_with(api_alice, upload_id)
    assert (await until_ended(api_alice.client, taken.raise_for_status().json()["data"]["id"]))["status"] == "succeeded"


async def delete_photo(owner: DatabaseUser, upload_id: str) -> None:
    answer = await owner.storage("DELETE", "object/inputs", {"prefixes": [f"{owner.id}/{upload_id}"]})
    assert [file["name"] for file in answer.raise_for_status().json()] == [f"{owner.id}/{upload_id}"]


async def submit_with(person: ApiUser, upload_id: str) -> httpx.Response:
    started_from = {"kind": "upload", "upload_id": upload_id}
    return await submit(person.client, preset_id="warm-minimal", input=started_from)


def test_B2_no_policy_lets_anybody_update_a_file(superuser: Superuser) -> None:
    query = "select cmd, count(*)::integer from pg_policies where tablename = 'objects' group by cmd order by cmd"
    assert {row["cmd"] for row in superuser.rows(query)} == {"SELECT", "INSERT", "DELETE"}
