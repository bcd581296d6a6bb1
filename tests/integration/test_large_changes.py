"""Changes of all that matches: thousands of renders in one request, in statements of 2,000 each."""

from typing import Any

from tests.integration.test_render_changes import bulk, listed, seeded
from tests.support.clients.api_user import ApiUser
from tests.support.factories import Draft
from tests.support.processes.api import ApiProcess


async def test_a_change_of_thousands_has_one_moment_and_is_undone_as_one(api: ApiProcess, alice: ApiUser) -> None:
    """It takes several statements: 2,000 renders each."""
    count = 4003
    seeded(api, alice, *[Draft() for _ in range(count)])

    async def changed(action: str, **selection: Any) -> str:
        told = (await bulk(alice, action, **selection)).raise_for_status().json()["data"]
        assert told["changed"] == count
        return told["at"]

    trashed_at = await changed("trash", matching={})
    assert await listed(alice) == []
    assert moments(api, "select deleted_at, count(*) from renders where owner_id = %s group by 1", alice) == [count]
    await changed("restore", changed_at=trashed_at)

    collected_at = await changed("collect", matching={})
    query = "select added_at, count(distinct position) from collection_items where owner_id = %s group by 1"
    assert moments(api, query, alice) == [count]
    await changed("uncollect", changed_at=collected_at)
    assert len(await listed(alice)) == 100


def moments(api: ApiProcess, query: str, person: ApiUser) -> list[int]:
    """How many rows have each time."""
    with api.supabase.connect() as connection:
        return [count for _, count in connection.execute(query.encode(), [person.id])]


async def test_G3_a_direct_caller_chooses_no_time_of_a_change(api: ApiProcess, alice: ApiUser) -> None:
    """Within the hour a change of many steps keeps its time; any other time is the database's."""
    times = ["1999-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "infinity"]
    renders = seeded(api, alice, *[Draft() for _ in times])
    async with api.supabase.client(alice.account.token) as database:
        for render, time in zip(renders, times, strict=True):
            answer = await database.patch(f"/rest/v1/renders?id=eq.{render}", json={"deleted_at": time})
            assert answer.is_success
    with api.supabase.connect() as connection:
        recent = "deleted_at between now() - interval '1 minute' and now()"
        query = f"select count(*) from renders where owner_id = %s and {recent}".encode()
        assert connection.execute(query, [alice.id]).fetchall() == [(len(times),)]


async def test_a_direct_change_of_what_it_is_not_for_changes_nothing(api: ApiProcess, alice: ApiUser) -> None:
    """What is restored is in the trash, and what is put somewhere is not, whatever the filter says."""
    kept, trashed = seeded(api, alice, Draft(), Draft())
    await bulk(alice, "trash", ids=[trashed])
    async with api.supabase.client(alice.account.token) as database:
        for action, is_trashed in (("restore", False), ("trash", True), ("collect", True)):
            body = {"filter": {"trashed": is_trashed}, "action": action}
            answer = await database.post("/rest/v1/rpc/change_renders", json=body)
            assert answer.raise_for_status().json()["changed"] == 0
    assert (await listed(alice), await listed(alice, trashed=True)) == ([kept], [trashed])
