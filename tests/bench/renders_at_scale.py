"""Lists of renders with a thousand rows in the table and with a million: does the cost grow with the table?

    python -m tests.bench.renders_at_scale [--rows 1000000] [--owners 10000]

Prints the median over many calls as the user (role and JWT claims set, RLS on) of each kind of page, the ratio between
the tables, and the plans under RLS. The person asked for has 5,000 renders in the large table, 2,000 of them in one
collection, and all of the small one. What looks at all that a person has is compared with the same 5,000 alone. Then
changes as many of them as one step of a change takes. Exits with 1 when the large table costs more than twice what the
small one does, when a plan scans all renders, or when a change takes half of what a statement may take upstream.
"""

import argparse
import contextlib
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Generator, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg

from libs.app_config.runtime import PRESETS
from tests.bench.preparation import prepare_stack
from tests.support.factories import JobRow, RenderRow, VariantRow, copy
from tests.support.processes.supabase_stack import running_supabase

HEAVY_RENDERS = 5_000
SMALL_ROWS = 1_000
LARGEST_RATIO = 2.0
# Milliseconds: half of statement_timeout of `authenticated` on hosted projects.
LONGEST_CHANGE = 4_000
CALLS = 100
PAGE = 20
WORDS = ["oak", "linen", "stone", "glass", "brass", "light", "shadow", "terrace", "kitchen", "cabin", "river", "dusk"]
RARE = "heliotrope"
FAVORITES = 40
COLLECTED = 2_000
COLLECTION = UUID(int=1 << 80)


