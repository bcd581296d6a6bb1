"""Whether the database answers, for those who ask often: load balancers, and everybody while the port is public."""

import asyncio
import time
from typing import Final

from libs.errors import MaquetteError
from libs.repositories.database import DatabasePool

ASK_EVERY_SECONDS: Final = 1


class Readiness:
    """Asks the database once a second at most, however many want to know."""

    def __init__(self, database: DatabasePool) -> None:
        self._database = database
        self._asking: asyncio.Task[MaquetteError | None] | None = None
        self._ask_again = 0.0

    async def check(self) -> None:
        """Raises MaquetteError database_unavailable."""
        if self._asking is None or (self._asking.done() and time.monotonic() >= self._ask_again):
            self._asking = asyncio.create_task(self._ask())
        # One caller that leaves must not end it for the others.
        error = await asyncio.shield(self._asking)
        if error is not None:
            # An exception of their own: each one that is raised keeps a trace.
            raise MaquetteError(error.code, retry_after=error.retry_after) from error.__cause__

    async def _ask(self) -> MaquetteError | None:
        try:
            await self._database.ping()
        except MaquetteError as error:
            return error
        finally:
            self._ask_again = time.monotonic() + ASK_EVERY_SECONDS
        return None
