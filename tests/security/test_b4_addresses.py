"""B4: files are not listed, not guessed and not public; a signed address is good for one file and a short while."""

import httpx
import pytest
from jose import jwt

from libs.app_config.runtime import LIMITS
from libs.repositories.storage import StoragePool
from tests.security.files import File, bytes_of, keep, keep_photo, new_photo_name
from tests.support.clients.api_rpc import ApiRpc
from tests.support.clients.database_user import DatabaseUser, Row
from tests.support.clients.superuser import Superuser
from tests.support.waiting import until


async def signed(owner: DatabaseUser, file: File, seconds: int = 60) -> httpx.URL:
    """A signed address, which carries no key."""
    answer = await owner.storage("POST", f"object/sign/{file.bucket}/{file.name}", {"expiresIn": seconds})
    return httpx.URL(f"/storage/v1{answer.raise_for_status().json()['signedURL']}")


async def changes_of(api_rpc: ApiRpc, owner: DatabaseUser) -> list[Row]:
    """The files of a person's that the webhooks are to delete."""
    queued = (await api_rpc.as_service("next_file_changes", {"max_count": 1000})).json()
    return [row for row in queued if row["name"].startswith(owner.id)]


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["statusCode"]


@pytest.mark.parametrize("bucket", ["inputs", "renders"])
async def test_B4_a_bucket_is_listed_to_nobody_but_by_owner(
    bucket: str, anonymous: DatabaseUser, alice: DatabaseUser, bob: DatabaseUser, service_role: DatabaseUser
) -> None:
    file = await keep(service_role, bucket, new_photo_name(bob))

    for prefix in ("", bob.id, f"{bob.id}/", "%", "_", "*", "/", "..", file.name):
        for person in (anonymous, alice):
            assert (await person.storage("POST", f"object/list/{bucket}", {"prefix": prefix})).json() == []
        searched = await anonymous.storage("POST", f"object/list/{bucket}", {"prefix": prefix, "search": "jpg"})
        assert searched.json() == []
    assert len((await bob.storage("POST", f"object/list/{bucket}", {"prefix": bob.id})).json()) == 1


@pytest.mark.parametrize("bucket", ["inputs", "renders"])
async def test_B4_no_file_has_a_public_address(
    bucket: str, anonymous: DatabaseUser, bob: DatabaseUser, service_role: DatabaseUser
) -> None:
    """Not even for its owner, who reads it at the address that asks the policies."""
    file = await keep(service_role, bucket, new_photo_name(bob))

    for person in (anonymous, bob):
        for route in ("object/public", "render/image/public", "object/sign", "object/upload/sign"):
            assert (await person.storage("GET", f"{route}/{bucket}/{file.name}")).is_client_error
    assert (await bob.storage("GET", f"object/{bucket}/{file.name}")).content == file.content


async def test_B4_a_guessed_name_is_like_one_that_does_not_exist(alice: DatabaseUser, bob: DatabaseUser) -> None:
    """Whoever has somebody's photo can compute its name: that must not tell who else has it."""
    photo = await keep_photo(bob)

    for path in ("object/inputs", "object/info/inputs"):
        answers = [await alice.storage("GET", f"{path}/{name}") for name in (photo.name, new_photo_name(bob))]
        assert refusal(answers[0]) == refusal(answers[1]) == (400, "404")
        assert answers[0].json() == answers[1].json()
    taken, free = [await alice.upload("inputs", name) for name in (photo.name, new_photo_name(bob))]
    assert refusal(taken) == refusal(free) == (400, "403")
    assert taken.json() == free.json()


async def test_B4_a_signed_address_expires(bob: DatabaseUser, http: httpx.AsyncClient) -> None:
    photo = await keep_photo(bob)
    short, long = await signed(bob, photo, 4), await signed(bob, photo, 60)
    assert (await http.get(short)).content == photo.content

    answer = await until(lambda: http.get(short), lambda answer: answer.is_error)

    assert (answer.status_code, answer.json()["error"]) == (400, "InvalidJWT")
    assert (await http.get(long)).content == photo.content


