"""Jobs as the verified webhook moves them. `client` is the service role's: only the webhook handlers can make one."""

from typing import Any, cast
from uuid import UUID

import httpx
import msgspec
from postgrest.exceptions import APIError

from libs.errors import ErrorCode, MaquetteError
from supabase import AsyncClient


class Standing(msgspec.Struct, frozen=True):
    """Where a delivery stands: whether it applies, whose job it is and whether its owner wanted it stopped."""

    outcome: str
    owner_id: UUID | None = None
    cancel_requested: bool | None = None


class OutputRow(msgspec.Struct, frozen=True, kw_only=True):
    """A stored picture: names in the `renders` bucket, size in pixels and bytes, ThumbHash in base64."""

    index: int
    path: str
    thumbnail_path: str
    mime: str
    width: int
    height: int
    bytes: int
    placeholder: str


class StoredName(msgspec.Struct, frozen=True):
    """A file that no row names any more."""

    bucket: str
    name: str


class WebhookJobRepository:
    """The service role's moves. Each raises MaquetteError database_unavailable when no answer comes."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    async def record_progress(self, job_id: UUID, prediction_id: str, percent: int, ready: int) -> Standing:
        """Note progress, which only grows, and claim the job for this prediction."""
        answer = await self._call(
            "record_progress", {"job_id": str(job_id), "prediction": prediction_id, "percent": percent, "ready": ready}
        )
        return msgspec.convert(answer, Standing, strict=False)

    async def announce_files(self, job_id: UUID, prediction_id: str, names: list[str]) -> str:
        """Queue names in the `renders` bucket for removal, unless `complete` writes the rows that name them."""
        return await self._call("announce_files", {"job_id": str(job_id), "prediction": prediction_id, "names": names})

    async def complete(self, event_id: str, job_id: UUID, prediction_id: str, outputs: list[OutputRow]) -> str:
        """Write render, variants and job together; a repeat writes nothing."""
        return await self._call(
            "complete_generation",
            {
                "event": event_id,
                "job_id": str(job_id),
                "prediction": prediction_id,
                "outputs": msgspec.to_builtins(outputs),
            },
        )

    async def fail(self, event_id: str, job_id: UUID, prediction_id: str, outcome: str, code: str) -> str:
        """End a job as failed or canceled and give its debit back, once."""
        return await self._call(
            "fail_generation",
            {
                "event": event_id,
                "job_id": str(job_id),
                "prediction": prediction_id,
                "outcome": outcome,
                "code": code,
            },
        )

    async def file_removals(self, most: int) -> list[StoredName]:
        """The names that have waited longest in the queue of removals."""
        return msgspec.convert(await self._call("next_file_removals", {"most": most}), list[StoredName])

    async def confirm_removals(self, removed: list[StoredName]) -> None:
        """Take names out of the queue: Storage no longer has them."""
        await self._call("confirm_file_removals", {"removed": msgspec.to_builtins(removed)})

    async def _call(self, function: str, arguments: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        try:
            answer = await self._client.rpc(function, arguments).execute()
        except (APIError, httpx.HTTPError) as error:
            raise MaquetteError(ErrorCode.DATABASE_UNAVAILABLE, retry_after=5) from error
        return cast("Any", answer.data)
