"""Stripe's objects, in the shapes of its official fixtures (stripe/openapi, fixtures3.json) with our values in them."""

import copy
import json
import secrets
from pathlib import Path
from typing import Any, Final

from local.stripe.settings import SoldPrice

API_VERSION: Final = "2026-10-28.endive"
Object = dict[str, Any]

_FIXTURES: Final[dict[str, Object]] = json.loads((Path(__file__).parent / "fixtures.json").read_text())
# To decode is ten times as fast as a deep copy.
_TEXTS: Final = {kind: json.dumps(fixture) for kind, fixture in _FIXTURES.items()}


def new_id(prefix: str) -> str:
    """An id as Stripe makes them."""
    return f"{prefix}_{secrets.token_hex(12)}"


def _made(kind: str, **values: Any) -> Object:  # noqa: ANN401 - JSON
    return {**json.loads(_TEXTS[kind]), "livemode": False, **values}


def customer(created: int, email: str | None, metadata: Object) -> Object:
    return _made("customer", id=new_id("cus"), created=created, email=email, metadata=metadata, discount=None)


def deleted_customer(customer_id: str) -> Object:
    """All that Stripe shows of a deleted customer."""
    return {"id": customer_id, "object": "customer", "deleted": True}


def price(sold: SoldPrice) -> Object:
    return _made(
        "price",
        id=sold.id,
        currency=sold.currency,
        unit_amount=sold.amount,
        unit_amount_decimal=str(sold.amount),
        nickname=sold.product,
        product=f"prod_local_{sold.product.rpartition(' ')[2].lower()}",
        recurring={**_FIXTURES["price"]["recurring"], "interval": sold.interval, "interval_count": 1},
    )


