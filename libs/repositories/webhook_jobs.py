"""Jobs as verified deliveries move them."""

from uuid import UUID

import msgspec

from libs.repositories.service_role import ServiceRoleDatabase


class ClaimResult(msgspec.Struct, frozen=True):
    """Whether a delivery applies to its job. Where it does: the job's owner, and whether they asked to cancel."""

    outcome: str
    owner_id: UUID | None = None
    cancel_requested: bool | None = None


class OutputRow(msgspec.Struct, frozen=True, kw_only=True):
    """A stored variant: names in the `renders` bucket, size in pixels and bytes, ThumbHash in base64."""

    index: int
    path: str
    thumbnail_path: str
    mime: str
    width: int
    height: int
    bytes: int
    placeholder: str


class WebhookJobRepository:
    """Every method but `record_progress` answers an outcome; each raises MaquetteError database_unavailable."""

    def __init__(self, db: ServiceRoleDatabase) -> None:
        self._db = db

    async def record_progress(self, job_id: UUID, prediction_id: str, percent: int, ready: int) -> ClaimResult:
        """Note progress, which only grows, and claim the job for this prediction."""
        answer = await self._db.call(
            "record_progress", {"job_id": str(job_id), "prediction": prediction_id, "percent": percent, "ready": ready}
        )
        return msgspec.convert(answer, ClaimResult, strict=False)

    async def announce_files(self, job_id: UUID, prediction_id: str, names: list[str]) -> str:
        """Queue names in the `renders` bucket for removal, unless `complete` writes the rows that name them."""
        return await self._db.call(
            "announce_files", {"job_id": str(job_id), "prediction": prediction_id, "names": names}
        )

    async def complete(
        self, event_id: str, job_id: UUID, prediction_id: str, outputs: list[OutputRow], *, was_stopped: bool
    ) -> str:
        """Write render, variants and job together; a repeat writes nothing. What is missing is given back.

        `was_stopped`: the prediction was canceled, and these outputs were ready.
        """
        return await self._db.call(
            "complete_generation",
            {
                "event": event_id,
                "job_id": str(job_id),
                "prediction": prediction_id,
                "outputs": msgspec.to_builtins(outputs),
                "was_stopped": was_stopped,
            },
        )

    async def fail(self, event_id: str, job_id: UUID, prediction_id: str, outcome: str, code: str) -> str:
        """End a job as failed or canceled and give its debit back, once."""
        return await self._db.call(
            "fail_generation",
            {
                "event": event_id,
                "job_id": str(job_id),
                "prediction": prediction_id,
                "outcome": outcome,
                "code": code,
            },
        )
