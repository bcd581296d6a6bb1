"""What happens to subscriptions: bought, changed, canceled, renewed, failed. Each step sends its events."""

import asyncio
import time
from collections.abc import Sequence
from typing import Final

from local.stripe import objects
from local.stripe.events import EventSender
from local.stripe.objects import Object
from local.stripe.settings import SoldPrice, StripeSettings
from local.stripe.store import Store

# Stripe's test cards: https://docs.stripe.com/testing
DECLINED: Final = {
    "4000000000000002": "Your card was declined.",
    "4000000000009995": "Your card has insufficient funds.",
}
# Is accepted, and fails when it is charged later.
FAILS_LATER: Final = "4000000000000341"
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
        invoice = objects.invoice(now, made, sold, paid=True, reason="subscription_create")
        made["latest_invoice"] = invoice["id"]
        session |= {
            "status": "complete",
            "payment_status": "paid",
            "subscription": made["id"],
            "invoice": invoice["id"],
        }
        self._store.state.cards[session["customer"]] = number
        for one in (made, invoice, session):
            self._store.put(one)
        self._send_event("customer.subscription.created", made)
        self._send_event("invoice.paid", invoice)
        self._send_event("checkout.session.completed", session)
        return made

    def sell_another_product(self, customer_id: str) -> Object:
        """Make a subscription to a product that is not Maquette's."""
        now = self.now()
        made = objects.subscription(now, customer_id, OTHER_PRODUCT, self._period_end(now, OTHER_PRODUCT), {})
        self._store.put(made)
        self._send_event("customer.subscription.created", made)
        return made

    def change(self, subscription: Object, sold: SoldPrice) -> None:
        """Another price at once; the period stays as it is when the interval does."""
        before = self.price_of(subscription)
        objects.set_price(subscription, sold)
        if before.interval != sold.interval:
            objects.set_period(subscription, self.now(), self._period_end(self.now(), sold))
        self._store.put(subscription)
        self._send_event("customer.subscription.updated", subscription)

    def cancel_at_period_end(self, subscription: Object) -> None:
        """As the portal does for flexible subscriptions: `cancel_at`, while cancel_at_period_end stays false."""
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
            self._renew(subscription)

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
        sold = self.price_of(subscription)
        paid = self._store.state.cards.get(subscription["customer"]) != FAILS_LATER
        starts = subscription["items"]["data"][0]["current_period_end"]
        if subscription["status"] == "active":
            objects.set_period(subscription, starts, self._period_end(starts, sold))
        invoice = objects.invoice(self.now(), subscription, sold, paid=paid, reason="subscription_cycle")
        subscription |= {"status": "active" if paid else "past_due", "latest_invoice": invoice["id"]}
        self._store.put(invoice)
        self._store.put(subscription)
        self._send_event("customer.subscription.updated", subscription)
        self._send_event("invoice.paid" if paid else "invoice.payment_failed", invoice)

    def _period_end(self, starts: int, sold: SoldPrice) -> int:
        months = 12 if sold.interval == "year" else 1
        return int(starts + months * self._settings.month_seconds)
