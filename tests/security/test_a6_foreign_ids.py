"""A6: every function that people may call, about somebody else's rows and with filters that would like to be SQL."""

import asyncio
from typing import Any

import pytest

from tests.security.calls import CALLABLE, arguments
from tests.security.catalog import everything
from tests.security.victims import Victim, make_victim
from tests.support.clients.api_rpc import ApiRpc
from tests.support.clients.database_user import DatabaseUser
from tests.support.clients.superuser import Superuser

# What makes a difference to the owner, where a finished render does not.
PREPARED = {
    "delete_trashed_renders": "update renders set deleted_at = now() where id = %s",
    "move_collection_item": "update collection_items set position = 7 where render_id = %s",
}


def prepare(superuser: Superuser, function: str, render: str) -> None:
    if function in PREPARED:
        superuser.run(PREPARED[function], render)


@pytest.mark.parametrize("function", CALLABLE)
async def test_A6_no_function_touches_or_tells_what_is_somebody_elses(
    function: str, api_rpc: ApiRpc, intruder: DatabaseUser, fresh_victim: Victim, superuser: Superuser
) -> None:
    job = (await api_rpc.submit(fresh_victim.user))["id"]
    prepare(superuser, function, fresh_victim.render.id)
    before = everything(superuser.connection)

    answer = await intruder.rpc(function, arguments(function, api_rpc, intruder, fresh_victim, job))

    assert answer.is_success or answer.is_client_error
    assert fresh_victim.user.id not in answer.text
    assert fresh_victim.render.id not in answer.text
    assert everything(superuser.connection) == before


@pytest.mark.parametrize("function", CALLABLE)
async def test_A6_every_function_serves_the_owner(
    function: str, api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser
) -> None:
    """The control of the above: the same arguments, told or changed."""
    owner = await make_victim(alice, api_rpc, superuser, variants=2)
    job = "" if function == "reserve_generation" else (await api_rpc.submit(alice))["id"]
    prepare(superuser, function, owner.render.id)
    before = everything(superuser.connection)

    answer = await alice.rpc(function, arguments(function, api_rpc, alice, owner, job))

    answer.raise_for_status()
    assert everything(superuser.connection) != before or answer.json() not in ([], {})


async def test_A6_an_account_closes_itself_alone(
    api_rpc: ApiRpc, alice: DatabaseUser, fresh_victim: Victim, superuser: Superuser
) -> None:
    bob, open_ = fresh_victim.user, "select id::text from profiles where id in (%s, %s) and closed_at is null"
    right = api_rpc.prove("close_account", alice.id, {"id": bob.id, "sub": bob.id})
    before = everything(superuser.connection)

    for arguments_ in (right | {"proof": "00" * 32}, api_rpc.prove("close_account", bob.id, {})):
        assert (await alice.rpc("close_account", arguments_)).status_code == 403
    assert everything(superuser.connection) == before

    assert (await alice.rpc("close_account", right)).is_success
    assert superuser.rows(open_, alice.id, bob.id) == [{"id": bob.id}]


# Values that break out of a literal which somebody forgot to quote.
BREAKOUTS = [
    "' or true --",
    "\\' or true --",
    "') or (true",
    "x'); delete from public.renders; --",
    "{}') or true or ('{}' = '",
    "$$ or true $$",
    "%1$L or true",
    "%",
]
# The keys of a filter, and whether they hold one value or several.
FIELDS = {
    "ids": list,
    "presets": list,
    "text": str,
    "favorite": str,
    "collection_id": str,
    "added_at": str,
    "created_from": str,
    "created_before": str,
    "trashed": str,
    "deleted_at": str,
}


@pytest.mark.parametrize("field", FIELDS)
async def test_A6_a_filter_is_never_sql(
    field: str, intruder: DatabaseUser, fresh_victim: Victim, superuser: Superuser
) -> None:
    """delete_trashed_renders() runs its filter past row level security."""
    prepare(superuser, "delete_trashed_renders", fresh_victim.render.id)
    before = everything(superuser.connection)
    filters = [{"filter": {field: [breakout] if FIELDS[field] is list else breakout}} for breakout in BREAKOUTS]

    answers = await asyncio.gather(
        *(
            intruder.rpc(function, filter_ | more)
            for filter_ in filters
            for function, more in (
                ("delete_trashed_renders", {}),
                ("list_renders", {"sort": "deleted", "page_size": 10}),
                ("count_renders_by_month", {"time_zone": "UTC"}),
                ("change_renders", {"action": "restore"}),
            )
        )
    )

    for answer in answers:
        assert answer.is_client_error or answer.json() in ([], 0) or answer.json()["changed"] == 0
    assert everything(superuser.connection) == before
    assert (await fresh_victim.user.rpc("delete_trashed_renders", {"filter": {}})).json() == 1


@pytest.mark.parametrize("argument", ["sort", "after_key", "action"])
async def test_A6_a_name_of_an_order_or_action_is_never_sql(
    argument: str, intruder: DatabaseUser, fresh_victim: Victim, superuser: Superuser
) -> None:
    before = everything(superuser.connection)

    for breakout in BREAKOUTS:
        if argument == "action":
            answer = await intruder.rpc("change_renders", {"filter": {}, "action": breakout})
        else:
            page: dict[str, Any] = {"filter": {}, "sort": "newest", "page_size": 10, "after_id": fresh_victim.render.id}
            answer = await intruder.rpc("list_renders", page | {argument: breakout})
        assert answer.is_client_error, breakout

    assert everything(superuser.connection) == before
