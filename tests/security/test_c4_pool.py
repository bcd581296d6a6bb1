"""C4: callers share connections, builders and caches, and never a token: each answer is its own caller's."""

import asyncio
from collections.abc import AsyncIterator, Awaitable

import httpx
import msgspec
import pytest

from libs.errors import ErrorCode, MaquetteError
from libs.repositories.database import Database, DatabasePool
from libs.repositories.storage import StoragePool
from tests.security.files import keep_photo
from tests.support.clients.api_rpc import ApiRpc
from tests.support.clients.database_user import DatabaseUser

CALLS = 2000
AT_ONCE = 64


class Owned(msgspec.Struct):
    """The owner of a row."""

    owner_id: str


class Usage(msgspec.Struct):
    """What my_usage() tells of its caller."""

    used: int


@pytest.fixture
async def pool(api_rpc: ApiRpc) -> AsyncIterator[DatabasePool]:
    opened = DatabasePool(api_rpc.supabase.url, api_rpc.supabase.gateway.publishable_key, api_rpc.supabase.proof_secret)
    yield opened
    await opened.aclose()


@pytest.fixture
async def storage(api_rpc: ApiRpc) -> AsyncIterator[StoragePool]:
    opened = StoragePool(api_rpc.supabase.url, api_rpc.supabase.gateway.publishable_key, api_rpc.supabase.proof_secret)
    yield opened
    await opened.aclose()


def token_of(person: DatabaseUser) -> str:
    return person.headers["Authorization"].removeprefix("Bearer ")


async def owners(db: Database) -> list[str]:
    """Whose collections the caller sees."""
    rows = await db.fetch(db.from_("collections").select("owner_id"), list[Owned])
    return [row.owner_id for row in rows]


async def used(db: Database) -> int:
    return (await db.call("my_usage", Usage)).used


async def refusal(call: Awaitable[object]) -> object:
    try:
        return await call
    except MaquetteError as error:
        return error.code


async def test_C4_two_thousand_interleaved_calls_are_each_answered_as_their_own_caller(
    api_rpc: ApiRpc, alice: DatabaseUser, bob: DatabaseUser, pool: DatabasePool
) -> None:
    """Two people, strangers and a broken token in turn, over connections that each of them used before. Alice has
    used a credit and Bob has not, so that even a number tells whose it is."""
    await api_rpc.render(alice)
    gate = asyncio.Semaphore(AT_ONCE)

    async def ask(turn: int) -> tuple[object, object]:
        """The answer, and what it should be."""
        person = (alice, bob)[turn % 2]
        db = pool.as_caller(token_of(person), person.id)
        broken = pool.as_caller(token_of(person)[:-8] + "AAAAAAAA", person.id)
        async with gate:
            match turn // 2 % 5:
                case 0 | 1:
                    return await owners(db), [person.id]
                case 2:
                    return await used(db), 1 if person is alice else 0
                case 3:
                    return await refusal(owners(broken)), ErrorCode.TOKEN_REFUSED
                case _:
                    return await refusal(used(pool.as_anonymous())), ErrorCode.TOKEN_REFUSED

    answers = await asyncio.gather(*(ask(turn) for turn in range(CALLS)))

    assert [(turn, got, right) for turn, (got, right) in enumerate(answers) if got != right] == []


async def test_C4_a_call_that_was_given_up_leaves_no_answer_to_the_next_caller(
    alice: DatabaseUser, bob: DatabaseUser, pool: DatabasePool
) -> None:
    """A request that is cancelled amid its answer must not leave that answer on a connection that others get."""
    hers, his = (pool.as_caller(token_of(person), person.id) for person in (alice, bob))
    for turn in range(100):
        given_up = asyncio.create_task(owners(hers))
        await asyncio.sleep(turn / 10_000)
        given_up.cancel()
        assert await owners(his) == [bob.id]
        await asyncio.gather(given_up, return_exceptions=True)


async def test_C4_signed_addresses_are_each_callers_own(
    alice: DatabaseUser, bob: DatabaseUser, storage: StoragePool, http: httpx.AsyncClient
) -> None:
    """Over one pool and one cache of addresses, which is asked with the paths of rows that the caller may see."""
    photos = {
        person.id: [await keep_photo(person, f"{person.id} {n}".encode()) for n in range(10)] for person in (alice, bob)
    }

    async def opened(person: DatabaseUser, number: int) -> tuple[bytes, bytes]:
        photo = photos[person.id][number % 10]
        path = f"{photo.bucket}/{photo.name}"
        urls = await storage.as_caller(token_of(person), person.id).signed_urls([path])
        return (await http.get(urls[path])).content, photo.content

    answers = await asyncio.gather(*(opened((alice, bob)[n % 2], n // 2) for n in range(200)))

    assert [pair for pair in answers if pair[0] != pair[1]] == []


async def test_C4_no_address_is_signed_for_somebody_elses_file(
    alice: DatabaseUser, bob: DatabaseUser, storage: StoragePool
) -> None:
    photo = await keep_photo(bob)
    path = f"{photo.bucket}/{photo.name}"

    assert await storage.as_caller(token_of(alice), alice.id).signed_urls([path]) == {}
    assert (await storage.as_caller(token_of(bob), bob.id).signed_urls([path])).keys() == {path}
