"""B5: Storage opens to our API alone: each operation asks for the API's proof of this caller and this moment."""

import time
from collections.abc import Callable

import httpx
import msgspec
import pytest

from libs.repositories.proof import ANONYMOUS, sign
from tests.security.files import File, bytes_of, keep, keep_photo, new_photo_name
from tests.security.test_b1_folders import (
    OPERATIONS,
    Operation,
    assert_works,
    copy_out,
    files_of,
    gave_nothing,
    move_out,
)
from tests.security.test_g5_shares import made, token_of
from tests.support.clients.api_rpc import ApiRpc
from tests.support.clients.database_user import DatabaseUser
from tests.support.clients.superuser import Superuser

Headers = dict[str, str]


def proof(secret: str, caller: str, seconds: int = 0, purpose: str = "storage") -> Headers:
    """The proof that our API would have sent `seconds` from now."""
    at = str(int(time.time()) + seconds)
    return {"x-api-time": at, "x-api-proof": sign(secret, purpose, caller, at)}


def edited(good: Headers, **changes: str) -> Headers:
    return good | {name.replace("_", "-"): value for name, value in changes.items()}


# From the API's key, the caller and somebody else to what the caller sends in place of a proof.
FORGERIES: dict[str, Callable[[str, str, str], Headers]] = {
    "none": lambda _key, _me, _other: {},
    "the time alone": lambda key, me, _other: {"x-api-time": proof(key, me)["x-api-time"]},
    "the proof alone": lambda key, me, _other: {"x-api-proof": proof(key, me)["x-api-proof"]},
    "stale": lambda key, me, _other: proof(key, me, -330),
    "of the future": lambda key, me, _other: proof(key, me, 330),
    "of somebody else": lambda key, _me, other: proof(key, other),
    "of another function": lambda key, me, _other: proof(key, me, purpose="reserve_generation"),
    "by another key": lambda _key, me, _other: proof("guessed" * 8, me),
    "of another time": lambda key, me, _other: edited(proof(key, me, -330), x_api_time=str(int(time.time()))),
    "in capitals": lambda key, me, _other: edited(proof(key, me), x_api_proof=proof(key, me)["x-api-proof"].upper()),
    "no time": lambda key, me, _other: edited(proof(key, me), x_api_time="now"),
    "an endless time": lambda key, me, _other: edited(proof(key, me), x_api_time="9" * 400),
    "no number": lambda key, me, _other: edited(proof(key, me), x_api_time="1e9"),
    "no hex": lambda key, me, _other: edited(proof(key, me), x_api_time="0", x_api_proof="'\\"),
}


def sending(person: DatabaseUser, headers: Headers) -> DatabaseUser:
    """A caller who chose these headers."""
    return msgspec.structs.replace(person.past_our_api(), headers=person.headers | headers)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
async def test_B5_an_operation_serves_nobody_without_the_proof_of_our_api(
    operation: Operation,
    alice: DatabaseUser,
    bob: DatabaseUser,
    anonymous: DatabaseUser,
    service_role: DatabaseUser,
    superuser: Superuser,
    api_rpc: ApiRpc,
) -> None:
    """Not even the owner, whose token the rest of the policy lets in. The control is the request with the proof."""
    photo, other_photo = await keep_photo(alice), await keep_photo(alice, b"\xff\xd8\xff another")
    picture = await keep(service_role, "renders", f"{alice.id}/job/0.jpg")
    before = files_of(superuser)

    def target(file: File) -> tuple[str, str]:
        """The name that the operation is on, and the caller's own."""
        name = file.name if operation.needs_file else new_photo_name(alice)
        return name, new_photo_name(alice) if operation.run in {copy_out, move_out} else other_photo.name

    for forgery, forge in FORGERIES.items():
        for person, another in ((alice, bob), (bob, alice), (anonymous, alice)):
            caller = sending(person, forge(api_rpc.supabase.proof_secret, person.id, another.id))
            for file in (photo, picture):
                name, own = target(file)
                answer = await operation.run(caller, file.bucket, name, own)
                assert answer.status_code < 500, (forgery, person.role, file.bucket)
                assert gave_nothing(answer), (forgery, person.role, file.bucket)

    assert files_of(superuser) == before
    assert [await bytes_of(service_role, file) for file in (photo, picture)] == [photo.content, picture.content]
    await assert_works(operation, alice, service_role)


@pytest.mark.parametrize("seconds", [-270, 270])
async def test_B5_a_proof_is_good_for_minutes_by_the_databases_clock(
    seconds: int, alice: DatabaseUser, api_rpc: ApiRpc
) -> None:
    photo = await keep_photo(alice)
    caller = sending(alice, proof(api_rpc.supabase.proof_secret, alice.id, seconds))

    assert (await caller.storage("GET", f"object/inputs/{photo.name}")).content == photo.content


async def test_B5_a_resumable_upload_begins_for_nobody(alice: DatabaseUser, superuser: Superuser) -> None:
    """The local gateway has no tus. Upstream's asks the same policies, at its beginning and at each part."""
    headers = {"tus_resumable": "1.0.0", "upload_length": "3", "upload_metadata": "bucketName aW5wdXRz"}
    for caller in (alice, alice.past_our_api()):
        assert (await caller.storage("POST", "upload/resumable", **headers)).is_client_error
    assert superuser.value("select count(*) from storage.objects where owner_id = %s", alice.id) == 0


async def test_B5_G5_the_files_of_a_link_open_with_both_proofs_alone(
    anonymous: DatabaseUser, alice: DatabaseUser, api_rpc: ApiRpc, service_role: DatabaseUser, superuser: Superuser
) -> None:
    render = await api_rpc.render(alice)
    token = await token_of(alice, await made(alice, render.id))
    name = str(superuser.value("select path from render_variants where render_id = %s", render.id))
    picture = await keep(service_role, "renders", name)
    key = api_rpc.supabase.proof_secret
    of_link = {"x-share-token": token, "x-share-proof": sign(key, "share_opens_file", ANONYMOUS, token)}

    async def opened(headers: Headers) -> httpx.Response:
        return await sending(anonymous, headers).storage("GET", f"object/renders/{name}")

    for forgery, forge in FORGERIES.items():
        answer = await opened(of_link | forge(key, ANONYMOUS, alice.id))
        assert answer.status_code == 400, forgery
    good = proof(key, ANONYMOUS)
    for without in of_link:
        part = {header: value for header, value in of_link.items() if header != without}
        assert (await opened(part | good)).status_code == 400
    assert (await opened(of_link | {"x-share-proof": "0" * 64} | good)).status_code == 400
    assert (await opened(of_link | good)).content == picture.content
