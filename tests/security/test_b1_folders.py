"""B1: every operation of Storage on somebody else's file, however its path is spelled, as a person and as anybody."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, cast
from urllib.parse import quote

import httpx
import pytest

from tests.security.files import File, bytes_of, keep, keep_photo, new_photo_name
from tests.security.victims import Victim
from tests.support.clients.database_user import DatabaseUser
from tests.support.clients.superuser import Superuser

Operate = Callable[[DatabaseUser, str, str, str], Awaitable[httpx.Response]]


async def read(user: DatabaseUser, bucket: str, name: str, _own: str) -> httpx.Response:
    return await user.storage("GET", f"object/{bucket}/{name}")


async def describe(user: DatabaseUser, bucket: str, name: str, _own: str) -> httpx.Response:
    return await user.storage("GET", f"object/info/{bucket}/{name}")


async def sign(user: DatabaseUser, bucket: str, name: str, _own: str) -> httpx.Response:
    return await user.storage("POST", f"object/sign/{bucket}/{name}", {"expiresIn": 60})


async def sign_many(user: DatabaseUser, bucket: str, name: str, _own: str) -> httpx.Response:
    return await user.storage("POST", f"object/sign/{bucket}", {"expiresIn": 60, "paths": [name]})


async def list_folder(user: DatabaseUser, bucket: str, name: str, _own: str) -> httpx.Response:
    return await user.storage("POST", f"object/list/{bucket}", {"prefix": name.rpartition("/")[0] or name})


async def delete(user: DatabaseUser, bucket: str, name: str, _own: str) -> httpx.Response:
    return await user.storage("DELETE", f"object/{bucket}", {"prefixes": [name]})


async def copy_out(user: DatabaseUser, bucket: str, name: str, own: str) -> httpx.Response:
    return await _between("copy", user, bucket, name, own)


async def copy_in(user: DatabaseUser, bucket: str, name: str, own: str) -> httpx.Response:
    return await _between("copy", user, bucket, own, name)


async def move_out(user: DatabaseUser, bucket: str, name: str, own: str) -> httpx.Response:
    return await _between("move", user, bucket, name, own)


async def move_in(user: DatabaseUser, bucket: str, name: str, own: str) -> httpx.Response:
    return await _between("move", user, bucket, own, name)


async def upload(user: DatabaseUser, bucket: str, name: str, _own: str) -> httpx.Response:
    return await user.upload(bucket, name)


async def overwrite(user: DatabaseUser, bucket: str, name: str, _own: str) -> httpx.Response:
    return await user.upload(bucket, name, x_upsert="true")


async def replace(user: DatabaseUser, bucket: str, name: str, _own: str) -> httpx.Response:
    return await user.upload(bucket, name, method="PUT")


async def sign_upload(user: DatabaseUser, bucket: str, name: str, _own: str) -> httpx.Response:
    return await user.storage("POST", f"object/upload/sign/{bucket}/{name}", {}, x_upsert="true")


async def _between(verb: str, user: DatabaseUser, bucket: str, source: str, destination: str) -> httpx.Response:
    body = {"bucketId": bucket, "sourceKey": source, "destinationKey": destination}
    return await user.storage("POST", f"object/{verb}", body, x_upsert="true")


class Operation(NamedTuple):
    """`needs_file`: the operation is on a file that is there. `stores`: it adds or changes a file. `nobodys`: people
    may not even with their own files."""

    run: Operate
    needs_file: bool = True
    stores: bool = True
    nobodys: bool = False


OPERATIONS = {
    "read": Operation(read, stores=False),
    "describe": Operation(describe, stores=False),
    "sign": Operation(sign, stores=False),
    "sign many": Operation(sign_many, stores=False),
    "list": Operation(list_folder, stores=False),
    "delete": Operation(delete, stores=False),
    "copy out": Operation(copy_out),
    "copy in": Operation(copy_in, needs_file=False),
    "move out": Operation(move_out, nobodys=True),
    "move in": Operation(move_in, needs_file=False, nobodys=True),
    "upload": Operation(upload, needs_file=False),
    "overwrite": Operation(overwrite, nobodys=True),
    "replace": Operation(replace, nobodys=True),
    "sign an upload": Operation(sign_upload, nobodys=True),
}

# From the attacker's id and the victim's path to a path that some layer may take for the victim's.
SPELLINGS: dict[str, Callable[[str, str], str]] = {
    "as it is": lambda _me, path: path,
    "climbing": lambda me, path: f"{me}/../{path}",
    "climbing encoded": lambda me, path: f"{me}/%2e%2e/{path}",
    "climbing encoded twice": lambda me, path: f"{me}/%252e%252e/{path}",
    "slashes encoded": lambda me, path: quote(f"{me}/../{path}", safe=""),
    "backslashes": lambda me, path: f"{me}\\..\\{path}",
    "from the bucket": lambda _me, path: f"../inputs/{path}",
    "leading slash": lambda _me, path: f"/{path}",
    "double slash": lambda _me, path: path.replace("/", "//", 1),
    "capitals": lambda _me, path: path.upper(),
}


@pytest.fixture(scope="session")
async def victim_files(victim: Victim, service_role: DatabaseUser) -> list[File]:
    """A photo of the victim's and a picture that was made for them."""
    photo = await keep_photo(victim.user, b"\xff\xd8\xff of the victim")
    return [photo, await keep(service_role, "renders", f"{victim.user.id}/{victim.render.job_id}/0.jpg")]


