"""A13: who is blocked makes, uploads and shares nothing more, at once, by any path and with the token they had. They
still read, download and export what they have, and leave."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import psycopg
import pytest

from libs.errors import ErrorCode
from tests.security.files import keep, keep_photo, new_photo_name
from tests.support.clients.api_rpc import ApiRpc, completion
from tests.support.clients.api_user import ApiUser, assert_refused
from tests.support.clients.database_user import DatabaseUser
from tests.support.clients.superuser import Superuser
from tests.support.factories import Draft, add_renders
from tests.support.images import image_file
from tests.support.processes.api import ROOT, ApiProcess, submit, until_ended
from tests.support.waiting import equals, until

REASON = "Three of your pictures were reported as illegal."


def block(superuser: Superuser, account_id: str) -> None:
    superuser.run("select private.block(%s, %s)", account_id, REASON)


def rows_of(superuser: Superuser, owner: str) -> dict[str, object]:
    """A digest of each table as far as it is this person's, and the names of their photos."""
    digest = "select md5(string_agg(t::text, '' order by t::text)) from {} as t where owner_id = %s"
    tables = ("generation_jobs", "usage_ledger", "renders", "share_links")
    photos = (
        "select array_agg(name order by name) from storage.objects where bucket_id = 'inputs' and starts_with(name, %s)"
    )
    return {table: superuser.value(digest.format(table), owner) for table in tables} | {
        "photos": superuser.value(photos, owner)
    }


def render_of(api: ApiProcess, person: ApiUser) -> str:
    with api.supabase.connect() as connection:
        (render,) = add_renders(connection, person.id, [Draft()])
    return str(render)


# ---- By our API


async def generate(person: ApiUser, _render: str) -> httpx.Response:
    return await submit(person.client)


async def upload(person: ApiUser, _render: str) -> httpx.Response:
    return await person.client.post("/uploads", files={"file": ("photo.jpg", image_file())})


async def share(person: ApiUser, render: str) -> httpx.Response:
    return await person.client.post("/shares", json={"render_id": render})


async def retry(person: ApiUser, _render: str) -> httpx.Response:
    (generation,) = [
        one for one in (await person.client.get("/generations")).json()["data"] if one["status"] == "failed"
    ]
    return await person.client.post(f"/generations/{generation['id']}/retry", headers={"Idempotency-Key": "again"})


@pytest.mark.parametrize("act", [generate, upload, share, retry])
async def test_A13_the_api_refuses_a_blocked_person(
    act: Callable[[ApiUser, str], Awaitable[httpx.Response]], api: ApiProcess, api_alice: ApiUser, superuser: Superuser
) -> None:
    """The token is one from before the block. The same again after it has ended is the positive control."""
    render = render_of(api, api_alice)
    api.replicate.fault(on="run", kind="fail")
    failed = (await submit(api_alice.client)).raise_for_status().json()["data"]["id"]
    assert (await until_ended(api_alice.client, failed))["status"] == "failed"
    block(superuser, api_alice.id)
    before = rows_of(superuser, api_alice.id)

    assert_refused(await act(api_alice, render), ErrorCode.ACCOUNT_BLOCKED)

    assert rows_of(superuser, api_alice.id) == before
    assert superuser.value("select private.unblock(%s)", api_alice.id) == "the block is over"
    assert (await act(api_alice, render)).is_success


async def test_A13_a_blocked_person_is_told_so(api_alice: ApiUser, superuser: Superuser) -> None:
    assert (await api_alice.client.get("/usage")).json()["data"]["block"] is None
    block(superuser, api_alice.id)

    usage = (await api_alice.client.get("/usage")).json()["data"]
    me = (await api_alice.client.get("/me")).json()["data"]["usage"]

    assert usage["block"]["reason"] == REASON
    assert me["block"] == usage["block"]
    assert usage["remaining"] == 40