class Seed:
    """`rows` renders over `owners` people; the first of them is the heavy one."""

    def __init__(self, rows: int, owners: int) -> None:
        self.rows = rows
        self.owners = [UUID(int=1 << 100 | number) for number in range(owners)]
        self.heavy = self.owners[0]
        self.heavy_renders = min(HEAVY_RENDERS, rows)
        self._random = random.Random(7)

    def load(self, connection: psycopg.Connection) -> None:
        """COPY everything with triggers and the search index away, then put them back."""
        # Foreign keys and our own triggers would look at every row; what is written here fits by construction.
        connection.execute("set session_replication_role = replica")
        words_index = connection.execute("select pg_get_indexdef('renders_words_idx'::regclass)").fetchone()
        assert words_index
        connection.execute("drop index renders_words_idx")
        self._copy(connection, "auth.users (id, email)", ((owner, f"{owner}@example.com") for owner in self.owners))
        self._copy(connection, "profiles (id)", ((owner,) for owner in self.owners))
        self._copy(
            connection,
            "collections (id, owner_id, name, is_favorites)",
            [
                *((owner, owner, "My Favorites", True) for owner in self.owners),
                (COLLECTION, self.heavy, "Large", False),
            ],
        )
        copy(connection, JobRow, (job for job, _, _ in self._rows()))
        copy(connection, RenderRow, (render for _, render, _ in self._rows()))
        copy(connection, VariantRow, (variant for _, _, variant in self._rows()))
        self._copy(
            connection,
            "collection_items (collection_id, render_id, owner_id, render_created_at)",
            [
                *((self.heavy, number, self.heavy, created_at) for number, created_at in self._some(FAVORITES)),
                *((COLLECTION, number, self.heavy, created_at) for number, created_at in self._some(COLLECTED)),
            ],
        )
        connection.execute(words_index[0])
        connection.execute("set session_replication_role = origin")
        connection.execute("vacuum analyze")

    def _rows(self) -> Iterator[tuple[JobRow, RenderRow, VariantRow]]:
        """A job, its render and the render's one variant, all under one id."""
        for number, owner, preset, title, made_at in self._renders():
            job = JobRow(
                id=number,
                owner_id=owner,
                idempotency_key=str(number),
                preset_id=preset,
                title=title,
                prompt=title,
                deadline_at=made_at,
            )
            render = RenderRow(
                id=number,
                owner_id=owner,
                job_id=number,
                preset_id=preset,
                title=title,
                prompt=f"{title}, in warm light",
                cover_variant_id=number,
                created_at=made_at,
            )
            yield job, render, VariantRow.of_render(render, variant_id=number)

    def _some(self, count: int) -> list[tuple[UUID, datetime]]:
        """Renders of the heavy person, and when they were made."""
        count = min(count, self.heavy_renders // 2)
        step = self.heavy_renders // count
        mine = [(number, created_at) for number, owner, *_, created_at in self._renders() if owner == self.heavy]
        return mine[::step][:count]

    def _renders(self) -> Iterator[tuple[UUID, UUID, str, str, datetime]]:
        """The same rows at each call: id, owner, preset, words, created_at. Renders of all people are mixed in time."""
        self._random.seed(7)
        start = datetime(2026, 11, 1, tzinfo=UTC) - timedelta(days=700)
        every = self.rows // self.heavy_renders
        for number in range(self.rows):
            owner = self.heavy if number % every == 0 else self._random.choice(self.owners)
            title = " ".join(self._random.sample(WORDS, 4))
            if number % (self.rows // 10) == 0:
                title += f" {RARE}"
            preset = self._random.choice(PRESETS).id
            yield (
                UUID(int=1 << 90 | number),
                owner,
                preset,
                title,
                start + timedelta(minutes=number * 1_000_000 // self.rows),
            )

    @staticmethod
    def _copy(connection: psycopg.Connection, target: str, rows: Iterable[tuple[object, ...]]) -> None:
        with connection.cursor().copy(f"copy {target} from stdin".encode()) as copy:
            for row in rows:
                copy.write_row(row)


Call = tuple[str, tuple[str | int | UUID | None, ...]]
"""A statement and its arguments."""


def page(sort: str = "newest", after: dict[str, str] | None = None, size: int = PAGE, **conditions: object) -> Call:
    """One call of list_renders; `conditions` are its filter."""
    cursor = (after["key"], after["id"]) if after else (None, None)
    arguments = (json.dumps(conditions), sort, size, *cursor)
    return "select list_renders(%s::jsonb, %s, %s::integer, %s, %s::uuid)", arguments


def kinds(connection: psycopg.Connection) -> dict[str, Call]:
    """The kinds of pages, the deep one by the cursor that leads to it."""
    deep = answer(connection, page(size=49 * PAGE - 1))[49 * PAGE - 1]
    collection = str(COLLECTION)
    return {
        "first page": page(),
        "50th page": page(after=deep),
        "one preset": page(presets=[PRESETS[0].id]),
        "one family, oldest": page("oldest", presets=[preset.id for preset in PRESETS[:3]]),
        "favorites": page(favorite=True),
        "rare word": page(text=RARE),
        "two words": page(text="oak brass"),
        "large collection": page(collection_id=collection),
        "its own order": page("manual", collection_id=collection),
        "word in a collection": page(collection_id=collection, text="oak"),
        "rare word in it": page(collection_id=collection, text=RARE),
        "months": ("select count_renders_by_month(%s::jsonb, 'Europe/Berlin')", ("{}",)),
        "collections": ("select list_collections(%s::integer)", (PAGE,)),
    }


# These look at all that a person has, or at all of it that matches.
WHOLE = frozenset({"two words", "word in a collection", "rare word in it", "months", "collections"})


def become(connection: psycopg.Connection, person: UUID) -> None:
    """Ask as PostgREST asks for that person; auth.uid() reads the one setting or the other."""
    connection.execute("select set_config('request.jwt.claim.sub', %s, false)", [str(person)])
    claims = json.dumps({"sub": str(person), "role": "authenticated"})
    connection.execute("select set_config('request.jwt.claims', %s, false)", [claims])
    connection.execute("set role authenticated")


def answer(connection: psycopg.Connection, call: Call) -> list[dict[str, str]]:
    """What the function answers."""
    statement, arguments = call
    row = connection.execute(statement.encode(), arguments).fetchone()
    assert row
    return row[0]


@contextlib.contextmanager
def table(rows: int, owners: int) -> Generator[tuple[psycopg.Connection, str, UUID]]:
    """A Supabase with that many renders: a connection as the heavy person, the superuser's URL, and who it is."""
    seed = Seed(rows, owners)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_supabase(Path(folder)) as supabase,
        supabase.connect() as connection,
    ):
        began = time.perf_counter()
        seed.load(connection)
        print(f"{rows:>9,} renders of {owners:,} people loaded in {time.perf_counter() - began:.0f} s", flush=True)
        become(connection, seed.heavy)
        yield connection, supabase.gateway.database_url, seed.heavy


def timed(connection: psycopg.Connection, call: Call) -> float:
    """Milliseconds of one call."""
    began = time.perf_counter()
    assert answer(connection, call)
    return (time.perf_counter() - began) * 1000


def print_plans(url: str, person: UUID, calls: dict[str, Call]) -> None:
    """The plans of the statements inside these functions, by auto_explain, which only a superuser may load."""
    for name, call in calls.items():
        with psycopg.connect(url, autocommit=True) as connection:
            notices: list[str] = []
            connection.add_notice_handler(lambda notice, seen=notices: seen.append(notice.message_primary or ""))
            connection.execute("load 'auto_explain'")
            for setting in (
                "log_min_duration = 0",
                "log_nested_statements = on",
                "log_analyze = on",
                "log_timing = off",
                "log_level = notice",
            ):
                connection.execute(f"set auto_explain.{setting}".encode())
            become(connection, person)
            answer(connection, call)
            plan = "\n".join(notices)
            scans = [line.strip() for line in plan.splitlines() if "Scan" in line]
            print(f"\n{name}:\n  " + "\n  ".join(dict.fromkeys(scans)))
            assert "Seq Scan on renders" not in plan, plan


def main() -> None:
    """Both tables, then the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--owners", type=int, default=10_000)
    options = parser.parse_args()
    prepare_stack()
    with (
        table(SMALL_ROWS, 1) as (small, _, _),
        table(HEAVY_RENDERS, 1) as (alone, _, _),
        table(options.rows, options.owners) as (large, url, person),
    ):
        print_plans(url, person, kinds(large))
        print(f"\n{'median ms':<22}{'small':>10}{options.rows:>12,}{'ratio':>8}")
        failures: list[str] = []
        in_small, in_alone, in_large = kinds(small), kinds(alone), kinds(large)
        for name, call in in_large.items():
            base, base_call = (alone, in_alone[name]) if name in WHOLE else (small, in_small[name])
            # By turns, so that whatever else the machine does meets both alike.
            pairs = [(timed(base, base_call), timed(large, call)) for _ in range(CALLS)]
            low, high = (statistics.median(times) for times in zip(*pairs, strict=True))
            print(f"{name:<22}{low:>10.2f}{high:>12.2f}{high / low:>8.2f}", flush=True)
            if high / low > LARGEST_RATIO:
                failures.append(f"{name} takes {high / low:.2f} times as long")
        print(f"\n{'ms for a step of 2,000':<22}")
        for action in ("collect", "uncollect", "trash", "restore"):
            selection = json.dumps({"trashed": action == "restore"})
            took = timed(large, ("select change_renders(%s::jsonb, %s)", (selection, action)))
            print(f"{action:<22}{took:>10.0f}", flush=True)
            if took > LONGEST_CHANGE:
                failures.append(f"{action} takes {took:.0f} ms")
    if failures:
        sys.exit("\n".join(failures))


if __name__ == "__main__":
    main()
