"""A6: an RPC that moves a job or money works for our API alone. Everybody can call it; nobody can make its proof."""

from collections.abc import Callable
from typing import NamedTuple
from uuid import uuid4

import msgspec
import psycopg
import pytest

from libs.repositories.proof import padded_halves, sign
from tests.security.catalog import everything
from tests.security.decisions import read_decisions
from tests.security.victims import Victim
from tests.support.clients.api_rpc import ApiRpc, submission
from tests.support.clients.database_user import DatabaseUser, Row
from tests.support.clients.superuser import Superuser

# RFC 4231, the cases whose data is text: 1, 2, 6 and 7. (3 and 4 hash bytes that are no UTF-8, 5 is a truncation.)
RFC_4231 = [
    (b"\x0b" * 20, "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (b"Jefe", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    (
        b"\xaa" * 131,
        "Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ),
    (
        b"\xaa" * 131,
        (
            "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be "
            "hashed before being used by the HMAC algorithm."
        ),
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
    ),
]


class Call(NamedTuple):
    """A guarded call that our API could make for the victim."""

    function: str
    request: Row


# Every function that takes a request and a proof, with the roles that may call it at all.
GUARDED = {
    function.removeprefix("public.").removesuffix("(text,text)"): roles.split(", ")
    for function, _, roles in (line.partition(": ") for line in read_decisions("functions.txt"))
    if function.startswith("public.") and function.endswith("(text,text)")
}

# What each would be asked, about the victim's running job where it is about one. A new one needs a line here.
REQUESTS: dict[str, Callable[[str], Row]] = {
    "reserve_generation": lambda _: submission(),
    "attach_prediction": lambda job: {"job_id": job, "prediction_id": "stolen"},
    "request_cancel": lambda job: {"job_id": job},
    "release_generation": lambda job: {"job_id": job, "error_code": "provider_error"},
    "stale_generations": lambda _: {"older_than_seconds": 0, "limit": 100},
    "attach_customer": lambda _: {"customer_id": "cus_stolen"},
    "close_account": lambda _: {},
    "closed_accounts": lambda _: {"after": None, "limit": 100},
    "next_customer_removals": lambda _: {"after": None, "limit": 100},
    "confirm_customer_removal": lambda _: {"customer_id": "cus_of_nobody"},
    "delete_closed_account": lambda _: {"account_id": str(uuid4()), "batch": 500},
    "open_share": lambda _: {"token": "guessed", "page_size": 20},
    "open_shared_picture": lambda _: {"token": "guessed", "variant_id": str(uuid4())},
    "purge_carried_usage": lambda _: {},
    "purge_trash": lambda _: {"days": 0, "limit": 100},
    "provider_cost_today": lambda _: {},
    "purge_webhook_events": lambda _: {"days": 30, "limit": 100},
    "report_picture": lambda _: {"token": "guessed", "reason": "other", "message": "spam"},
}


def _right(api_rpc: ApiRpc, person: DatabaseUser, call: Call) -> dict[str, str]:
    return api_rpc.prove(call.function, person.id, call.request)


def _edited(api_rpc: ApiRpc, person: DatabaseUser, call: Call) -> Row:
    # The same JSON value in other bytes: the bytes are what was signed.
    arguments = _right(api_rpc, person, call)
    return arguments | {"request": arguments["request"] + " "}


def _truncated(api_rpc: ApiRpc, person: DatabaseUser, call: Call) -> Row:
    arguments = _right(api_rpc, person, call)
    return arguments | {"proof": arguments["proof"][:-2]}


def _other(function: str) -> str:
    return "release_generation" if function == "request_cancel" else "request_cancel"


def _signed_with(secret: str, person: DatabaseUser, call: Call) -> Row:
    text = msgspec.json.encode(call.request).decode()
    return {"request": text, "proof": sign(secret, call.function, person.id, text)}


# Each makes arguments that look like a proof of `person` for `call`, and are none.
FORGERIES: dict[str, Callable[[ApiRpc, DatabaseUser, Call], Row]] = {
    "no proof": lambda api_rpc, person, call: _right(api_rpc, person, call) | {"proof": None},
    "an empty proof": lambda api_rpc, person, call: _right(api_rpc, person, call) | {"proof": ""},
    "no request": lambda api_rpc, person, call: _right(api_rpc, person, call) | {"request": None},
    "zeros": lambda api_rpc, person, call: _right(api_rpc, person, call) | {"proof": "0" * 64},
    "no hex": lambda api_rpc, person, call: _right(api_rpc, person, call) | {"proof": "g" * 64},
    "truncated": _truncated,
    "an edited request": _edited,
    "another key": lambda _, person, call: _signed_with("a guessed key", person, call),
    "an empty key": lambda _, person, call: _signed_with("", person, call),
    "another function's": lambda api_rpc, person, call: api_rpc.prove(_other(call.function), person.id, call.request),
    "somebody else's": lambda api_rpc, _, call: api_rpc.prove(call.function, str(uuid4()), call.request),
    "the service's": lambda api_rpc, _, call: api_rpc.prove(call.function, "service_role", call.request),
    "a border moved": lambda api_rpc, person, call: api_rpc.prove(f"{call.function}\n{person.id}", "", call.request),
}


@pytest.fixture(scope="module")
async def running(victim: Victim, api_rpc: ApiRpc) -> str:
    """A job of the victim that runs, without a prediction yet."""
    return (await api_rpc.submit(victim.user))["id"]


def caller_of(function: str, anonymous: DatabaseUser, victim: Victim) -> DatabaseUser:
    """Who may call a function at all: the victim themselves is the hardest attacker to refuse."""
    return victim.user if "authenticated" in GUARDED[function] else anonymous


@pytest.mark.parametrize("function", GUARDED)
@pytest.mark.parametrize("forgery", FORGERIES)
async def test_A6_a_forged_proof_moves_nothing(
    function: str,
    forgery: str,
    api_rpc: ApiRpc,
    anonymous: DatabaseUser,
    victim: Victim,
    running: str,
    superuser: Superuser,
) -> None:
    caller, call = caller_of(function, anonymous, victim), Call(function, REQUESTS[function](running))
    before = everything(superuser.connection)

    answer = await caller.rpc(function, FORGERIES[forgery](api_rpc, caller, call))

    assert (answer.status_code, answer.json()["message"]) == (403, "proof_invalid")
    assert everything(superuser.connection) == before


@pytest.mark.parametrize("function", GUARDED)
async def test_A6_a_proof_for_the_victim_is_worth_nothing_to_others(
    function: str,
    api_rpc: ApiRpc,
    anonymous: DatabaseUser,
    intruder: DatabaseUser,
    victim: Victim,
    running: str,
    superuser: Superuser,
) -> None:
    """Not even one that leaked, with the victim's id in it."""
    arguments = api_rpc.prove(function, victim.user.id, REQUESTS[function](running))
    before = everything(superuser.connection)

    for thief in (intruder, anonymous):
        answer = await thief.rpc(function, arguments)
        refusal = answer.json()
        # A function that this role may not call says so; the others look at the proof.
        if refusal["code"] == "42501":
            assert answer.status_code == (401 if thief is anonymous else 403)
        else:
            assert (answer.status_code, refusal["message"]) == (403, "proof_invalid")

    assert everything(superuser.connection) == before


async def test_A6_the_right_proof_opens_each(api_rpc: ApiRpc, alice: DatabaseUser, anonymous: DatabaseUser) -> None:
    reserved = await api_rpc.guarded("reserve_generation", alice, submission())
    job = reserved.json()["job"]["id"]
    answers = [
        reserved,
        await api_rpc.guarded("request_cancel", alice, {"job_id": job}),
        await api_rpc.guarded("release_generation", alice, {"job_id": job, "error_code": "provider_error"}),
        await api_rpc.guarded("stale_generations", anonymous, REQUESTS["stale_generations"]("")),
    ]
    second = (await api_rpc.submit(alice))["id"]
    answers.append(await api_rpc.attach(alice, second, "hers"))

    assert [answer.status_code for answer in answers] == [200] * 5


@pytest.mark.parametrize(
    ("function", "status"),
    [
        ("attach_customer", 200),
        ("close_account", 200),
        ("closed_accounts", 200),
        ("next_customer_removals", 200),
        ("confirm_customer_removal", 204),
        ("delete_closed_account", 200),
        ("open_share", 200),
        ("open_shared_picture", 200),
        ("purge_carried_usage", 200),
        ("purge_trash", 200),
        ("purge_webhook_events", 200),
        ("report_picture", 404),  # past the proof: the token opens nothing
    ],
)
async def test_A6_the_right_proof_opens_what_needs_no_job(
    function: str, status: int, api_rpc: ApiRpc, alice: DatabaseUser, anonymous: DatabaseUser
) -> None:
    caller = alice if "authenticated" in GUARDED[function] else anonymous
    assert (await api_rpc.guarded(function, caller, REQUESTS[function](""))).status_code == status


async def test_A6_without_a_stored_key_every_proof_fails(
    api_rpc: ApiRpc, alice: DatabaseUser, superuser_connection: psycopg.Connection
) -> None:
    arguments = api_rpc.prove("reserve_generation", alice.id, submission())
    with superuser_connection.transaction(force_rollback=True):
        superuser_connection.execute("delete from private.proof_key")
        with pytest.raises(psycopg.DatabaseError, match="proof_invalid"):
            _reserve_as(superuser_connection, alice, arguments)
    with superuser_connection.transaction(force_rollback=True):
        _reserve_as(superuser_connection, alice, arguments)


def _reserve_as(connection: psycopg.Connection, person: DatabaseUser, arguments: dict[str, str]) -> None:
    with connection.transaction():
        connection.execute("select set_config('request.jwt.claim.sub', %s, true)", (person.id,))
        connection.execute("set local role authenticated")
        connection.execute("select public.reserve_generation(%(request)s, %(proof)s)", arguments)


@pytest.mark.parametrize(("key", "message", "expected"), RFC_4231)
def test_A6_the_databases_hmac_is_that_of_rfc_4231(
    key: bytes, message: str, expected: str, superuser_connection: psycopg.Connection
) -> None:
    with superuser_connection.transaction(force_rollback=True):
        superuser_connection.execute("update private.proof_key set inner_pad = %s, outer_pad = %s", padded_halves(key))
        found = superuser_connection.execute("select encode(private.hmac(%s), 'hex')", (message,)).fetchone()
    assert found == (expected,)
