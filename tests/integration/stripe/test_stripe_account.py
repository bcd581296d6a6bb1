"""`./maquette doctor` and `./maquette setup` against the local Stripe: what is wrong is said, and then made right."""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, cast
from uuid import uuid4

import pytest

from libs.app_config.settings import load_settings
from libs.repositories.billing import BillingRepository, BillingRow
from libs.repositories.usage import UsageRepository
from libs.services.billing.account_settings import EVENTS
from libs.services.billing.prices import PriceIds
from libs.services.billing.subscriptions import BillingService
from libs.services.external.stripe_client import API_VERSION, StripeClient
from local.cli.state import StackError
from local.cli.steps import ROOT
from local.cli.stripe import find_problems, set_up
from local.database.deployment import LOCAL_PRICES
from tests.support.billing import submit_form
from tests.support.clients import http_client
from tests.support.processes.stripe import StripeProcess, running_stripe
from tests.support.processes.supabase_stack import free_port
from tests.unit.test_settings import HOSTED

PRO, STUDIO = "price_local_pro_month", "price_local_studio_month"


@pytest.fixture
def stripe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StripeProcess]:
    with running_stripe(tmp_path_factory.mktemp("account"), free_port()) as running:
        yield running


def environment(stripe: StripeProcess) -> dict[str, str]:
    return {**stripe.settings(), "PUBLIC_URL": f"http://127.0.0.1:{stripe.api_port}"}


def ask(stripe: StripeProcess, method: str, path: str, **form: str) -> dict[str, Any]:
    headers = {"authorization": f"Bearer {stripe.secret_key}"}
    answer = http_client.request(method, f"{stripe.url}/v1/{path}", headers=headers, data=form)
    return answer.raise_for_status().json()


def run(command: str, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("STRIPE_")} | variables
    arguments = [sys.executable, "-m", "local.cli", command]
    return subprocess.run(arguments, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)


async def test_E5_setup_makes_the_portal_charge_upgrades_at_once_and_leaves_the_default_one(
    stripe: StripeProcess,
) -> None:
    variables = environment(stripe)
    assert find_problems(variables) == []
    stripe.control("POST", "portal", proration_behavior="none", schedule_at_period_end={"conditions": []})
    before = ask(stripe, "GET", "billing_portal/configurations/bpc_local")

    said = run("doctor", variables)
    assert (said.returncode, said.stderr) == (1, "")
    upgrade, downgrade = said.stdout.splitlines()
    assert upgrade == (
        "subscription_update.proration_behavior of the customer portal's default configuration is none: "
        "an upgrade is not charged at once, so its credits come with the next invoice only."
    )
    assert "a downgrade or a shorter interval does not wait" in downgrade

    made = run("setup", variables)
    assert (made.returncode, made.stderr) == (0, "")
    done, added = made.stdout.splitlines()
    name, _, value = added.partition("=")
    variables[name] = value
    assert variables["STRIPE_PORTAL_CONFIGURATION"] in done
    assert run("doctor", variables).stdout == "The Stripe account is set up for this deployment.\n"
    # E7: other products of the account use the default configuration, and it stays as it was.
    assert ask(stripe, "GET", "billing_portal/configurations/bpc_local") == before

    # A repeat finds it, by its mark too while the variable is not there yet.
    assert set_up(environment(stripe))[1] == {"STRIPE_PORTAL_CONFIGURATION": variables["STRIPE_PORTAL_CONFIGURATION"]}
    assert set_up(variables)[1] == {}
    assert find_problems(variables) == []

    # The API opens the portal with it: a downgrade waits, which the default one would not do.
    client = StripeClient(stripe.secret_key, stripe.url, LOCAL_PRICES.values())
    customer = await client.add_customer("account", 0)
    page = await client.checkout(customer, "account", STUDIO, success_url="https://a.test", cancel_url="https://a.test")
    await submit_form(page, card="4242 4242 4242 4242")
    await submit_form(await portal_by_the_api(client, customer, variables), action="change", price=PRO)
    assert [one.price_id for one in await client.subscriptions(customer)] == [STUDIO]
    await client.aclose()


