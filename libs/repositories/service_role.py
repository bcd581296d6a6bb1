"""Postgres functions as the service role calls them, past RLS. Only the webhook handlers can make the client."""

from typing import Any, cast

import httpx
from postgrest.exceptions import APIError

from libs.errors import ErrorCode, MaquetteError
from libs.repositories.database import DatabaseOutage, DatabaseRefused, is_outage
from libs.text import loggable
from supabase import AsyncClient


class ServiceRoleDatabase:
    """What the repositories of the webhook handlers share."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    async def call(self, function: str, arguments: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        """The decoded JSON that a function returns.

        Raises MaquetteError database_unavailable when no usable answer comes, DatabaseRefused when Postgres refuses.
        """
        try:
            answer = await self._client.rpc(function, arguments).execute()
        except httpx.HTTPError as error:
            raise MaquetteError(ErrorCode.DATABASE_UNAVAILABLE, retry_after=5) from error
        except APIError as error:
            code = error.code or ""
            if is_outage(code):
                # Without a code the gateway answered; that it refuses our key is in its words alone.
                detail = loggable(error.message) if error.message and not code else None
                outage = DatabaseOutage(sqlstate=code or None, detail=detail)
                raise MaquetteError(ErrorCode.DATABASE_UNAVAILABLE, retry_after=5) from outage
            raise DatabaseRefused(code, error.message) from error
        return cast("Any", answer.data)
