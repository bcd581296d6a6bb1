"""Renders written straight into the database, for tests of lists: no picture is made, no file stored."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

import msgspec
import psycopg

from libs.app_config.runtime import LIMITS
from tests.support.processes.supabase_stack import SupabaseStack


def fill_with_photos(supabase: SupabaseStack, owner: str) -> None:
    """As many rows of photos as a person may have; their files are nowhere."""
    with supabase.connect() as connection:
        connection.execute(
            """
            insert into storage.objects (bucket_id, name, owner_id, metadata)
            select 'inputs', %(owner)s || '/' || lpad(to_hex(number), 64, '0') || '.jpg', %(owner)s, '{"size": 1}'
            from generate_series(1, %(most)s) as number
            """,
            {"owner": owner, "most": LIMITS.max_uploads},
        )


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A render to write."""

    title: str = "A quiet room"
    prompt: str = "A quiet room with oak"
    preset_id: str = "graphic-poster"
    created_at: datetime = datetime(2026, 11, 1, 12, tzinfo=UTC)
    variants: int = 1


def add_renders(connection: psycopg.Connection, owner: str, drafts: Sequence[Draft]) -> list[UUID]:
    """Write renders with their finished jobs and variants; answers their ids in order."""
    ids = [uuid4() for _ in drafts]
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            with job as (
              insert into generation_jobs (
                owner_id, idempotency_key, request_hash, preset_id, title, prompt, settings, variants, seed, credits,
                expected_seconds, deadline_at, status
              )
              values (
                %(owner)s, %(id)s, '', %(preset)s, %(title)s, %(prompt)s, '{}', %(variants)s, 1, 1, 1, now(),
                'succeeded'
              )
              returning id
            ), render as (
              insert into renders (
                id, owner_id, job_id, preset_id, title, prompt, settings, seed, created_at
              )
              select %(id)s, %(owner)s, job.id, %(preset)s, %(title)s, %(prompt)s, '{}', 1, %(created_at)s from job
              returning id, owner_id
            )
            insert into render_variants (
              render_id, owner_id, index, path, thumbnail_path, mime, width, height, bytes, placeholder
            )
            select
              render.id, render.owner_id, index, format('%%s/%%s/%%s.webp', owner_id, render.id, index),
              format('%%s/%%s/%%s.thumb.webp', owner_id, render.id, index), 'image/webp', 1248, 832, 90000,
              '1QcSHQRnh493V4dIh4eXh1h4kJUI'
            from render, generate_series(0, %(variants)s - 1) as index
            """,
            [
                {
                    "owner": owner,
                    "id": render_id,
                    "preset": draft.preset_id,
                    "title": draft.title,
                    "prompt": draft.prompt,
                    "variants": draft.variants,
                    "created_at": draft.created_at,
                }
                for render_id, draft in zip(ids, drafts, strict=True)
            ],
        )
    connection.execute(
        """
        update renders set cover_variant_id = variant.id from render_variants as variant
        where renders.id = any (%s) and variant.render_id = renders.id and variant.index = 0
        """,
        [ids],
    )
    return ids
