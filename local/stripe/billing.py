"""What happens to subscriptions: bought, changed, canceled, renewed, failed. Each step sends its events."""

import asyncio
import time
from collections.abc import Sequence
from typing import Final

from local.stripe import objects
from local.stripe.events import EventSender
from local.stripe.invoices import FAILS_LATER, Invoices
from local.stripe.objects import Object
from local.stripe.settings import SoldPrice, StripeSettings
from local.stripe.store import Store

# Stripe's test cards: https://docs.stripe.com/testing
DECLINED: Final = {
    "4000000000000002": "Your card was declined.",
    "4000000000009995": "Your card has insufficient funds.",
}
NEEDS_CONFIRMATION: Final = {"4000002500003155", "4000002760003184", "4000000000003220"}
GOOD: Final = {"4242424242424242", "5555555555554444", FAILS_LATER, *NEEDS_CONFIRMATION}
ENDED: Final = frozenset({"canceled", "incomplete_expired"})
# Sold by the same Stripe account beside Maquette's plans. No page of ours offers it.
OTHER_PRODUCT: Final = SoldPrice("price_of_another_product", "Another product", 9_900, "eur", "year")


class CardRefused(Exception):
    """The card was not charged; the message is what the page shows."""


class Billing:
    """The subscriptions of the account."""

    def __init__(
        self, settings: StripeSettings, prices: Sequence[SoldPrice], store: Store, events: EventSender
    ) -> None:
        self._settings = settings
        self._store = store
        self._events = events
        self.invoices = Invoices(store, events)
        self.prices = {sold.id: sold for sold in prices}

    def now(self) -> int:
        """This account's clock, in seconds since the epoch; tests set it forward."""
        return int(time.time() + self._store.state.clock_offset)

    def _send_event(self, kind: str, payload: Object) -> None:
        self._events.send(objects.event(self.now(), kind, payload))

    def price_of(self, subscription: Object) -> SoldPrice:
        """What a subscription costs."""
        return (self.prices | {OTHER_PRODUCT.id: OTHER_PRODUCT})[subscription["items"]["data"][0]["price"]["id"]]

    def running(self, customer_id: str) -> Object | None:
        """The latest subscription of a customer that has not ended."""
        found = self._store.all("subscription", customer=customer_id)
        return next((one for one in found if one["status"] not in ENDED), None)

    def pay(self, session: Object, sold: SoldPrice, card: str) -> Object:
        """Complete a checkout. Raises CardRefused."""
        number = card.replace(" ", "")
        if number in DECLINED:
            raise CardRefused(DECLINED[number])
        if number not in GOOD:
            raise CardRefused("Your card number is invalid. Use one of the test cards below.")
        now = self.now()
        metadata = self._store.state.subscription_metadata.get(session["id"], {})
        made = objects.subscription(now, session["customer"], sold, self._period_end(now, sold), metadata)
        # The card that fails later is charged now.
        self._store.state.cards.pop(session["customer"], None)
        invoice = self.invoices.bill(now, made, [self._cycle(made, sold)], "subscription_create")
        self._store.state.cards[session["customer"]] = number
        session |= {
            "status": "complete",
            "payment_status": "paid" if invoice["total"] else "no_payment_required",
            "subscription": made["id"],
            "invoice": invoice["id"],
            "amount_total": invoice["total"],
        }
        for one in (made, session):
            self._store.put(one)
        self._send_event("customer.subscription.created", made)
        self._send_event("invoice.paid", invoice)
        self._send_event("checkout.session.completed", session)
        return made

    def sell_another_product(self, customer_id: str) -> Object:
        """Make a subscription to a product that is not Maquette's, and its paid invoice."""
        now = self.now()
        made = objects.subscription(now, customer_id, OTHER_PRODUCT, self._period_end(now, OTHER_PRODUCT), {})
        self.invoices.bill(now, made, [self._cycle(made, OTHER_PRODUCT)], "subscription_create")
        self._store.put(made)
        self._send_event("customer.subscription.created", made)
        return made

    def portal(self, configuration_id: str | None = None) -> Object:
        """A configuration of the customer portal, the default one if none is named."""
        default = objects.portal_configuration()
        if configuration_id in {None, default["id"]}:
            return self._store.state.objects.get(default["id"], default)
        return self._store.get("billing_portal.configuration", str(configuration_id))

    def planned(self, subscription: Object) -> SoldPrice | None:
        """The price that a subscription has from its next period on, when it is another one."""
        return self.prices.get(self._store.state.planned_prices.get(subscription["id"], ""))

    def change(self, subscription: Object, sold: SoldPrice, portal: Object) -> None:
        """Another price, as the portal's configuration says: now, or from the next period on."""
        settings = portal["features"]["subscription_update"]
        if self._waits(self.price_of(subscription), sold, settings):
            self._store.state.planned_prices[subscription["id"]] = sold.id
        else:
            self._store.state.planned_prices.pop(subscription["id"], None)
            self._change_now(subscription, sold, settings)
        self._store.put(subscription)
        self._send_event("customer.subscription.updated", subscription)

    def _waits(self, before: SoldPrice, sold: SoldPrice, settings: Object) -> bool:
        conditions = {one["type"] for one in settings["schedule_at_period_end"]["conditions"]}
        cheaper = "decreasing_item_amount" in conditions and sold.amount < before.amount
        shorter = "shortening_interval" in conditions and (before.interval, sold.interval) == ("year", "month")
        return cheaper or shorter

    def _change_now(self, subscription: Object, sold: SoldPrice, settings: Object) -> None:
        """Prorations give the rest of the old price back. Another interval starts a new period, whatever is set."""
        before, now = self.price_of(subscription), self.now()
        prorates = settings["proration_behavior"] != "none"
        lines = [self.invoices.prorate(subscription, before, now, credit=True)] if prorates else []
        resets = settings["billing_cycle_anchor"] == "now" or before.interval != sold.interval
        objects.set_price(subscription, sold)
        if resets:
            subscription["billing_cycle_anchor"] = now
            objects.set_period(subscription, now, self._period_end(now, sold))
            lines.append(self._cycle(subscription, sold))
        elif prorates:
            lines.append(self.invoices.prorate(subscription, sold, now, credit=False))
        if resets or settings["proration_behavior"] == "always_invoice":
            self.invoices.announce(self._bill(subscription, lines, "subscription_update"))
        else:
            self._store.state.pending_lines.setdefault(subscription["id"], []).extend(lines)

    def cancel(self, subscription: Object, portal: Object) -> None:
        """As the portal does for flexible subscriptions: `cancel_at`, while cancel_at_period_end stays false."""
        if portal["features"]["subscription_cancel"]["mode"] == "immediately":
            self.end(subscription)
            return
        item = subscription["items"]["data"][0]
        subscription |= {"cancel_at": item["current_period_end"], "canceled_at": self.now()}
        self._store.put(subscription)
        self._send_event("customer.subscription.updated", subscription)

    def resume(self, subscription: Object) -> None:
        """Undo a planned cancellation."""
        subscription |= {"cancel_at": None, "canceled_at": None}
        self._store.put(subscription)
        self._send_event("customer.subscription.updated", subscription)

    def end(self, subscription: Object) -> None:
        """Cancel at once."""
        subscription |= {"status": "canceled", "canceled_at": self.now(), "ended_at": self.now()}
        subscription["cancellation_details"] = {"comment": None, "feedback": None, "reason": "cancellation_requested"}
        self._store.put(subscription)
        self._send_event("customer.subscription.deleted", subscription)

    def use_card(self, customer_id: str, card: str) -> None:
        """Another card for future payments; an overdue one is paid at once. Raises CardRefused."""
        number = card.replace(" ", "")
        if number not in GOOD:
            raise CardRefused(DECLINED.get(number, "Your card number is invalid."))
        self._store.state.cards[customer_id] = number
        self._store.save()
        subscription = self.running(customer_id)
        if subscription and subscription["status"] == "past_due":
            overdue = self.invoices.unpaid(subscription)
            paid = [self.invoices.charge(self.now(), invoice) for invoice in overdue]
            if all(paid):
                subscription["status"] = "active"
                self._store.put(subscription)
                self._send_event("customer.subscription.updated", subscription)
            for invoice in overdue:
                self.invoices.announce(invoice)

    def delete_customer(self, customer_id: str) -> Object:
        """A deleted customer's subscriptions end at once."""
        while subscription := self.running(customer_id):
            self.end(subscription)
        customer = self._store.get("customer", customer_id)
        self._send_event("customer.deleted", customer)
        return self._store.put({**objects.deleted_customer(customer_id), "created": customer["created"]})

    async def renew_for_ever(self) -> None:
        """Renew and end what becomes due, until canceled."""
        while True:
            self.renew_due()
            await asyncio.sleep(min(1.0, self._settings.month_seconds / 20))

    def renew_due(self) -> None:
        """Renew and end what is due by this account's clock."""
        for subscription in self._store.all("subscription"):
            if subscription["status"] != "active":
                continue
            if subscription["cancel_at"] is not None and subscription["cancel_at"] <= self.now():
                self.end(subscription)
            elif subscription["items"]["data"][0]["current_period_end"] <= self.now():
                self._renew(subscription)

    def _renew(self, subscription: Object) -> None:
        if planned := self.planned(subscription):
            objects.set_price(subscription, planned)
            del self._store.state.planned_prices[subscription["id"]]
        sold = self.price_of(subscription)
        starts = subscription["items"]["data"][0]["current_period_end"]
        objects.set_period(subscription, starts, self._period_end(starts, sold))
        invoice = self._bill(subscription, [self._cycle(subscription, sold)], "subscription_cycle")
        self._store.put(subscription)
        self._send_event("customer.subscription.updated", subscription)
        self.invoices.announce(invoice)

    def _bill(self, subscription: Object, lines: list[Object], reason: str) -> Object:
        invoice = self.invoices.bill(self.now(), subscription, lines, reason)
        subscription["status"] = "active" if invoice["status"] == "paid" else "past_due"
        return invoice

    def _cycle(self, subscription: Object, sold: SoldPrice) -> Object:
        """The line for the whole running period."""
        item = subscription["items"]["data"][0]
        span = item["current_period_start"], item["current_period_end"]
        return objects.line(subscription, sold, span, sold.amount, proration=False)

    def _period_end(self, starts: int, sold: SoldPrice) -> int:
        months = 12 if sold.interval == "year" else 1
        return int(starts + months * self._settings.month_seconds)
