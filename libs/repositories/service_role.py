"""Postgres functions as the service role calls them, past RLS. Only the webhook handlers can make the client."""

from typing import Any, cast

import httpx
from postgrest.exceptions import APIError

from libs.errors import ErrorCode, MaquetteError
from supabase import AsyncClient


class ServiceRoleDatabase:
    """What the repositories of the webhook handlers share."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    async def call(self, function: str, arguments: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        """The decoded JSON that a function returns. Raises MaquetteError database_unavailable on any failure."""
        try:
            answer = await self._client.rpc(function, arguments).execute()
        except (APIError, httpx.HTTPError) as error:
            raise MaquetteError(ErrorCode.DATABASE_UNAVAILABLE, retry_after=5) from error
        return cast("Any", answer.data)
