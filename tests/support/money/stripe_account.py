"""The local Stripe without its server: subscriptions, invoices and disputes by a clock of the test's own."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, cast

import msgspec

from libs.repositories.billing import BillingState
from libs.services.billing.entitlement import billing_state
from libs.services.billing.paid_time import months_before
from libs.services.external.stripe_objects import charge_of, invoice_of, subscription_of, takes_the_money
from local.database.deployment import LOCAL_PRICES
from local.stripe import objects
from local.stripe.billing import Billing
from local.stripe.events import EventSender
from local.stripe.invoices import Invoices
from local.stripe.objects import Object, new_id
from local.stripe.settings import SoldPrice, StripeSettings, sold_prices
from local.stripe.store import State, Store

SOLD: Final = {sold.id: sold for sold in sold_prices(LOCAL_PRICES)}


class Clock(msgspec.Struct):
    """The time of a history."""

    now: datetime


class Paid(msgspec.Struct, kw_only=True):
    """Time that a paid invoice bought at a price, read from the invoice alone.

    `is_cut`: a change ended it at `ends`, and gave the rest of its money back.
    """

    subscription_id: str
    price_id: str
    period_start: datetime
    period_end: datetime
    starts: datetime
    ends: datetime
    is_cut: bool = False


class _Memory(Store):
    def __init__(self) -> None:
        self.state = State()

    def save(self) -> None:
        """Nothing outlives a history."""


class _SilentInvoices(Invoices):
    def _send(self, kind: str, payload: Object) -> None:
        """See StripeAccount._send_event()."""


class StripeAccount(Billing):
    """Each step is one of the local Stripe. Months are those of the calendar."""

    def __init__(self, clock: Clock) -> None:
        self.store = _Memory()
        nobody = cast("EventSender", None)
        super().__init__(cast("StripeSettings", None), list(SOLD.values()), self.store, nobody)
        self.invoices = _SilentInvoices(self.store, nobody)
        self._clock = clock

    def now(self) -> int:
        return int(self._clock.now.timestamp())

    def _send_event(self, kind: str, payload: Object) -> None:
        """A history asks for the state after each step, as each event makes our webhook do."""

    def _period_end(self, starts: int, sold: SoldPrice) -> int:
        months = 12 if sold.interval == "year" else 1
        return int(months_before(_time(starts), -months).timestamp())

    def add_customer(self) -> str:
        return self.store.put(objects.customer(self.now(), None, {}))["id"]

    def buy(self, customer: str, price_id: str, card: str) -> None:
        """A checkout that is paid."""
        sold = SOLD[price_id]
        session = objects.checkout_session(self.now(), customer, sold, "", {"id": new_id("cs")})
        self.pay(session, sold, card)

    def charges(self, customer: str) -> list[Object]:
        """Latest first."""
        return self.store.all("charge", customer=customer)

    def due(self, customer: str) -> datetime | None:
        """When the next renewal or planned end is."""
        running = self.running(customer)
        if running is None or running["status"] != "active":
            return None
        return _time(running["cancel_at"] or running["items"]["data"][0]["current_period_end"])

    def state_of(self, customer: str) -> BillingState:
        """What our code makes of the customer now: as StripeClient reads, without HTTP."""
        subscriptions = [subscription_of(one, SOLD) for one in self.store.all("subscription", customer=customer)]
        charges = [
            charge_of(
                one, is_disputed=any(takes_the_money(each) for each in self.store.all("dispute", charge=one["id"]))
            )
            for one in self.charges(customer)
        ]
        by_payment = {one.payment: one for one in charges}
        invoices = [
            invoice_of(self.invoices.with_payments(one), one["lines"]["data"], by_payment, SOLD)
            for one in self._paid(customer)
        ]
        found = [one for one in subscriptions if one], [one for one in invoices if one]
        return billing_state(*found, self._clock.now)

    def paid_time(self, customer: str, lost: Mapping[str, datetime]) -> tuple[list[Paid], list[Paid]]:
        """What was bought, earliest first: what stands, and what `lost` invoices bought, until when it was lost."""
        standing: list[Paid] = []
        gone: list[Paid] = []
        for invoice in reversed(self._paid(customer)):
            lost_at = lost.get(invoice["id"])
            for line in sorted(invoice["lines"]["data"], key=lambda one: one["amount"]):
                starts, ends = _time(line["period"]["start"]), _time(line["period"]["end"])
                bought = Paid(
                    subscription_id=objects.subscription_of(invoice),
                    price_id=line["pricing"]["price_details"]["price"],
                    period_start=starts,
                    period_end=ends,
                    starts=starts,
                    ends=ends,
                )
                if lost_at is not None:
                    gone += [msgspec.structs.replace(bought, ends=min(ends, lost_at))] if line["amount"] > 0 else []
                    continue
                for one in standing:
                    if one.subscription_id != bought.subscription_id:
                        continue
                    one.is_cut = one.is_cut or one.ends > starts
                    one.ends = min(one.ends, starts)
                standing += [bought] if line["amount"] > 0 else []
        return [one for one in standing if one.starts < one.ends], gone

    def invoice_of_charge(self, charge: Object) -> str:
        """The id of the invoice that a charge paid."""
        payments = self.store.all("invoice_payment")
        (invoice,) = [
            one["invoice"] for one in payments if one["payment"]["payment_intent"] == charge["payment_intent"]
        ]
        return invoice

    def _paid(self, customer: str) -> list[Object]:
        """Latest first."""
        return self.store.all("invoice", customer=customer, status="paid")


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
