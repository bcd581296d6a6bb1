"""J3: readiness is one question to the database a second, however many ask, and also while it hangs."""

import asyncio
from typing import cast

import pytest

from libs.errors import ErrorCode, MaquetteError
from libs.repositories.database import DatabasePool
from libs.services.operations import readiness
from libs.services.operations.readiness import Readiness


class Database:
    """Answers when it is told to; counts the questions."""

    def __init__(self) -> None:
        self.questions = 0
        self.answers = asyncio.Event()
        self.is_up = True

    async def ping(self) -> None:
        self.questions += 1
        await self.answers.wait()
        if not self.is_up:
            raise MaquetteError(ErrorCode.DATABASE_UNAVAILABLE, retry_after=5) from ConnectionError()


async def test_J3_a_flood_is_one_question_and_one_that_leaves_ends_it_for_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    database = Database()
    probe = Readiness(cast("DatabasePool", database))
    flood = [asyncio.create_task(probe.check()) for _ in range(100)]
    await asyncio.sleep(0)
    flood[0].cancel()
    database.answers.set()
    assert [type(one) for one in await asyncio.gather(*flood, return_exceptions=True)] == [
        asyncio.CancelledError,
        *[type(None)] * 99,
    ]
    await probe.check()
    assert database.questions == 1
    monkeypatch.setattr(readiness, "ASK_EVERY_SECONDS", 0)
    probe = Readiness(cast("DatabasePool", database))
    await probe.check()
    await probe.check()
    assert database.questions == 3


async def test_J3_an_outage_is_told_to_everybody_and_asked_about_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "ASK_EVERY_SECONDS", 0.01)
    database = Database()
    database.answers.set()
    database.is_up = False
    probe = Readiness(cast("DatabasePool", database))
    told = await asyncio.gather(*(probe.check() for _ in range(10)), return_exceptions=True)
    assert database.questions == 1
    for error in told:
        assert isinstance(error, MaquetteError)
        assert (error.code, error.retry_after) == (ErrorCode.DATABASE_UNAVAILABLE, 5)
        assert isinstance(error.__cause__, ConnectionError)
    database.is_up = True
    await asyncio.sleep(0.02)
    await probe.check()
    assert database.questions == 2
