"""What Stripe's objects say, as far as Maquette reads them. Made from `.to_dict()` of the SDK's objects."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Literal, cast

import msgspec

Object = Mapping[str, Any]

# Statuses in which a subscription can still be paid, changed or ended.
RUNNING: Final = frozenset({"active", "trialing", "past_due", "unpaid", "incomplete", "paused"})
# Statuses of a dispute that leave the money here, or bring it back. In every other one it is gone or may go.
_MONEY_STAYS: Final = frozenset({"won", "warning_closed", "prevented"})


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription to one of our prices, as it is now. The running period is that of its item with that price."""

    id: str
    status: str
    price_id: str
    created: datetime
    period_start: datetime
    period_end: datetime
    cancel_at: datetime | None
    ended_at: datetime | None

    @property
    def is_running(self) -> bool:
        """Whether its status is one of `RUNNING`."""
        return self.status in RUNNING


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line of an invoice: time at one of our prices, charged or given back."""

    price_id: str
    starts: datetime
    ends: datetime
    is_proration: bool
    is_credit: bool


class Invoice(msgspec.Struct, frozen=True, kw_only=True):
    """A paid invoice of a subscription. Amounts are in the currency's smallest unit.

    `total` may be 0 (discounts) or negative (a change to a cheaper price); what `amount_due` is below it came from the
    customer's balance. `payments` are the payments that paid it, by the id of their payment intent or charge.
    """

    id: str
    subscription_id: str
    created: datetime
    total: int
    amount_due: int
    lines: tuple[Line, ...]
    payments: tuple[str, ...] = ()
    problem: Literal["disputed", "refunded"] | None = None


class Charge(msgspec.Struct, frozen=True):
    """A charge that succeeded, by the same id as in `Invoice.payments`."""

    payment: str
    is_refunded: bool
    is_disputed: bool


def subscription_of(made: Object, own_prices: Collection[str]) -> Subscription | None:
    """None for a subscription to other products."""
    item = next((one for one in made["items"]["data"] if one["price"]["id"] in own_prices), None)
    if item is None:
        return None
    # The portal cancels flexible subscriptions by `cancel_at`, others by the flag.
    planned = item["current_period_end"] if made.get("cancel_at_period_end") else None
    return Subscription(
        id=made["id"],
        status=made["status"],
        price_id=item["price"]["id"],
        created=_time(made["created"]),
        period_start=_time(item["current_period_start"]),
        period_end=_time(item["current_period_end"]),
        cancel_at=_optional_time(made.get("cancel_at") or planned),
        ended_at=_optional_time(made.get("ended_at")),
    )


def invoice_of(
    made: Object, lines: list[Any], charges: Mapping[str, Charge], own_prices: Collection[str]
) -> Invoice | None:
    """None for an invoice that is not a subscription's. `lines` are all of its lines; other prices' are left out."""
    subscription = id_of(_at(made, "parent", "subscription_details", "subscription"))
    if subscription is None:
        return None
    payments = tuple(_payments_of(made))
    paid_by = [charges[payment] for payment in payments if payment in charges]
    problem = None
    if any(charge.is_disputed for charge in paid_by):
        problem = "disputed"
    elif paid_by and all(charge.is_refunded for charge in paid_by):
        problem = "refunded"
    return Invoice(
        id=made["id"],
        subscription_id=subscription,
        created=_time(made["created"]),
        total=made["total"],
        amount_due=made["amount_due"],
        lines=tuple(line for one in lines if (line := _line_of(one)) is not None and line.price_id in own_prices),
        payments=payments,
        problem=problem,
    )


def charge_of(made: Object, *, is_disputed: bool) -> Charge:
    """`is_disputed`: whether a dispute of it takes the money."""
    return Charge(id_of(made.get("payment_intent")) or made["id"], made["refunded"], is_disputed)


def takes_the_money(dispute: Object) -> bool:
    """Whether the money of a dispute is gone, or may go."""
    return dispute["status"] not in _MONEY_STAYS


def _payments_of(made: Object) -> list[str]:
    paid = [one["payment"] for one in _at(made, "payments", "data") or () if one["status"] == "paid"]
    found = [id_of(_at(one, "payment_intent")) or id_of(_at(one, "charge")) for one in paid]
    return [payment for payment in found if payment is not None]


def _line_of(made: Object) -> Line | None:
    price = id_of(_at(made, "pricing", "price_details", "price"))
    if price is None:
        return None
    details = _at(made, "parent", "subscription_item_details") or _at(made, "parent", "invoice_item_details")
    return Line(
        price_id=price,
        starts=_time(made["period"]["start"]),
        ends=_time(made["period"]["end"]),
        is_proration=bool(_at(details, "proration")),
        # What a discount made free is given back with an amount of 0.
        is_credit=made["amount"] < 0 or _at(details, "proration_details", "credited_items") is not None,
    )


def _at(made: Any, *keys: str) -> Any:  # noqa: ANN401 - JSON
    """What is found by these keys, one inside of the other; None where there is nothing."""
    for key in keys:
        made = None if made is None else made.get(key)
    return made


def id_of(reference: Any) -> str | None:  # noqa: ANN401 - JSON
    """The id of a reference, which is an id or the object that it stands for; None for anything else."""
    if isinstance(reference, Mapping):
        reference = cast("Object", reference).get("id")
    return reference if isinstance(reference, str) else None


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _optional_time(seconds: int | None) -> datetime | None:
    return None if seconds is None else _time(seconds)
