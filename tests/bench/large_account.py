"""A person with 100,000 renders moves all to the trash and back, collects it, exports it and deletes the account.

    python -m tests.bench.large_account [--renders 100000] [--others 100000]

Each goes through the API, which talks to the local gateway. Prints how long each took, the slowest statement of each as
Postgres logged it, and how much memory the API had at most. Exits with 1 when one does not end, when something is left,
or when a statement took longer than Supabase gives a person's.
"""

import argparse
import asyncio
import io
import json
import re
import sys
import tempfile
import time
import zipfile
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import psycopg

from tests.bench.preparation import prepare_stack
from tests.support.clients.database_user import service_role_user
from tests.support.clock import end_closings
from tests.support.processes.api import ApiProcess, running_api
from tests.support.processes.replicate import running_replicate
from tests.support.processes.supabase_stack import running_supabase
from tests.support.waiting import equals, until

# Milliseconds: statement_timeout of `authenticated` on hosted projects, and of `anon`, who deletes closed accounts.
LONGEST_STATEMENT = 8_000
LONGEST_OF_ANON = 3_000
# Milliseconds: shorter statements are not logged.
LOGGED_FROM = 50
# Renders whose files are really there. A million small files would measure this machine's disk.
WITH_FILES = 500
FILE = b"RIFF\x00\x00\x00\x00WEBP"
DURATION = re.compile(r"duration: ([\d.]+) ms +(?:statement|execute [^:]*): (.*)")

# A prompt has as many words as people write: a search index costs by the word.
PROMPT = """(
    select string_agg((array['oak', 'stone', 'brass', 'linen', 'marble', 'walnut', 'velvet', 'concrete', 'glass',
      'copper', 'terrazzo', 'rattan', 'plaster', 'leather', 'bamboo', 'wool', 'ceramic', 'slate', 'birch', 'chrome'
    ])[1 + abs(hashtext(made.id::text || place) % 20)], ' ')
    from generate_series(1, 30) as place
  )"""
# Without triggers and foreign keys, which would look at every row: what is written here fits by construction.
RENDERS = """
set session_replication_role = replica;
with made as (
  insert into generation_jobs (owner_id, idempotency_key, request_hash, status, preset_id, title, prompt, settings,
    variants, seed, credits, expected_seconds, deadline_at, created_at, finished_at)
  select '{owner}', number::text, '', 'succeeded', 'first-ideas', 'Render ' || number, 'Oak, stone and brass', '{{}}',
    1, 1, 1, 1, now(), now() - make_interval(mins => number), now()
  from generate_series(1, {count}) as number
  returning id, created_at
), debited as (
  insert into usage_ledger (owner_id, job_id, kind, amount, reason, created_at)
  select '{owner}', id, 'debit', -1, 'generation', created_at from made
), rendered as (
  insert into renders (id, owner_id, job_id, preset_id, title, prompt, settings, seed, created_at, cover_variant_id)
  select id, '{owner}', id, 'first-ideas', 'Render', {prompt}, '{{}}', 1, created_at, id from made
)
insert into render_variants (id, render_id, owner_id, index, path, thumbnail_path, mime, width, height, bytes,
  placeholder, created_at)
select id, id, '{owner}', 0, '{owner}/' || id || '/0.webp', '{owner}/' || id || '/0.thumb.webp', 'image/webp', 1024,
  768, 200000, '', created_at
from made;
set session_replication_role = origin;
vacuum analyze;
"""
USERS = "select count(*) from auth.users where id = %(owner)s"
LEFT = """
select
  (select count(*) from auth.users where id = %(owner)s)
  + (select count(*) from generation_jobs where owner_id = %(owner)s)
  + (select count(*) from renders where owner_id = %(owner)s)
  + (select count(*) from render_variants where owner_id = %(owner)s)
  + (select count(*) from collections where owner_id = %(owner)s)
  + (select count(*) from collection_items where owner_id = %(owner)s)
  + (select count(*) from usage_ledger where owner_id = %(owner)s)
  + (select count(*) from storage.objects where starts_with(name, %(owner)s::text || '/'))
  + (select count(*) from private.file_changes where starts_with(name, %(owner)s::text || '/'))
"""


class Bench(msgspec.Struct, frozen=True, kw_only=True):
    """The stack, a connection as superuser, the person and what went wrong so far."""

    api: ApiProcess
    log: Path
    connection: psycopg.Connection
    client: httpx.AsyncClient
    owner: str
    failures: list[str]

    def value(self, query: str) -> Any:
        """The one value of a query."""
        row = self.connection.execute(query.encode(), {"owner": self.owner}).fetchone()
        assert row
        return row[0]

    def check(self, name: str, found: object, wanted: object) -> None:
        """Note a failure unless both are the same."""
        if found != wanted:
            self.failures.append(f"{name}: {found} instead of {wanted}")

    async def measure(self, name: str, work: Callable[[], Awaitable[None]], longest: int = LONGEST_STATEMENT) -> None:
        """Do it, and print its seconds and its slowest statement, which may take `longest` milliseconds."""
        start = self.log.stat().st_size
        began = time.perf_counter()
        await work()
        took = time.perf_counter() - began
        with self.log.open("rb") as lines:
            lines.seek(start)
            logged = DURATION.findall(lines.read().decode(errors="replace"))
        slowest, statement = max(((float(ms), text) for ms, text in logged), default=(0.0, ""))
        print(f"{name:<12}{took:>8.1f} s{slowest:>10.0f} ms  {' '.join(statement.split())[:100]}", flush=True)
        if slowest > longest:
            self.failures.append(f"{name}: a statement took {slowest:.0f} ms")


