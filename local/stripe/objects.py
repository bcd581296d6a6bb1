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


def new_id(prefix: str) -> str:
    """An id as Stripe makes them."""
    return f"{prefix}_{secrets.token_hex(12)}"


def _made(kind: str, **values: Any) -> Object:  # noqa: ANN401 - JSON
    return {**copy.deepcopy(_FIXTURES[kind]), "livemode": False, **values}


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


def invoice(created: int, of: Object, sold: SoldPrice, *, paid: bool, reason: str) -> Object:
    return _made(
        "invoice",
        id=new_id("in"),
        created=created,
        customer=of["customer"],
        currency=sold.currency,
        amount_due=sold.amount,
        amount_paid=sold.amount if paid else 0,
        amount_remaining=0 if paid else sold.amount,
        total=sold.amount,
        subtotal=sold.amount,
        status="paid" if paid else "open",
        billing_reason=reason,
        number=f"LOCAL-{secrets.randbelow(10**6):06}",
        parent={
            "type": "subscription_details",
            "quote_details": None,
            "subscription_details": {"metadata": of["metadata"], "subscription": of["id"]},
        },
    )


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