async def test_A13_a_blocked_person_keeps_what_is_theirs_and_may_leave(
    api: ApiProcess, api_alice: ApiUser, superuser: Superuser
) -> None:
    generation = await api_alice.generation(preset_id="first-ideas")
    render = generation["render"]["id"]
    variant = generation["render"]["variants"][0]["id"]
    api.replicate.fault(on="run", kind="stall")
    running = (await submit(api_alice.client)).raise_for_status().json()["data"]["id"]
    link = (await share(api_alice, render)).raise_for_status().json()["data"]["id"]
    block(superuser, api_alice.id)

    client = api_alice.client
    for path in ("/generations", "/renders", f"/renders/{render}", "/collections", "/uploads", "/shares", "/me/export"):
        assert (await client.get(path)).is_success, path
    assert (await client.get(f"/downloads/renders/{render}/variants/{variant}")).is_success
    assert (await client.patch(f"/renders/{render}", json={"title": "Mine"})).is_success
    assert (await client.post(f"/generations/{running}/cancel")).is_success
    assert (await client.delete(f"/shares/{link}")).is_success
    assert (await client.delete(f"/renders/{render}")).is_success
    assert (await client.delete("/me")).status_code == 202
    await until(lambda: superuser.rows("select from private.blocks where owner_id = %s", api_alice.id), equals([]))


# ---- Past our API


async def test_A13_a_direct_submit_is_refused(alice: DatabaseUser, api_rpc: ApiRpc, superuser: Superuser) -> None:
    """Even one that the API has proved: it may not know yet."""
    block(superuser, alice.id)
    before = rows_of(superuser, alice.id)

    refused = await api_rpc.reserve(alice)

    assert (refused.status_code, refused.json()["message"]) == (403, "account_blocked")
    assert rows_of(superuser, alice.id) == before
    superuser.run("select private.unblock(%s)", alice.id)
    assert (await api_rpc.reserve(alice)).is_success


async def test_A13_a_repeat_of_an_earlier_submit_is_still_answered(
    alice: DatabaseUser, api_rpc: ApiRpc, superuser: Superuser
) -> None:
    job = await api_rpc.submit(alice, idempotency_key="first")
    block(superuser, alice.id)

    again = (await api_rpc.reserve(alice, idempotency_key="first")).raise_for_status().json()

    assert (again["created"], again["job"]["id"]) == (False, job["id"])


async def test_A13_a_run_in_flight_ends_as_every_run(
    alice: DatabaseUser, api_rpc: ApiRpc, superuser: Superuser
) -> None:
    job = (await api_rpc.submit(alice))["id"]
    block(superuser, alice.id)

    assert (await api_rpc.attach(alice, job, f"run-{job}")).is_success
    done = await api_rpc.as_service("complete_generation", completion(alice.id, job, f"run-{job}"))

    assert done.json() == "applied"
    assert len((await alice.rest("GET", "renders")).json()) == 1


async def test_A13_a_direct_link_is_refused_and_a_live_one_opens_nothing(
    anonymous: DatabaseUser, alice: DatabaseUser, api_rpc: ApiRpc, service_role: DatabaseUser, superuser: Superuser
) -> None:
    render = (await api_rpc.render(alice)).id
    name = str(superuser.value("select path from render_variants where render_id = %s", render))
    await keep(service_role, "renders", name)
    (await alice.rest("POST", "share_links", {"render_id": render})).raise_for_status()
    (link,) = (await alice.rpc("my_share_links", {"page_size": 1})).json()

    async def opened() -> tuple[bool, bool]:
        shown = await api_rpc.guarded("open_share", anonymous, {"token": link["token"], "page_size": 10})
        proof = api_rpc.prove_text("share_opens_file", anonymous.id, link["token"])
        headers = {"x_share_token": link["token"], "x_share_proof": proof}
        file = await anonymous.storage("GET", f"object/renders/{name}", **headers)
        return shown.json() != [], file.is_success

    assert await opened() == (True, True)
    block(superuser, alice.id)
    before = rows_of(superuser, alice.id)

    refused = await alice.rest("POST", "share_links", {"render_id": render})

    assert (refused.status_code, refused.json()["message"]) == (403, "account_blocked")
    assert rows_of(superuser, alice.id) == before
    assert await opened() == (False, False)
    superuser.run("select private.unblock(%s)", alice.id)
    assert await opened() == (True, True)


async def signed_before(user: DatabaseUser, name: str) -> Callable[[], Awaitable[httpx.Response]]:
    """The use of an address for an upload that was signed before."""
    token = (await user.storage("POST", f"object/upload/sign/inputs/{name}", {})).raise_for_status().json()["token"]
    return lambda: user.http.put(
        f"/storage/v1/object/upload/sign/inputs/{name}",
        params={"token": token},
        content=b"\xff\xd8\xff",
        headers={"Content-Type": "image/jpeg"},
    )