@pytest.fixture(scope="session")
async def intruder_photo(intruder: DatabaseUser, service_role: DatabaseUser) -> File:
    """The attacker's own, in both buckets under one name."""
    photo = await keep_photo(intruder)
    await service_role.upload("renders", photo.name, photo.content)
    return photo


def files_of(superuser: Superuser) -> object:
    return superuser.rows("select to_jsonb(o) - 'last_accessed_at' from storage.objects as o order by bucket_id, name")


def gave_nothing(answer: httpx.Response) -> bool:
    """Refused, or an empty list, or a list of addresses without one."""
    if answer.is_client_error:
        return True
    found: Any = answer.json()
    entries = cast("list[dict[str, Any]]", found)
    return isinstance(found, list) and all(entry.get("signedURL", entry) is None for entry in entries)


async def assert_works(operation: Operation, owner: DatabaseUser, service_role: DatabaseUser) -> None:
    """Assert that an operation works: for the owner on photos, or where it is nobody's, for webhooks on pictures."""
    bucket, person = ("renders", service_role) if operation.nobodys else ("inputs", owner)
    own, other = new_photo_name(owner), new_photo_name(owner)
    for name in (own, other):
        (await person.upload(bucket, name)).raise_for_status()
    name = other if operation.needs_file else new_photo_name(owner)
    target = new_photo_name(owner) if operation.run in {copy_out, move_out} else own

    if operation.nobodys:
        assert gave_nothing(await operation.run(owner, bucket, name, target))
    answer = await operation.run(person, bucket, name, target)

    assert answer.is_success
    assert operation.run is read or not gave_nothing(answer)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
async def test_B1_an_operation_serves_whoever_may(
    operation: Operation, alice: DatabaseUser, service_role: DatabaseUser
) -> None:
    """The control of what is below: each operation works, for the owner or at least for the webhooks."""
    await assert_works(operation, alice, service_role)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
async def test_B1_nobody_reaches_into_somebodys_folder(
    operation: Operation,
    anonymous: DatabaseUser,
    intruder: DatabaseUser,
    intruder_photo: File,
    victim_files: list[File],
    service_role: DatabaseUser,
    superuser: Superuser,
) -> None:
    before = files_of(superuser)

    for spelling, spell in SPELLINGS.items():
        own = new_photo_name(intruder) if operation.run in {copy_out, move_out} else intruder_photo.name
        answers = await asyncio.gather(
            *(
                operation.run(attacker, file.bucket, spell(intruder.id, file.name), own)
                for file in victim_files
                for attacker in (intruder, anonymous)
            )
        )
        assert [gave_nothing(answer) for answer in answers] == [True] * 4, spelling

    assert files_of(superuser) == before
    assert [await bytes_of(service_role, file) for file in victim_files] == [file.content for file in victim_files]


# Folders that a careless comparison takes for `me`'s.
LOOKALIKES: dict[str, Callable[[str], str]] = {
    "longer": lambda me: f"{me}x",
    "shorter": lambda me: me[:-1],
    "capitals": lambda me: me.upper(),
    "below another": lambda me: f"other/{me}",
    "empty owner": lambda _me: "",
}


@pytest.mark.parametrize("lookalike", LOOKALIKES.values(), ids=LOOKALIKES)
@pytest.mark.parametrize("bucket", ["inputs", "renders"])
async def test_B1_a_folder_that_looks_like_mine_is_not_mine(
    bucket: str,
    lookalike: Callable[[str], str],
    alice: DatabaseUser,
    anonymous: DatabaseUser,
    service_role: DatabaseUser,
    superuser: Superuser,
) -> None:
    own = (await keep(service_role, bucket, new_photo_name(alice))).name
    folder = lookalike(alice.id)
    other = await keep(
        service_role, bucket, new_photo_name(alice).replace(f"{alice.id}/", f"{folder}/" if folder else "x")
    )
    before = files_of(superuser)

    for name, operation in OPERATIONS.items():
        if name != "list":
            target = new_photo_name(alice) if operation.run in {copy_out, move_out} else own
            assert gave_nothing(await operation.run(alice, bucket, other.name, target)), name
            assert gave_nothing(await operation.run(anonymous, bucket, other.name, target)), name
    for prefix in ("", folder, alice.id, "%", alice.id[:-1]):
        listed = await alice.storage("POST", f"object/list/{bucket}", {"prefix": prefix})
        assert {entry["name"] for entry in listed.json()}.isdisjoint(set(other.name.split("/")) - {alice.id}), prefix

    assert files_of(superuser) == before
    assert await bytes_of(service_role, other) == other.content
    assert (await read(alice, bucket, own, own)).is_success
