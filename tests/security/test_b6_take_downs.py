"""B6: a picture that was taken down opens to nobody, by no old address and by no new one, and its owner is told why."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from libs.errors import ErrorCode
from tests.security.files import File
from tests.security.test_b4_addresses import signed
from tests.security.test_d1_internal_paths import EMPTY, FILE_CHANGES, internal_secret, send
from tests.support.clients.api_user import ApiUser, assert_refused, open_url
from tests.support.clients.database_user import DatabaseUser
from tests.support.clients.superuser import Superuser
from tests.support.clock import change_files
from tests.support.predictions import ONE_VARIANT, TWO_VARIANTS, signed_headers, succeed_at_once
from tests.support.processes.api import ApiProcess, submit
from tests.support.processes.paused_api import paused_at

YEARS = 10 * 365 * 24 * 3600
TAKE_DOWN = "select private.take_down_render(%s, 'offensive')"
NAMES = "select unnest(array[path, thumbnail_path]) as name from render_variants where render_id = %s order by 1"
STORED = "select name from storage.objects where bucket_id = 'renders' and name = any (%s)"
QUEUED = "select count(*) from private.file_changes where name = any (%s) or new_name = any (%s)"


@pytest.fixture(autouse=True)
def no_fault_left(api: ApiProcess) -> Iterator[None]:
    yield
    api.replicate.clear_faults()


@pytest.fixture
def owner(api: ApiProcess, api_alice: ApiUser, http: httpx.AsyncClient) -> DatabaseUser:
    """Alice, who calls Storage herself, even as our API would."""
    return DatabaseUser.of_account(api_alice.account, api.supabase, http)


async def a_render(api: ApiProcess, person: ApiUser, order: dict[str, Any] = TWO_VARIANTS) -> dict[str, Any]:
    succeed_at_once(api.replicate, outputs=order["variants"])
    return (await person.generation(**order))["render"]


def names_of(superuser: Superuser, render: dict[str, Any]) -> list[str]:
    return [row["name"] for row in superuser.rows(NAMES, render["id"])]


def assert_settled(superuser: Superuser, render: dict[str, Any], before: list[str]) -> None:
    """Each file has a new name that nobody can guess, its row knows it, and nothing waits."""
    now = names_of(superuser, render)
    assert len(now) == len(before)
    assert all(name.startswith("taken-down/") and len(name) == len("taken-down/") + 64 for name in now)
    assert sorted(row["name"] for row in superuser.rows(STORED, now + before)) == sorted(now)
    assert superuser.value(QUEUED, now + before, now) == 0


async def opens(url: str) -> bool:
    return (await open_url(url)).is_success


async def test_B6_a_picture_that_was_taken_down_opens_to_nobody(
    api: ApiProcess,
    api_alice: ApiUser,
    owner: DatabaseUser,
    anonymous: DatabaseUser,
    service_role: DatabaseUser,
    superuser: Superuser,
) -> None:
    render, other = await a_render(api, api_alice), await a_render(api, api_alice, ONE_VARIANT)
    before = names_of(superuser, render)
    handed_out = [variant[key] for variant in render["variants"] for key in ("url", "thumbnail_url")]
    own = [str((await signed(owner, File("renders", name, b""), YEARS)).copy_with()) for name in before]
    addresses = [*handed_out, *(f"{api.supabase.url}{address}" for address in own)]
    assert [await opens(url) for url in addresses] == [True] * len(addresses)
    content = {(await open_url(url)).content for url in handed_out}

    superuser.run(TAKE_DOWN, render["id"])
    await change_files(api)

    assert_settled(superuser, render, before)
    assert [await opens(url) for url in addresses] == [False] * len(addresses)
    for name in before + names_of(superuser, render):
        for person in (owner, owner.past_our_api(), anonymous):
            assert (await person.storage("POST", f"object/sign/renders/{name}", {"expiresIn": 60})).is_client_error
            assert (await person.storage("GET", f"object/renders/{name}")).is_client_error
            assert (await person.storage("GET", f"object/public/renders/{name}")).is_client_error
            moved = {"bucketId": "renders", "sourceKey": name, "destinationKey": before[0]}
            assert (await person.storage("POST", "object/move", moved)).is_client_error
    listed = await owner.storage("POST", "object/list/renders", {"prefix": "taken-down"})
    assert listed.json() == []
    # Nothing is lost for the operator, and the owner's other pictures are as they were.
    kept = [await service_role.storage("GET", f"object/renders/{name}") for name in names_of(superuser, render)]
    assert {answer.raise_for_status().content for answer in kept} == content
    assert await opens((await api_alice.client.get(f"/renders/{other['id']}")).json()["data"]["variants"][0]["url"])


async def test_B6_the_owner_is_told_why_at_once(api: ApiProcess, api_alice: ApiUser, superuser: Superuser) -> None:
    """And is given no address any more, before the files are moved."""
    render = await a_render(api, api_alice)
    job = str(superuser.value("select job_id from renders where id = %s", render["id"]))
    assert render["taken_down"] is None

    superuser.run(TAKE_DOWN, render["id"])

    detail = (await api_alice.client.get(f"/renders/{render['id']}")).json()["data"]
    generation = (await api_alice.client.get(f"/generations/{job}")).json()["data"]
    (card,) = (await api_alice.client.get("/renders")).json()["data"]
    for view in (detail, generation["render"]):
        assert view["taken_down"]["reason"] == "offensive"
        assert view["taken_down"]["message"].startswith("We took this render down: it is hateful, violent or sexual.")
        assert {variant[key] for variant in view["variants"] for key in ("url", "thumbnail_url")} == {None}
    assert (card["is_taken_down"], card["cover"]) == (True, None)


async def test_B6_a_picture_that_was_taken_down_is_no_input(
    api: ApiProcess, api_alice: ApiUser, superuser: Superuser
) -> None:
    render = await a_render(api, api_alice, ONE_VARIANT)
    source = {"kind": "variant", "variant_id": render["variants"][0]["id"]}
    order: dict[str, Any] = {**ONE_VARIANT, "preset_id": "warm-minimal", "input": source}
    succeed_at_once(api.replicate, outputs=1)
    await api_alice.generation(**order)
    jobs = "select count(*) from generation_jobs where owner_id = %s"
    before = superuser.value(jobs, api_alice.id)

    superuser.run(TAKE_DOWN, render["id"])

    assert_refused(await submit(api_alice.client, **order), ErrorCode.INPUT_NOT_FOUND)
    assert superuser.value(jobs, api_alice.id) == before


@pytest.mark.parametrize("moved", [False, True], ids=["before the move", "after the move"])
@pytest.mark.parametrize("whole", [False, True], ids=["render", "account"])
async def test_B6_with_its_row_goes_a_file_that_was_taken_down(
    whole: bool, moved: bool, api: ApiProcess, api_alice: ApiUser, superuser: Superuser
) -> None:
    render = await a_render(api, api_alice)
    before = names_of(superuser, render)
    superuser.run(TAKE_DOWN, render["id"])
    if moved:
        await change_files(api)
        assert_settled(superuser, render, before)
    queued = superuser.rows("select new_name from private.file_changes where name = any (%s)", before)
    after = names_of(superuser, render) if moved else [row["new_name"] for row in queued]

    statement = "delete from auth.users where id = %s" if whole else "delete from renders where id = %s"
    superuser.run(statement, api_alice.id if whole else render["id"])
    await change_files(api)

    assert superuser.rows(STORED, before + after) == []
    assert superuser.value(QUEUED, before + after, after) == 0


# Two variants have four files, which are moved at once.
STEPS = [
    "before Storage.move 1",
    "after Storage.move 1",
    "after Storage.move 3",
    "before FileChangeRepository.confirm",
    "after FileChangeRepository.confirm",
]


@pytest.mark.parametrize("deleted", [False, True], ids=["kept", "deleted meanwhile"])
@pytest.mark.parametrize("step", STEPS)
async def test_B6_H1_killed_during_the_move(
    step: str, deleted: bool, api: ApiProcess, api_alice: ApiUser, superuser: Superuser
) -> None:
    """The next request finishes what the killed process began, wherever it was."""
    await change_files(api)
    render = await a_render(api, api_alice)
    before = names_of(superuser, render)
    addresses = [variant[key] for variant in render["variants"] for key in ("url", "thumbnail_url")]
    superuser.run(TAKE_DOWN, render["id"])
    queued = superuser.rows("select new_name from private.file_changes where name = any (%s)", before)
    after = [row["new_name"] for row in queued]

    async with paused_at(step, api) as paused:
        headers = signed_headers(internal_secret(api), EMPTY)
        call = asyncio.create_task(send(paused.api, FILE_CHANGES, headers, EMPTY))
        await paused.wait_until_paused()
        paused.kill()
        with pytest.raises(httpx.TransportError):
            await call
    if deleted:
        superuser.run("delete from renders where id = %s", render["id"])
    await change_files(api)

    if deleted:
        assert superuser.rows(STORED, before + after) == []
        assert superuser.value(QUEUED, before + after, after) == 0
    else:
        assert_settled(superuser, render, before)
        assert sorted(names_of(superuser, render)) == sorted(after)
    assert [await opens(url) for url in addresses] == [False] * len(addresses)


async def test_B6_a_take_down_again_changes_nothing(api: ApiProcess, api_alice: ApiUser, superuser: Superuser) -> None:
    render = await a_render(api, api_alice, ONE_VARIANT)
    before = names_of(superuser, render)
    for _ in range(2):
        superuser.run(TAKE_DOWN, render["id"])
    await change_files(api)
    names = names_of(superuser, render)
    superuser.run(TAKE_DOWN, render["id"])
    await change_files(api)

    assert_settled(superuser, render, before)
    assert names_of(superuser, render) == names