async def test_A13_no_photo_arrives_at_storage(
    alice: DatabaseUser, service_role: DatabaseUser, superuser: Superuser
) -> None:
    kept = await keep_photo(alice)
    late = await signed_before(alice, new_photo_name(alice))
    in_time = await signed_before(alice, new_photo_name(alice))
    assert (await in_time()).is_success
    block(superuser, alice.id)
    before = rows_of(superuser, alice.id)

    copied = {"bucketId": "inputs", "sourceKey": kept.name, "destinationKey": new_photo_name(alice)}
    answers = {
        "upload": await alice.upload("inputs", new_photo_name(alice)),
        "upsert": await alice.upload("inputs", kept.name, x_upsert="true"),
        "copy": await alice.storage("POST", "object/copy", copied),
        "signed before": await late(),
        # As Storage ends an upload that began before.
        "service role": await service_role.upload("inputs", new_photo_name(alice)),
    }

    assert {name: answer.is_success for name, answer in answers.items()} == dict.fromkeys(answers, False)
    assert all(answer.status_code < 500 for answer in answers.values()), {
        name: answer.text for name, answer in answers.items()
    }
    assert rows_of(superuser, alice.id) == before
    assert (await alice.storage("GET", f"object/inputs/{kept.name}")).is_success
    removed = await alice.storage("DELETE", "object/inputs", {"prefixes": [kept.name]})
    assert [file["name"] for file in removed.raise_for_status().json()] == [kept.name]
    superuser.run("select private.unblock(%s)", alice.id)
    assert (await alice.upload("inputs", new_photo_name(alice))).is_success


async def test_A13_others_are_not_touched(
    alice: DatabaseUser, bob: DatabaseUser, api_rpc: ApiRpc, superuser: Superuser
) -> None:
    block(superuser, alice.id)
    assert (await api_rpc.reserve(bob)).is_success
    assert (await bob.upload("inputs", new_photo_name(bob))).is_success


async def test_A13_no_person_reads_or_ends_a_block(alice: DatabaseUser, superuser: Superuser) -> None:
    block(superuser, alice.id)
    for method in ("GET", "DELETE"):
        assert (await alice.rest(method, "blocks", accept_profile="private", content_profile="private")).is_client_error
    for function in ("block", "unblock", "is_blocked"):
        assert (await alice.rpc(function, {"account": alice.id})).status_code == 404
    assert superuser.value("select private.is_blocked(%s)", alice.id) is True


async def test_A13_a_block_waits_for_a_submit_under_way_and_refuses_the_next(
    alice: DatabaseUser, api_rpc: ApiRpc, superuser: Superuser, superuser_connection: psycopg.Connection
) -> None:
    """What commits after the block has seen it, whichever came first."""
    superuser_connection.autocommit = False
    superuser_connection.execute("select private.block(%s, %s)", (alice.id, REASON))
    submits = [asyncio.create_task(api_rpc.reserve(alice)) for _ in range(3)]
    waiting = "select from pg_stat_activity where %s = any (pg_blocking_pids(pid))"
    await until(lambda: superuser.rows(waiting, superuser_connection.info.backend_pid))
    superuser_connection.commit()

    assert {(answer.status_code, answer.json()["message"]) for answer in await asyncio.gather(*submits)} == {
        (403, "account_blocked")
    }
    assert superuser.rows("select from generation_jobs where owner_id = %s", alice.id) == []


async def test_A13_an_operator_may_change_the_reason_and_must_give_one(
    alice: DatabaseUser, superuser: Superuser
) -> None:
    block(superuser, alice.id)
    superuser.run("select private.block(%s, %s)", alice.id, " Another reason. ")
    assert superuser.value("select reason from private.blocks where owner_id = %s", alice.id) == "Another reason."
    for account, reason in ((alice.id, " "), (alice.id, None), ("00000000-0000-4000-8000-000000000000", REASON)):
        with pytest.raises(psycopg.Error):
            superuser.run("select private.block(%s, %s)", account, reason)


def test_A13_rows_never_undo_a_block(superuser_connection: psycopg.Connection) -> None:
    """The files that every deployment runs again leave blocks alone."""
    account = "00000000-0000-4000-8000-0000000000b1"
    with superuser_connection.transaction(force_rollback=True):
        superuser_connection.execute("insert into auth.users (id) values (%s)", (account,))
        superuser_connection.execute("select private.block(%s, %s)", (account, REASON))
        for file in sorted((ROOT / "supabase" / "rows").glob("*.sql")):
            superuser_connection.execute(file.read_text().encode())
        proved = superuser_connection.execute("select private.is_blocked(%s)", (account,)).fetchone()
        assert proved == (True,)