async def portal_by_the_api(client: StripeClient, customer: str, variables: dict[str, str]) -> str:
    """The address that POST /billing/portal would answer."""
    settings, _ = load_settings({**HOSTED, "STRIPE_PORTAL_CONFIGURATION": variables["STRIPE_PORTAL_CONFIGURATION"]})
    row = BillingRow(customer, None, None, None, None, None, payment_disputed=False, billing_version=0)

    class Billing:
        async def find(self) -> BillingRow:
            return row

    # Usage is asked for a checkout only.
    billing, usage = cast("BillingRepository", Billing()), cast("UsageRepository", None)
    prices, configuration = PriceIds(settings.price_ids), settings.portal_configuration
    service = BillingService(uuid4(), billing, usage, client, prices, settings.public_url, configuration)
    return await service.portal()


def test_E1_setup_makes_an_endpoint_that_sends_every_event_in_the_version_that_is_read(stripe: StripeProcess) -> None:
    variables = environment(stripe)
    url = f"{variables['PUBLIC_URL']}/api/v1/webhooks/stripe"
    ask(stripe, "POST", "webhook_endpoints/we_local", **{"enabled_events[0]": "invoice.paid"})
    (said,) = find_problems(variables)
    assert said.startswith("Webhook endpoint we_local does not send charge.dispute.closed, ")
    assert set_up(variables)[1].keys() == {"STRIPE_PORTAL_CONFIGURATION"}
    assert find_problems(variables) == []

    ask(stripe, "POST", "webhook_endpoints/we_local", disabled="true")
    assert find_problems(variables) == [f"No webhook endpoint sends to {url}: what people buy never arrives."]
    old = ask(
        stripe, "POST", "webhook_endpoints", url=url, api_version="2025-03-31.basil", **{"enabled_events[0]": "*"}
    )
    assert find_problems(variables) == [
        f"Webhook endpoint {old['id']} sends 2025-03-31.basil, and the API reads {API_VERSION}."
    ]

    done, added = set_up(variables)
    assert added["STRIPE_WEBHOOK_SECRET"].startswith("whsec_")
    assert f"Webhook endpoint {old['id']} is disabled: it sent another version." in done
    assert find_problems(variables) == []
    listed = ask(stripe, "GET", "webhook_endpoints")["data"]
    (enabled,) = [one for one in listed if one["status"] == "enabled"]
    assert (enabled["api_version"], set(enabled["enabled_events"])) == (API_VERSION, EVENTS)
    assert "STRIPE_WEBHOOK_SECRET" not in set_up(variables)[1]


def test_E3_prices_that_stripe_has_not_or_charges_otherwise_are_named_and_nothing_is_set_up(
    stripe: StripeProcess,
) -> None:
    variables = environment(stripe)
    variables |= {"STRIPE_PRICE_PRO_MONTHLY": "price_local_pro_year", "STRIPE_PRICE_STUDIO_YEARLY": "price_none"}
    sentences = [
        "STRIPE_PRICE_PRO_MONTHLY: Stripe charges 134.40 EUR per year, and the app says 14.00 EUR per month.",
        "STRIPE_PRICE_STUDIO_YEARLY: this Stripe account has no such price in the mode of its key.",
    ]
    assert find_problems(variables) == sentences
    refused = run("setup", variables)
    assert (refused.returncode, refused.stdout, refused.stderr) == (1, "", "\n".join(sentences) + "\n")
    assert [one["id"] for one in ask(stripe, "GET", "billing_portal/configurations")["data"]] == ["bpc_local"]

    with pytest.raises(StackError, match="no such configuration"):
        set_up(environment(stripe) | {"STRIPE_PORTAL_CONFIGURATION": "bpc_none"})
    with pytest.raises(StackError, match="Stripe: Invalid API Key"):
        find_problems(environment(stripe) | {"STRIPE_SECRET_KEY": "sk_test_other"})
    with pytest.raises(StackError, match="STRIPE_SECRET_KEY is missing"):
        find_problems({})
