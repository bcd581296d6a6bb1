"""G5: share tokens are not guessed, listed or read, and only the API, with its proof, opens what one shows."""

from hashlib import sha256

from tests.security.files import keep
from tests.support.clients.api_rpc import ApiRpc
from tests.support.clients.database_user import DatabaseUser
from tests.support.clients.superuser import Superuser


async def made(person: DatabaseUser, render_id: str) -> str:
    """The id of a new link."""
    answer = await person.rest("POST", "share_links", {"render_id": render_id}, prefer="return=representation")
    return answer.raise_for_status().json()[0]["id"]


async def token_of(person: DatabaseUser, link_id: str) -> str:
    (link,) = (await person.rpc("my_share_links", {"page_size": 1, "wanted": link_id})).raise_for_status().json()
    return link["token"]


async def opened(api_rpc: ApiRpc, anonymous: DatabaseUser, token: str) -> object:
    answer = await api_rpc.guarded("open_share", anonymous, {"token": token, "page_size": 10})
    return answer.raise_for_status().json()


async def test_G5_a_token_has_256_bits_and_only_its_hash_is_kept(
    alice: DatabaseUser, api_rpc: ApiRpc, superuser: Superuser
) -> None:
    render = await api_rpc.render(alice)
    tokens = [await token_of(alice, await made(alice, render.id)) for _ in range(2)]
    assert len(set(tokens)) == 2
    assert all(len(token) == 43 for token in tokens)
    kept = superuser.rows("select * from share_links join private.share_tokens on share_link_id = id")
    assert {sha256(token.encode()).digest() for token in tokens} <= {bytes(row["token_hash"]) for row in kept}
    assert not any(token in str(row) for token in tokens for row in kept)


async def test_G5_a_token_is_looked_up_by_its_hash_in_an_index(superuser: Superuser) -> None:
    """How long a search takes tells of hashes, which nobody steers, and not how much of a token was right."""
    body = str(superuser.value("select prosrc from pg_proc where oid = 'private.live_share(text)'::regprocedure"))
    guessed = body.replace("share_token_hash(token)", "share_token_hash('guessed')")
    assert guessed != body
    # In a table of few rows the planner would read them all.
    superuser.run("set enable_seqscan = off")
    try:
        plan = "\n".join(str(row["QUERY PLAN"]) for row in superuser.rows(f"explain {guessed}"))
    finally:
        superuser.run("reset enable_seqscan")
    assert "Index Scan using share_tokens_token_hash_key" in plan
    # Compared whole, as 32 bytes that were made before the search.
    digest = sha256(b"guessed").hexdigest()
    assert rf"Index Cond: (token_hash = '\x{digest}'::bytea)" in plan


async def test_G5_only_its_owner_sees_a_link(
    anonymous: DatabaseUser, alice: DatabaseUser, bob: DatabaseUser, api_rpc: ApiRpc
) -> None:
    link = await made(alice, (await api_rpc.render(alice)).id)
    assert (await anonymous.rest("GET", "share_links")).status_code == 401
    assert (await bob.rest("GET", "share_links")).json() == []
    assert (await bob.rpc("my_share_links", {"page_size": 10, "wanted": link})).json() == []
    assert (await bob.rest("PATCH", f"share_links?id=eq.{link}", {"revoked_at": "2026-01-01"})).is_success
    assert [row["revoked_at"] for row in (await alice.rest("GET", f"share_links?id=eq.{link}")).json()] == [None]
    # No table of the private schema is served, whoever asks.
    for person in (anonymous, bob, alice):
        assert (await person.rest("GET", "share_tokens", accept_profile="private")).is_client_error


async def test_G5_somebody_elses_render_and_a_random_one_are_refused_alike(
    alice: DatabaseUser, bob: DatabaseUser, api_rpc: ApiRpc
) -> None:
    theirs, nobodys = (await api_rpc.render(alice)).id, "00000000-0000-4000-8000-000000000000"
    answers = [await bob.rest("POST", "share_links", {"render_id": render}) for render in (theirs, nobodys)]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(409, "23503")}


async def test_G5_a_token_opens_nothing_without_the_proof(
    anonymous: DatabaseUser, alice: DatabaseUser, api_rpc: ApiRpc
) -> None:
    token = await token_of(alice, await made(alice, (await api_rpc.render(alice)).id))
    request = {"token": token, "page_size": 10}
    forged = {**api_rpc.prove("open_share", anonymous.id, request), "proof": "0" * 64}
    assert (await anonymous.rpc("open_share", forged)).json()["message"] == "proof_invalid"
    # The proof of another function or another caller is none.
    assert (
        await anonymous.rpc("open_share", api_rpc.prove("open_shared_picture", anonymous.id, request))
    ).is_client_error
    assert (await anonymous.rpc("open_share", api_rpc.prove("open_share", alice.id, request))).is_client_error
    assert await opened(api_rpc, anonymous, token) != []


async def test_G5_off_stays_off(anonymous: DatabaseUser, alice: DatabaseUser, api_rpc: ApiRpc) -> None:
    link = await made(alice, (await api_rpc.render(alice)).id)
    token = await token_of(alice, link)
    assert await opened(api_rpc, anonymous, token) != []

    (await alice.rest("PATCH", f"share_links?id=eq.{link}", {"revoked_at": "2999-01-01"})).raise_for_status()

    assert await opened(api_rpc, anonymous, token) == []
    (await alice.rest("PATCH", f"share_links?id=eq.{link}", {"revoked_at": None})).raise_for_status()
    assert await opened(api_rpc, anonymous, token) == []


async def test_G5_B4_a_live_link_opens_its_own_files_to_the_api_alone(
    anonymous: DatabaseUser, alice: DatabaseUser, api_rpc: ApiRpc, service_role: DatabaseUser, superuser: Superuser
) -> None:
    render, other = [await api_rpc.render(alice) for _ in range(2)]
    link = await made(alice, render.id)
    token = await token_of(alice, link)
    names = [
        str(superuser.value("select path from render_variants where render_id = %s", one.id)) for one in (render, other)
    ]
    for name in names:
        await keep(service_role, "renders", name)
    proof = api_rpc.prove_text("share_opens_file", anonymous.id, token)
    headers = {"x_share_token": token, "x_share_proof": proof}

    async def status(name: str, **given: str) -> bool:
        return (await anonymous.storage("GET", f"object/renders/{name}", **given)).is_success

    assert await status(names[0], **headers)
    assert not await status(names[1], **headers)
    assert not await status(names[0])
    assert not await status(names[0], x_share_token=token)
    assert not await status(names[0], x_share_token=token, x_share_proof="0" * 64)
    for prefix in ("", alice.id):
        assert (await anonymous.storage("POST", "object/list/renders", {"prefix": prefix})).json() == []
    (await alice.rest("PATCH", f"share_links?id=eq.{link}", {"revoked_at": "now"})).raise_for_status()
    assert not await status(names[0], **headers)
