"""I4: nobody silences the reports of others; operators see what is new, and who is reported again and again."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from libs.errors import ErrorCode
from tests.support.clients.api_user import ApiUser, assert_refused
from tests.support.factories import Draft, add_renders
from tests.support.processes.api import ApiProcess, running_api

A, B = "198.51.100.1", "198.51.100.2"


class Link:
    """A shared render, and what visitors report about it."""

    def __init__(self, api: ApiProcess, client: httpx.AsyncClient, link: dict[str, Any], render: str) -> None:
        self._api = api
        self._client = client
        self.id: str = link["id"]
        self.token: str = link["url"].rpartition("/")[2]
        self.render = render

    async def report(self, address: str, reason: str, message: str = "") -> httpx.Response:
        body = {"share_token": self.token, "reason": reason, "message": message}
        return await self._client.post("/reports", json=body, headers={"X-Forwarded-For": address})

    def kept(self) -> list[tuple[str, str]]:
        """Reason and message of every report of it that is stored."""
        with self._api.supabase.connect() as connection:
            query = "select reason, message from private.reports where share_link_id = %s order by created_at"
            return connection.execute(query, (self.id,)).fetchall()


@pytest.fixture
async def link(api: ApiProcess, api_alice: ApiUser, tmp_path: Path) -> AsyncIterator[Link]:
    """Alice's, at an API behind a proxy that names the visitors' addresses."""
    with api.supabase.connect() as connection:
        (render,) = add_renders(connection, api_alice.id, [Draft()])
    made = await api_alice.client.post("/shares", json={"render_id": str(render)})
    with running_api(tmp_path, api.supabase, api.replicate, {"TRUSTED_PROXIES": "127.0.0.1"}) as own:
        async with own.client() as client:
            yield Link(api, client, made.raise_for_status().json()["data"], str(render))


@pytest.fixture
def operator(api: ApiProcess) -> psycopg.Connection:
    """Who works in Studio."""
    return api.supabase.connect()


async def test_I4_a_flood_of_one_reporter_hides_neither_another_reason_nor_another_reporter(link: Link) -> None:
    for _ in range(20):
        assert (await link.report(A, "other", "spam")).status_code == 204
    assert (await link.report(A, "illegal", "from the same office")).status_code == 204
    assert (await link.report(B, "other", "from elsewhere")).status_code == 204
    # An IPv6 network is one reporter.
    for number in range(5):
        assert (await link.report(f"2001:db8:0:1::{number}", "private", "six")).status_code == 204

    assert link.kept() == [
        *[("other", "spam")] * 3,
        ("illegal", "from the same office"),
        ("other", "from elsewhere"),
        *[("private", "six")] * 3,
    ]


async def test_I4_past_fifty_a_day_a_reporter_is_refused_openly_except_for_a_new_reason(
    link: Link, operator: psycopg.Connection, api_alice: ApiUser
) -> None:
    assert (await link.report(A, "other")).status_code == 204
    assert (await link.report(B, "offensive")).status_code == 204
    with operator:
        operator.execute(
            """
            insert into private.reports (owner_id, share_link_id, reason, message, reporter)
            select %s, gen_random_uuid(), 'other', '', reporter
            from private.reports, generate_series(1, 49) where share_link_id = %s and reason = 'other'
            """,
            (api_alice.id, link.id),
        )
    refused = await link.report(A, "offensive", "said already")
    assert_refused(refused, ErrorCode.RATE_LIMITED)
    assert 80_000 < int(refused.headers["retry-after"]) <= 86_400
    assert (await link.report(A, "illegal", "new")).status_code == 204
    assert (await link.report(B, "other", "not the flooder")).status_code == 204

    assert link.kept() == [("other", ""), ("offensive", ""), ("illegal", "new"), ("other", "not the flooder")]


async def test_I4_a_dismissed_report_is_listed_again_only_when_somebody_reports_anew(
    link: Link, operator: psycopg.Connection
) -> None:
    waiting = "select reports, reporters, reasons, messages from private.open_reports where owner_id is not null"
    waiting += " and report_id in (select id from private.reports where share_link_id = %s)"
    await link.report(A, "offensive", "one")
    await link.report(B, "offensive", "two")
    with operator:
        assert operator.execute(waiting, (link.id,)).fetchall() == [(2, 2, ["offensive"], ["two", "one"])]
        dismiss = "select private.dismiss_report(id) from private.reports where share_link_id = %s limit 1"
        assert operator.execute(dismiss, (link.id,)).fetchone() == ("2 reports of it are closed",)
        assert operator.execute(waiting, (link.id,)).fetchall() == []

        assert (await link.report(B, "illegal", "look again")).status_code == 204
        assert operator.execute(waiting, (link.id,)).fetchall() == [(1, 1, ["illegal"], ["look again"])]
        with pytest.raises(psycopg.errors.NoDataFound):
            operator.execute("select private.dismiss_report(%s)", (uuid4(),))


async def test_I4_who_is_reported_again_and_again_is_shown_also_after_deleting_it(
    link: Link, operator: psycopg.Connection, api_alice: ApiUser
) -> None:
    people = "select things, reports, reporters, dismissed, reasons from private.reported_people where owner_id = %s"
    await link.report(A, "offensive")
    await link.report(B, "private", "my face")
    with operator:
        assert operator.execute(people, (api_alice.id,)).fetchall() == [(1, 2, 2, 0, ["offensive", "private"])]
        operator.execute("delete from renders where id = %s", (link.render,))
        assert operator.execute("select from share_links where id = %s", (link.id,)).fetchall() == []
        waiting = "select from private.open_reports where owner_id = %s"
        assert operator.execute(waiting, (api_alice.id,)).fetchall() == []
        assert operator.execute(people, (api_alice.id,)).fetchall() == [(1, 2, 2, 0, ["offensive", "private"])]

        operator.execute("delete from auth.users where id = %s", (api_alice.id,))
        assert operator.execute(people, (api_alice.id,)).fetchall() == []