@asynccontextmanager
async def bench(renders: int, others: int) -> AsyncGenerator[Bench]:
    """A stack with that many renders of one person, and of one other person."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_supabase(Path(folder)) as supabase,
        running_replicate() as replicate,
        running_api(Path(folder), supabase, replicate) as api,
        supabase.connect() as connection,
    ):
        person, other = await supabase.sign_up(), await supabase.sign_up()
        began = time.perf_counter()
        for owner, count in ((person.id, renders), (other.id, others)):
            for statement in RENDERS.format(owner=owner, count=count, prompt=PROMPT).split(";\n"):
                connection.execute(statement.encode())
        print(f"{renders:,} renders, {others:,} of others, loaded in {time.perf_counter() - began:.0f} s", flush=True)
        await _store_files(api, connection, person.id)
        connection.execute(f"alter system set log_min_duration_statement = {LOGGED_FROM}".encode())
        connection.execute("select pg_reload_conf()")
        async with api.client(person) as client:
            client.timeout = httpx.Timeout(1800)
            yield Bench(
                api=api,
                log=Path(folder) / "postgres.log",
                connection=connection,
                client=client,
                owner=person.id,
                failures=[],
            )


async def _store_files(api: ApiProcess, connection: psycopg.Connection, owner: str) -> None:
    query = "select path from render_variants where owner_id = %s order by created_at desc limit %s"
    names = [name for (name,) in connection.execute(query, [owner, WITH_FILES])]
    async with api.supabase.client() as http:
        service = service_role_user(api.supabase, http)
        for name in names:
            answer = await service.upload("renders", name, FILE, content_type="image/webp")
            answer.raise_for_status()


async def change(bench: Bench, action: str, wanted: int) -> None:
    """Change everything that matches no filter at all."""
    body: dict[str, Any] = {"action": action, "selection": {"matching": {}}}
    answer = await bench.client.post("/renders/bulk", json=body)
    bench.check(action, answer.raise_for_status().json()["data"]["changed"], wanted)


async def export(bench: Bench, wanted: int) -> None:
    """Everything as a ZIP, kept in a file."""
    with tempfile.TemporaryFile() as file:
        async with bench.client.stream("GET", "/me/export") as answer:
            answer.raise_for_status()
            async for piece in answer.aiter_raw():
                file.write(piece)
        with zipfile.ZipFile(file) as packed:
            for table in ("renders", "render_variants", "collection_items", "usage_ledger"):
                with packed.open(f"data/{table}.json") as rows:
                    bench.check(f"export of {table}", len(json.load(io.TextIOWrapper(rows))), wanted)
            pictures = [name for name in packed.namelist() if name.startswith("renders/")]
            bench.check("exported pictures", len(pictures), min(WITH_FILES, wanted))


async def delete(bench: Bench) -> None:
    """The account, until nothing of it is left; what the API leaves undone reconcile would end."""
    (await bench.client.delete("/me")).raise_for_status()
    refused = await bench.client.get("/renders")
    bench.check("the closed account", refused.json()["error"]["code"], "account_closed")
    await end_closings(bench.api)
    await until(lambda: bench.value(USERS), equals(0), seconds=3600)
    bench.check("what is left", bench.value(LEFT), 0)


def peak_megabytes(process_id: int) -> int:
    """The most memory that a process ever had."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process_id}/status").read_text())
    assert found
    return int(found[1]) // 1024


async def run(renders: int, others: int) -> list[str]:
    """Everything in turn; answers what failed."""
    async with bench(renders, others) as prepared:
        print(f"{'':<12}{'time':>10}{'slowest':>13}", flush=True)
        for action in ("trash", "restore", "collect"):
            await prepared.measure(action, lambda action=action: change(prepared, action, renders))
        await prepared.measure("export", lambda: export(prepared, renders))
        await prepared.measure("delete", lambda: delete(prepared), LONGEST_OF_ANON)
        process = prepared.api.process
        assert process
        print(f"the API had {peak_megabytes(process.pid)} MB at most")
        return prepared.failures


def main() -> None:
    """Exit with 1 when something failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--renders", type=int, default=100_000)
    parser.add_argument("--others", type=int, default=100_000)
    options = parser.parse_args()
    prepare_stack()
    if failures := asyncio.run(run(options.renders, options.others)):
        sys.exit("\n".join(failures))


if __name__ == "__main__":
    main()
