"""A2, A5, E4: by direct calls nobody changes what they pay, own or may use, nor opens what is somebody else's."""

import pytest

from tests.support.clients.api_rpc import ApiRpc
from tests.support.clients.database_user import DatabaseUser, Row
from tests.support.clients.superuser import Superuser

OTHERS_CUSTOMER = "cus_of_bob"

_MONEY = """
select jsonb_build_object(
  'profiles', (select jsonb_agg(to_jsonb(one) order by id) from profiles as one),
  'ledger', (select jsonb_agg(to_jsonb(one) order by id) from usage_ledger as one),
  'plans', (select jsonb_agg(to_jsonb(one) order by id) from plans as one),
  'prices', (select jsonb_agg(to_jsonb(one) order by price_id) from plan_prices as one)
)
"""

# Each with the body of a caller who knows the names of everything.
WRITES: list[tuple[str, str, Row]] = [
    ("PATCH", "profiles?id=eq.{own}", {"price_id": "price_local_studio_year"}),
    ("PATCH", "profiles?id=eq.{own}", {"stripe_customer_id": OTHERS_CUSTOMER}),
    ("PATCH", "profiles?id=eq.{own}", {"access_until": "2999-01-01T00:00:00Z", "subscription_status": "active"}),
    ("PATCH", "profiles?id=eq.{own}", {"paid_until": "2999-01-01T00:00:00Z", "first_credits": 100_000}),
    ("PATCH", "profiles?id=eq.{own}", {"payment_disputed": False, "invoice_id": "in_1"}),
    ("PATCH", "profiles?id=eq.{own}", {"billing_version": 0, "period_start": "2026-01-01T00:00:00Z"}),
    ("PATCH", "usage_ledger?owner_id=eq.{own}", {"amount": -1}),
    ("DELETE", "usage_ledger?owner_id=eq.{own}", {}),
    ("POST", "usage_ledger", {"owner_id": "{own}", "kind": "grant", "amount": 1000, "reason": "mine"}),
    ("PATCH", "plans?id=eq.free", {"monthly_credits": 100_000}),
    ("POST", "plan_prices", {"price_id": "mine", "plan_id": "studio"}),
]

CALLS: list[tuple[str, Row]] = [
    ("apply_billing_state", {"event": "e", "kind": "k", "customer": OTHERS_CUSTOMER, "version": 10**9, "state": {}}),
    ("next_billing_version", {"customer": "cus_1"}),
    ("add_credits", {"account": "{own}", "amount": 1000, "reason": "mine"}),
    ("attach_customer", {"request": '{"customer_id":"cus_of_bob"}', "proof": "0" * 64}),
    ("close_account", {"request": '{"account_id":"{bob}"}', "proof": "0" * 64}),
]


# They ask for our API's proof.
GUARDED = {"attach_customer", "close_account"}


def filled(value: Row, own: str, bob: str) -> Row:
    return {
        key: one.replace("{own}", own).replace("{bob}", bob) if isinstance(one, str) else one
        for key, one in value.items()
    }


@pytest.mark.parametrize("caller", ["owner", "other", "stranger"])
async def test_A2_no_direct_call_changes_a_price_a_plan_or_the_ledger(
    caller: str, api_rpc: ApiRpc, alice: DatabaseUser, bob: DatabaseUser, anonymous: DatabaseUser, superuser: Superuser
) -> None:
    await api_rpc.submit(alice)
    who = {"owner": alice, "other": bob, "stranger": anonymous}[caller]
    before = superuser.value(_MONEY)
    denied = 401 if who is anonymous else 403

    for method, path, body in WRITES:
        answer = await who.rest(method, path.format(own=alice.id), filled(body, alice.id, bob.id) or None)
        assert (answer.status_code, answer.json()["code"]) == (denied, "42501"), (method, path, answer.text)
    for function, arguments in CALLS:
        answer = await who.rpc(function, filled(arguments, alice.id, bob.id))
        # A function of the private schema does not exist for PostgREST.
        expected = (404, "PGRST202") if function == "add_credits" else (denied, "42501")
        if function in GUARDED and who is not anonymous:
            expected = (403, "PT403")
        assert (answer.status_code, answer.json()["code"]) == expected, (function, answer.text)

    assert superuser.value(_MONEY) == before


async def test_E4_a_proof_binds_a_customer_to_its_own_caller_once(
    api_rpc: ApiRpc, alice: DatabaseUser, bob: DatabaseUser
) -> None:
    """The proof for one person is worth nothing to another, and the first customer stays."""
    proven = api_rpc.prove("attach_customer", alice.id, {"customer_id": "cus_of_alice"})
    assert (await bob.rpc("attach_customer", proven)).status_code == 403

    # The same call by whom it was made for: the refusal above is the proof's, not a broken call's.
    assert (await alice.rpc("attach_customer", proven)).json() == {"customer_id": "cus_of_alice"}
    other = await api_rpc.guarded("attach_customer", alice, {"customer_id": OTHERS_CUSTOMER})
    assert other.json() == {"customer_id": "cus_of_alice"}


async def test_A2_the_operator_adds_credits_with_a_reason(alice: DatabaseUser, superuser: Superuser) -> None:
    """Also the control of the refusals above: the function works for whom it is meant."""
    before = (await alice.rpc("my_usage", {})).json()["credit_limit"]
    superuser.run("select private.add_credits(%s, 25, 'goodwill')", alice.id)
    superuser.run("select private.add_credits(%s, -5, 'a typo')", alice.id)

    assert (await alice.rpc("my_usage", {})).json()["credit_limit"] == before + 20
    entries = superuser.rows(
        "select kind::text, amount, reason from usage_ledger where owner_id = %s order by amount", alice.id
    )
    assert [tuple(entry.values()) for entry in entries] == [("adjustment", -5, "a typo"), ("grant", 25, "goodwill")]
    with pytest.raises(Exception, match="say why"):
        superuser.run("select private.add_credits(%s, 1, ' ')", alice.id)
