"""E5: what doctor says of settings at Stripe that do not charge as the app says."""

from typing import Any

import pytest

from libs.services.billing.account_settings import PORTAL_RULES, endpoint_problems, portal_problems, price_problems
from libs.services.external.stripe_client import API_VERSION
from local.stripe.objects import portal_configuration, price, webhook_endpoint
from local.stripe.settings import SoldPrice

PRO = SoldPrice("price_pro", "Maquette Pro", 1400, "eur", "month")
PRICES = {"STRIPE_PRICE_PRO_MONTHLY": price(PRO)}
URL = "https://maquette.example/api/v1/webhooks/stripe"


def portal(feature: str = "", **changes: Any) -> dict[str, Any]:
    made = portal_configuration()
    made["features"].setdefault(feature, {}).update(changes)
    return made


WRONG: dict[tuple[str, str], Any] = {
    ("subscription_cancel", "mode"): "immediately",
    ("subscription_cancel", "proration_behavior"): "create_prorations",
    ("subscription_update", "default_allowed_updates"): ["price", "quantity"],
    ("subscription_update", "proration_behavior"): "create_prorations",
    ("subscription_update", "billing_cycle_anchor"): None,
    ("subscription_update", "schedule_at_period_end"): {"conditions": [{"type": "shortening_interval"}]},
}


@pytest.mark.parametrize("rule", PORTAL_RULES, ids=lambda rule: f"{rule.feature}.{rule.setting}")
def test_E5_each_wrong_setting_of_the_portal_has_its_sentence(rule: Any) -> None:
    value = WRONG.get((rule.feature, rule.setting), not rule.value)
    (said,) = portal_problems(portal(rule.feature, **{rule.setting: value}), "the portal", PRICES)
    assert said.startswith(f"{rule.feature}.{rule.setting} of the portal is ")
    assert said.endswith(f": {rule.otherwise}.")


def test_E5_a_right_portal_has_no_problem_in_whatever_order_stripe_lists() -> None:
    conditions = [{"type": "shortening_interval"}, {"type": "decreasing_item_amount"}]
    waiting = portal("subscription_update", schedule_at_period_end={"conditions": conditions})
    assert list(portal_problems(waiting, "the portal", PRICES)) == []
    shown = portal("subscription_update", products=[{"product": "prod_1", "prices": ["price_pro"]}])
    assert list(portal_problems(shown, "the portal", PRICES)) == []


def test_E5_a_portal_that_is_not_there_or_sells_something_else() -> None:
    for missing in (None, portal() | {"active": False}):
        assert list(portal_problems(missing, "the portal", PRICES)) == [
            "Nobody can open the customer portal: the portal is not there or not active."
        ]
    other = portal("subscription_update", products=[{"product": "prod_2", "prices": ["price_other"]}])
    (said,) = portal_problems(other, "the portal", PRICES)
    assert "people cannot change between our plans" in said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, []),
        ({"active": False}, ["the price is archived"]),
        ({"unit_amount": 1500}, ["Stripe charges 15.00 EUR per month, and the app says 14.00 EUR per month"]),
        ({"currency": "usd"}, ["Stripe charges 14.00 USD per month"]),
        ({"recurring": None}, ["Stripe charges 14.00 EUR once"]),
        ({"unit_amount": None}, ["Stripe charges an amount that is not fixed per month"]),
    ],
)
def test_E5_a_price_is_what_the_app_says(changes: dict[str, Any], said: list[str]) -> None:
    found = list(price_problems({"STRIPE_PRICE_PRO_MONTHLY": price(PRO) | changes}))
    assert len(found) == len(said)
    assert all(part in sentence for part, sentence in zip(said, found, strict=True))


def test_E5_without_a_price_nobody_can_buy() -> None:
    assert list(price_problems({})) == ["No STRIPE_PRICE_… is set: nobody can buy a plan."]


def test_E1_several_endpoints_and_one_of_the_accounts_own_version() -> None:
    first, second = webhook_endpoint(1, URL, ["*"]), webhook_endpoint(2, URL, ["*"])
    assert list(endpoint_problems([first], URL)) == []
    assert "is that of one alone" in next(endpoint_problems([first, second], URL))
    (said,) = endpoint_problems([first | {"api_version": None}], URL)
    assert said.endswith(f"sends the account's default version, and the API reads {API_VERSION}.")
