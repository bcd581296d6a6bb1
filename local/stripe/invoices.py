"""Invoices and the money that pays them: lines, prorations, discounts, the customer's balance, refunds and disputes."""

from collections.abc import Sequence
from typing import Final

from local.stripe import objects
from local.stripe.events import EventSender
from local.stripe.objects import Object
from local.stripe.problems import StripeProblem
from local.stripe.settings import SoldPrice
from local.stripe.store import Store

# Is accepted, and fails when it is charged later (docs.stripe.com/testing).
FAILS_LATER: Final = "4000000000000341"


class Invoices:
    """The invoices of the account. Each step sends its events."""

    def __init__(self, store: Store, events: EventSender) -> None:
        self._store = store
        self._events = events

    def bill(self, now: int, subscription: Object, lines: Sequence[Object], reason: str) -> Object:
        """Make an invoice of these lines and what was pending, and charge it; `latest_invoice` names it."""
        pending = self._store.state.pending_lines.pop(subscription["id"], [])
        customer = self._customer(subscription)
        made = objects.invoice(
            now, subscription, [*pending, *lines], self._store.state.discounts.get(customer["id"], 0)
        )
        made |= {"billing_reason": reason, "starting_balance": customer["balance"]}
        balance = customer["balance"] + made["total"]
        customer["balance"] = made["ending_balance"] = min(balance, 0)
        made |= {"amount_due": max(balance, 0), "amount_remaining": max(balance, 0)}
        subscription["latest_invoice"] = made["id"]
        self._store.put(customer)
        self.charge(now, made)
        return made

    def charge(self, now: int, invoice: Object) -> bool:
        """Charge the customer's card for an open invoice; whether it is paid now."""
        amount = invoice["amount_due"]
        paid = amount == 0 or self._store.state.cards.get(invoice["customer"]) != FAILS_LATER
        if paid and amount > 0:
            charge = self._store.put(objects.charge(now, invoice["customer"], amount, invoice["currency"]))
            self._store.put(objects.invoice_payment(now, invoice, charge))
        if paid:
            invoice |= {"status": "paid", "amount_paid": amount, "amount_remaining": 0}
        self._store.put(invoice)
        return paid

    def announce(self, invoice: Object) -> None:
        """Send the event about how an invoice stands."""
        self._send("invoice.paid" if invoice["status"] == "paid" else "invoice.payment_failed", invoice)

    def unpaid(self, subscription: Object) -> list[Object]:
        """Invoices of a subscription that wait for money, oldest first."""
        waiting = self._store.all("invoice", customer=subscription["customer"], status="open")
        return [one for one in reversed(waiting) if objects.subscription_of(one) == subscription["id"]]

    def prorate(self, subscription: Object, sold: SoldPrice, now: int, *, credit: bool) -> Object:
        """A line for the rest of the running period, charged at a price or given back."""
        item = subscription["items"]["data"][0]
        starts, ends = item["current_period_start"], item["current_period_end"]
        amount = round(sold.amount * max(ends - now, 0) / (ends - starts))
        return objects.line(subscription, sold, (now, ends), -amount if credit else amount, proration=True)

    def refund(self, charge: Object, amount: int | None) -> Object:
        """Give back an amount, or what is left."""
        left = charge["amount"] - charge["amount_refunded"]
        if left == 0:
            raise StripeProblem(400, "invalid_request_error", "Already refunded.", code="charge_already_refunded")
        open_disputes = [one for one in self._store.all("dispute", charge=charge["id"]) if one["status"] != "won"]
        if any(not one["is_charge_refundable"] for one in open_disputes):
            raise StripeProblem(400, "invalid_request_error", "The charge is disputed.", code="charge_disputed")
        given = left if amount is None else min(amount, left)
        charge["amount_refunded"] += given
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        self._store.put(charge)
        made = self._store.put(objects.refund(charge, given))
        self._send("charge.refunded", charge)
        return made

    def dispute(self, charge: Object, status: str) -> Object:
        """Open a dispute of a charge."""
        charge["disputed"] = True
        self._store.put(charge)
        made = self._store.put(objects.dispute(charge, status))
        self._send("charge.dispute.created", made)
        return made

    def close_dispute(self, dispute: Object, status: str) -> Object:
        """The bank has decided: won, lost or warning_closed."""
        self._store.put(dispute | {"status": status})
        self._send("charge.dispute.closed", {**dispute, "status": status})
        return self._store.get("dispute", dispute["id"])

    def warn_of_fraud(self, charge: Object) -> Object:
        """The card's issuer takes a charge for fraud."""
        made = self._store.put(objects.fraud_warning(charge))
        self._send("radar.early_fraud_warning.created", made)
        return made

    def with_payments(self, invoice: Object) -> Object:
        """An invoice with what paid it, as `expand[]=data.payments` shows it."""
        payments = self._store.all("invoice_payment", invoice=invoice["id"])
        return {**invoice, "payments": objects.listed(payments, "/v1/invoice_payments")}

    def _customer(self, subscription: Object) -> Object:
        customer = self._store.get("customer", subscription["customer"])
        return {**customer, "balance": customer.get("balance", 0)}

    def _send(self, kind: str, payload: Object) -> None:
        self._events.send(objects.event(payload["created"], kind, payload))