async def test_B4_our_own_addresses_live_an_hour_at_most(api_rpc: ApiRpc, bob: DatabaseUser) -> None:
    """What our API hands out; no cache keeps it longer than half of that."""
    photo = await keep_photo(bob)
    pool = StoragePool(api_rpc.supabase.url, bob.headers["apikey"], api_rpc.supabase.proof_secret)
    storage = pool.as_caller(bob.headers["Authorization"].removeprefix("Bearer "), bob.id)

    (url,) = (await storage.signed_urls([f"inputs/{photo.name}"])).values()

    claims = jwt.get_unverified_claims(httpx.URL(url).params["token"])
    assert claims["exp"] - claims["iat"] == LIMITS.signed_url_seconds <= 3600
    assert pool.signed.seconds == LIMITS.signed_url_seconds / 2
    await pool.aclose()


async def test_B4_a_signed_address_opens_its_own_file_alone(
    alice: DatabaseUser, bob: DatabaseUser, http: httpx.AsyncClient
) -> None:
    photo, other = await keep_photo(bob), await keep_photo(bob, b"another")
    address, foreign = await signed(bob, photo), await signed(alice, await keep_photo(alice))
    head, payload, signature = address.params["token"].split(".")
    claims = jwt.get_unverified_claims(address.params["token"])
    longer = jwt.encode(claims | {"exp": claims["exp"] + 10_000}, "guessed key", "HS256").split(".")[1]
    forgeries = [
        address.copy_with(path=address.path.replace(photo.name, other.name)),
        address.copy_with(path=address.path.replace("/inputs/", "/renders/")),
        address.copy_set_param("token", foreign.params["token"]),
        address.copy_set_param("token", f"{head}.{longer}.{signature}"),
        address.copy_set_param("token", f"eyJhbGciOiJub25lIn0.{payload}."),
        address.copy_set_param("token", jwt.encode(claims, "guessed key", "HS256")),
        address.copy_set_param("token", bob.headers["Authorization"].removeprefix("Bearer ")),
        address.copy_remove_param("token"),
    ]

    for forgery in forgeries:
        answer = await http.get(forgery)
        assert answer.is_client_error, forgery
        assert other.content not in answer.content
    put = address.copy_with(path=address.path.replace("/object/sign/", "/object/upload/sign/"))
    assert (await http.put(put, content=b"new", headers={"Content-Type": "image/jpeg"})).is_client_error
    assert (await http.get(address)).content == photo.content


async def test_B4_a_deleted_file_has_no_address_left(
    api_rpc: ApiRpc, bob: DatabaseUser, http: httpx.AsyncClient
) -> None:
    """Neither an address that somebody kept, nor one that our API kept."""
    photo, kept = await keep_photo(bob), await keep_photo(bob, b"kept")
    pool = StoragePool(api_rpc.supabase.url, bob.headers["apikey"], api_rpc.supabase.proof_secret)
    storage = pool.as_caller(bob.headers["Authorization"].removeprefix("Bearer "), bob.id)
    paths = [f"inputs/{photo.name}", f"inputs/{kept.name}"]
    urls = await storage.signed_urls(paths)
    assert [(await http.get(urls[path])).is_success for path in paths] == [True, True]

    await storage.remove("inputs", [photo.name])

    assert [(await http.get(urls[path])).status_code for path in paths] == [400, 200]
    assert (await storage.signed_urls(paths)).keys() == {paths[1]}
    await pool.aclose()


async def test_B4_with_an_account_go_all_its_files(
    api_rpc: ApiRpc,
    alice: DatabaseUser,
    bob: DatabaseUser,
    service_role: DatabaseUser,
    http: httpx.AsyncClient,
    superuser: Superuser,
) -> None:
    """Postgres leaves their names to the webhooks, who delete through Storage. Somebody else's stay."""
    render = await api_rpc.render(bob)
    files = [await keep_photo(bob), await keep(service_role, "renders", f"{bob.id}/{render.job_id}/0.png")]
    addresses = [await signed(bob, file) for file in files]
    others = await keep_photo(alice)

    superuser.run("delete from auth.users where id = %s", bob.id)
    queued = await changes_of(api_rpc, bob)

    assert {(file.bucket, file.name) for file in files} <= {(row["bucket"], row["name"]) for row in queued}
    for row in queued:
        (
            await service_role.storage("DELETE", f"object/{row['bucket']}", {"prefixes": [row["name"]]})
        ).raise_for_status()
    (await api_rpc.as_service("confirm_file_changes", {"done": queued})).raise_for_status()

    assert [(await http.get(address)).status_code for address in addresses] == [400, 400]
    assert await changes_of(api_rpc, bob) == await changes_of(api_rpc, alice) == []
    assert await bytes_of(service_role, others) == others.content