def checkout_session(created: int, customer_id: str, sold: SoldPrice, url: str, values: Object) -> Object:
    """An open session for a subscription."""
    return _made(
        "checkout.session",
        created=created,
        expires_at=created + 86_400,
        customer=customer_id,
        mode="subscription",
        currency=sold.currency,
        amount_subtotal=sold.amount,
        amount_total=sold.amount,
        payment_intent=None,
        payment_status="unpaid",
        status="open",
        subscription=None,
        ui_mode="hosted_page",
        url=url,
        total_details={"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        **values,
    )


def portal_session(created: int, customer_id: str, url: str, return_url: str, session_id: str) -> Object:
    return _made(
        "billing_portal.session",
        id=session_id,
        created=created,
        customer=customer_id,
        url=url,
        return_url=return_url,
        flow=None,
    )


def subscription(created: int, customer_id: str, sold: SoldPrice, ends: int, metadata: Object) -> Object:
    """An active subscription of one item; the running period is the item's (since 2025-03-31.basil)."""
    made = _made(
        "subscription",
        id=new_id("sub"),
        created=created,
        start_date=created,
        customer=customer_id,
        currency=sold.currency,
        status="active",
        metadata=metadata,
        billing_cycle_anchor=created,
        billing_cycle_anchor_config=None,
        billing_mode={"type": "flexible", "flexible": {"proration_discounts": "included"}},
        cancel_at=None,
        cancel_at_period_end=False,
        canceled_at=None,
        ended_at=None,
        trial_start=None,
        trial_end=None,
        pause_collection=None,
        pending_update=None,
        latest_invoice=None,
    )
    item = made["items"]["data"][0]
    item |= {"id": new_id("si"), "created": created, "subscription": made["id"], "metadata": {}}
    made["items"]["url"] = f"/v1/subscription_items?subscription={made['id']}"
    set_price(made, sold)
    set_period(made, created, ends)
    return made


def set_price(made: Object, sold: SoldPrice) -> None:
    """Give a subscription's one item another price."""
    item = made["items"]["data"][0]
    item["price"] = price(sold)
    item["plan"] = {**item["plan"], "id": sold.id, "amount": sold.amount, "interval": sold.interval}


def set_period(made: Object, starts: int, ends: int) -> None:
    """Set the current period of a subscription's item, in seconds since the epoch."""
    made["items"]["data"][0] |= {"current_period_start": starts, "current_period_end": ends}


def line(of: Object, sold: SoldPrice, span: tuple[int, int], amount: int, *, proration: bool) -> Object:
    """A line for time at a price: `span` in seconds since the epoch. A negative amount is given back."""
    made = copy.deepcopy(_FIXTURES["invoice"]["lines"]["data"][0])
    credited: Object | None = {"invoice": of["latest_invoice"], "invoice_line_items": []} if amount < 0 else None
    details: Object = {
        "invoice_item": None,
        "proration": proration,
        "proration_details": {"credited_items": credited},
        "subscription": of["id"],
        "subscription_item": of["items"]["data"][0]["id"],
    }
    return made | {
        "id": new_id("il"),
        "amount": amount,
        "subtotal": amount,
        "currency": sold.currency,
        "description": sold.product,
        "period": {"start": span[0], "end": span[1]},
        "subscription": of["id"],
        "parent": {
            "type": "subscription_item_details",
            "invoice_item_details": None,
            "subscription_item_details": details,
        },
        "pricing": {
            "type": "price_details",
            "price_details": {"price": sold.id, "product": price(sold)["product"]},
            "unit_amount_decimal": str(sold.amount),
        },
    }


def invoice(created: int, of: Object, lines: list[Object], percent_off: int) -> Object:
    """An open invoice of a subscription; it shows the first ten lines itself."""
    made_id = new_id("in")
    subtotal = sum(one["amount"] for one in lines)
    total = subtotal - (subtotal * percent_off // 100 if subtotal > 0 else 0)
    all_lines = [{**one, "invoice": made_id} for one in lines]
    return _made(
        "invoice",
        id=made_id,
        created=created,
        customer=of["customer"],
        currency=of["currency"],
        amount_due=max(total, 0),
        amount_paid=0,
        amount_remaining=max(total, 0),
        total=total,
        subtotal=subtotal,
        status="open",
        number=f"LOCAL-{secrets.randbelow(10**6):06}",
        lines=listed(all_lines, f"/v1/invoices/{made_id}/lines"),
        parent={
            "type": "subscription_details",
            "quote_details": None,
            "subscription_details": {"metadata": of["metadata"], "subscription": of["id"]},
        },
    )


def subscription_of(made: Object) -> str:
    """The id of an invoice's subscription."""
    return made["parent"]["subscription_details"]["subscription"]


def charge(created: int, customer_id: str, amount: int, currency: str) -> Object:
    return _made(
        "charge",
        id=new_id("ch"),
        created=created,
        customer=customer_id,
        amount=amount,
        amount_captured=amount,
        currency=currency,
        payment_intent=new_id("pi"),
    )


def invoice_payment(created: int, of: Object, by: Object) -> Object:
    """What ties a charge to the invoice that it pays."""
    return _made(
        "invoice_payment",
        id=new_id("inpay"),
        created=created,
        invoice=of["id"],
        currency=of["currency"],
        amount_paid=by["amount"],
        amount_requested=by["amount"],
        payment={"type": "payment_intent", "payment_intent": by["payment_intent"]},
        status_transitions={"canceled_at": None, "paid_at": created},
    )


def _about(kind: str, prefix: str, of: Object, **values: Any) -> Object:  # noqa: ANN401 - JSON
    about = {"created": of["created"], "charge": of["id"], "payment_intent": of["payment_intent"]}
    return _made(kind, id=new_id(prefix), **about, **values)


def refund(of: Object, amount: int) -> Object:
    made = _about("refund", "re", of, amount=amount, currency=of["currency"])
    del made["livemode"]
    return made


def dispute(of: Object, status: str) -> Object:
    """A dispute of a charge. An inquiry (`warning_…`) can still be refunded."""
    refundable = status.startswith("warning")
    return _about(
        "dispute",
        "du",
        of,
        amount=of["amount"],
        currency=of["currency"],
        status=status,
        is_charge_refundable=refundable,
    )


def fraud_warning(of: Object) -> Object:
    return _about("radar.early_fraud_warning", "issfr", of)


def portal_configuration(**subscription_update: Any) -> Object:  # noqa: ANN401 - JSON
    """The portal's settings; `setup` of docs/deploy.md, unless others are given."""
    made = _made("billing_portal.configuration")
    made["features"]["subscription_update"] |= subscription_update
    return made


def new_portal_configuration(created: int) -> Object:
    """A configuration beside the default one, with no feature but what Stripe always has on."""
    made = _made("billing_portal.configuration", id=new_id("bpc"), created=created, updated=created, is_default=False)
    for feature in made["features"].values():
        feature["enabled"] = False
    return made


def webhook_endpoint(created: int, url: str, events: list[str]) -> Object:
    made = _made("webhook_endpoint", id=new_id("we"), created=created, url=url, enabled_events=events)
    return made | {"api_version": API_VERSION}


def event(created: int, kind: str, payload: Object) -> Object:
    """An event about an object as it is now."""
    return {
        **copy.deepcopy(_FIXTURES["event"]),
        "id": new_id("evt"),
        "api_version": API_VERSION,
        "created": created,
        "data": {"object": copy.deepcopy(payload)},
        "livemode": False,
        "pending_webhooks": 1,
        "type": kind,
    }


def listed(objects: list[Object], url: str) -> Object:
    """One page that holds everything."""
    return {"object": "list", "data": objects, "has_more": False, "url": url}
