"""Rows written straight into the database: the one INSERT of jobs, renders and variants, and builders of lists.

No prediction runs and no file is stored. A new column without a default is one more field here.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

import msgspec
import psycopg
from psycopg.sql import SQL, Composed, Identifier, Placeholder

from libs.app_config.runtime import LIMITS
from tests.support.processes.supabase_stack import SupabaseStack

Id = UUID | str


def _now() -> datetime:
    return datetime.now(UTC)


class TableRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `table`: its fields are the columns that are written."""

    table: ClassVar[str]


class JobRow(TableRow, frozen=True, kw_only=True):
    """A row of generation_jobs: a job that succeeded, unless its fields say otherwise."""

    table: ClassVar[str] = "generation_jobs"

    id: Id = msgspec.field(default_factory=uuid4)
    owner_id: Id
    idempotency_key: str = msgspec.field(default_factory=lambda: uuid4().hex)
    request_hash: str = ""
    status: str = "succeeded"
    preset_id: str = "graphic-poster"
    title: str = "A quiet room"
    prompt: str = "A quiet room with oak"
    settings: str = "{}"
    variants: int = 1
    seed: int = 1
    input_path: str | None = None
    source_variant_id: Id | None = None
    collection_id: Id | None = None
    credits: int = 1
    expected_seconds: float = 1
    prediction_id: str | None = None
    error_code: str | None = None
    created_at: datetime = msgspec.field(default_factory=_now)
    deadline_at: datetime = msgspec.field(default_factory=_now)
    given_back_at: datetime | None = None


class RenderRow(TableRow, frozen=True, kw_only=True):
    """A row of renders."""

    table: ClassVar[str] = "renders"

    id: Id = msgspec.field(default_factory=uuid4)
    owner_id: Id
    job_id: Id
    preset_id: str = "graphic-poster"
    title: str = "A quiet room"
    prompt: str = "A quiet room with oak"
    settings: str = "{}"
    seed: int = 1
    cover_variant_id: Id | None = None
    created_at: datetime = msgspec.field(default_factory=_now)


class VariantRow(TableRow, frozen=True, kw_only=True):
    """A row of render_variants."""

    table: ClassVar[str] = "render_variants"

    id: Id = msgspec.field(default_factory=uuid4)
    render_id: Id
    owner_id: Id
    index: int = 0
    path: str
    thumbnail_path: str
    mime: str = "image/webp"
    width: int = 1248
    height: int = 832
    bytes: int = 90_000
    placeholder: str = "1QcSHQRnh493V4dIh4eXh1h4kJUI"

    @classmethod
    def of_render(cls, render: RenderRow, index: int = 0, variant_id: Id | None = None) -> "VariantRow":
        """A variant of a render, with the paths that its files would have."""
        folder = f"{render.owner_id}/{render.id}/{index}"
        return cls(
            id=variant_id or uuid4(),
            render_id=render.id,
            owner_id=render.owner_id,
            index=index,
            path=f"{folder}.webp",
            thumbnail_path=f"{folder}.thumb.webp",
        )


def insert(connection: psycopg.Connection[Any], rows: Sequence[TableRow]) -> None:
    """Insert rows of one table."""
    kind = type(rows[0])
    statement = SQL("insert into public.{} ({}) values ({})").format(
        Identifier(kind.table), _columns(kind), SQL(", ").join(Placeholder() for _ in kind.__struct_fields__)
    )
    with connection.cursor() as cursor:
        cursor.executemany(statement, [msgspec.structs.astuple(row) for row in rows])


def add_debit(connection: psycopg.Connection[Any], owner: Id, credits_taken: int, at: str = "now()") -> None:
    """A job that succeeded and its debit; `at` is when it counts, such as `now() - interval '1 day'`."""
    job = JobRow(owner_id=owner, credits=credits_taken)
    insert(connection, [job])
    query = f"""
        insert into public.usage_ledger (owner_id, job_id, kind, amount, reason, effective_at)
        values (%s, %s, 'debit', %s, 'generation', {at})
    """
    connection.execute(query.encode(), [owner, job.id, -credits_taken])


def copy(connection: psycopg.Connection[Any], kind: type[TableRow], rows: Iterable[TableRow]) -> None:
    """Write rows of one table by COPY: for millions."""
    statement = SQL("copy public.{} ({}) from stdin").format(Identifier(kind.table), _columns(kind))
    with connection.cursor() as cursor, cursor.copy(statement) as target:
        for row in rows:
            target.write_row(msgspec.structs.astuple(row))


def _columns(kind: type[TableRow]) -> Composed:
    return SQL(", ").join(map(Identifier, kind.__struct_fields__))


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What matters of a render in a list."""

    title: str = "A quiet room"
    prompt: str = "A quiet room with oak"
    preset_id: str = "graphic-poster"
    created_at: datetime = datetime(2026, 11, 1, 12, tzinfo=UTC)
    variants: int = 1


def add_renders(connection: psycopg.Connection[Any], owner: Id, drafts: Sequence[Draft]) -> list[UUID]:
    """Write renders with their finished jobs and variants; returns their ids in order."""
    ids = [uuid4() for _ in drafts]
    jobs = [
        JobRow(owner_id=owner, preset_id=one.preset_id, title=one.title, prompt=one.prompt, variants=one.variants)
        for one in drafts
    ]
    renders = [
        RenderRow(
            id=render_id,
            owner_id=owner,
            job_id=job.id,
            preset_id=job.preset_id,
            title=job.title,
            prompt=job.prompt,
            created_at=draft.created_at,
        )
        for render_id, job, draft in zip(ids, jobs, drafts, strict=True)
    ]
    variants = [
        VariantRow.of_render(render, index)
        for render, draft in zip(renders, drafts, strict=True)
        for index in range(draft.variants)
    ]
    for rows in (jobs, renders, variants):
        insert(connection, rows)
    connection.execute(
        """
        update renders set cover_variant_id = variant.id from render_variants as variant
        where renders.id = any (%s) and variant.render_id = renders.id and variant.index = 0
        """,
        [ids],
    )
    return ids


def fill_with_photos(supabase: SupabaseStack, owner: str) -> None:
    """As many rows of photos as a person may have; no file is stored."""
    with supabase.connect() as connection:
        connection.execute(
            """
            insert into storage.objects (bucket_id, name, owner_id, metadata)
            select 'inputs', %(owner)s || '/' || lpad(to_hex(number), 64, '0') || '.jpg', %(owner)s, '{"size": 1}'
            from generate_series(1, %(count)s) as number
            """,
            {"owner": owner, "count": LIMITS.max_uploads},
        )
