"""Generation jobs: read as their owner, moved by guarded functions."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from libs.repositories.cursor import TimeCursor, after
from libs.repositories.database import Database
from libs.repositories.render_rows import RENDER_COLUMNS, RenderRow


class JobRow(msgspec.Struct, frozen=True):
    """A job as the database keeps it. `input_path` starts with its bucket."""

    id: UUID
    owner_id: UUID
    status: str
    preset_id: str
    title: str
    prompt: str
    settings: dict[str, Any]
    variants: int
    seed: int
    input_path: str | None
    source_variant_id: UUID | None
    collection_id: UUID | None
    credits: int
    expected_seconds: float
    prediction_id: str | None
    progress: int
    ready: int
    error_code: str | None
    created_at: datetime
    deadline_at: datetime
    cancel_requested_at: datetime | None
    heard_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    render: RenderRow | None = None


class Reservation(msgspec.Struct, frozen=True):
    """The job that holds the slot and the debit; `created` is False for a repeat of an earlier submit."""

    job: JobRow
    created: bool


class ReserveRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The request of `reserve_generation`. Price and cap are read in the database."""

    idempotency_key: str
    request_hash: str
    preset_id: str
    title: str
    prompt: str
    settings: dict[str, Any]
    variants: int
    seed: int
    input_path: str | None
    source_variant_id: UUID | None
    collection_id: UUID | None
    expected_seconds: float
    deadline_seconds: int


class _JobRequest(msgspec.Struct, frozen=True):
    job_id: UUID


class _AttachRequest(msgspec.Struct, frozen=True):
    job_id: UUID
    prediction_id: str


class _ReleaseRequest(msgspec.Struct, frozen=True):
    job_id: UUID
    error_code: str
    older_than_seconds: int


class _StaleRequest(msgspec.Struct, frozen=True):
    older_than_seconds: int
    limit: int


COLUMNS: Final = ",".join(field.name for field in msgspec.structs.fields(JobRow) if field.name != "render") + (
    f",render:renders!renders_job_id_owner_id_fkey({RENDER_COLUMNS})"
)


class GenerationJobRepository:
    """Jobs as the caller sees them."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def find(self, job_id: UUID) -> JobRow | None:
        """One job with its render; None when the caller has no job of that id."""
        query = self._db.from_("generation_jobs").select(COLUMNS).eq("id", str(job_id))
        rows = await self._db.fetch(query, list[JobRow])
        return rows[0] if rows else None

    async def find_repeated(self, idempotency_key: str, request_hash: str) -> JobRow | None:
        """The caller's job of this key and request fingerprint; None when there is none."""
        query = self._db.from_("generation_jobs").select(COLUMNS)
        query = query.eq("idempotency_key", idempotency_key).eq("request_hash", request_hash)
        rows = await self._db.fetch(query, list[JobRow])
        return rows[0] if rows else None

    async def page(self, before: TimeCursor | None, limit: int) -> list[JobRow]:
        """Newest first; one row beyond `limit` means that a next page exists."""
        query = self._db.from_("generation_jobs").select(COLUMNS)
        if before:
            query = after(query, before)
        query = query.order("created_at", desc=True).order("id", desc=True).limit(limit + 1)
        return await self._db.fetch(query, list[JobRow])

    async def reserve(self, request: ReserveRequest) -> Reservation:
        """One job, one debit. Raises the codes of `private.reserve_generation`."""
        return await self._db.call_with_proof("reserve_generation", request, Reservation)

    async def attach(self, job_id: UUID, prediction_id: str) -> JobRow:
        """Write the id of its prediction into a job. Raises the codes of `private.attach_prediction`."""
        return await self._db.call_with_proof("attach_prediction", _AttachRequest(job_id, prediction_id), JobRow)

    async def request_cancel(self, job_id: UUID) -> JobRow:
        """Write that the owner asked to cancel. Raises MaquetteError generation_not_found."""
        return await self._db.call_with_proof("request_cancel", _JobRequest(job_id), JobRow)

    async def release(self, job_id: UUID, error_code: str, older_than_seconds: int = 0) -> JobRow:
        """Fail a job whose prediction does not exist; its debit comes back. A younger job stays as it is."""
        request = _ReleaseRequest(job_id, error_code, older_than_seconds)
        return await self._db.call_with_proof("release_generation", request, JobRow)

    async def stale(self, older_than_seconds: int, limit: int) -> list[JobRow]:
        """Unsettled jobs of everybody without a delivery for that long; `db` must be `as_anonymous`."""
        return await self._db.call_with_proof(
            "stale_generations", _StaleRequest(older_than_seconds, limit), list[JobRow]
        )
