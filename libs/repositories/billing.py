"""The subscription in a person's profile: read by its owner, written by the webhook."""

from datetime import datetime

import msgspec

from libs.repositories.database import Database
from libs.repositories.service_role import ServiceRoleDatabase


class BillingRow(msgspec.Struct, frozen=True):
    """A profile's subscription as the last sync wrote it."""

    stripe_customer_id: str | None
    price_id: str | None
    subscription_status: str | None
    period_end: datetime | None
    cancel_at: datetime | None
    access_until: datetime | None
    payment_disputed: bool
    billing_version: int


class MonthShare(msgspec.Struct, frozen=True):
    """A share, 0 to 1, of the monthly credits that a price buys."""

    price_id: str
    share: float


class BillingState(msgspec.Struct, frozen=True, kw_only=True):
    """What a customer has paid for. `price_id` is None without a plan.

    The invoice `invoice_id` paid for `period_start` to `period_end`. There are credits until `paid_until`, and the
    plan's features until `access_until`. `counted_from` and `first_month` are set when the first month of credits is no
    whole one of its own: it then has the credits of these shares, and what was used since `counted_from` counts in it.
    """

    price_id: str | None = None
    subscription_id: str | None = None
    subscription_status: str | None = None
    invoice_id: str | None = None
    period_start: datetime | None = None
    period_end: datetime | None = None
    paid_until: datetime | None = None
    counted_from: datetime | None = None
    first_month: tuple[MonthShare, ...] = ()
    cancel_at: datetime | None = None
    access_until: datetime | None = None
    payment_disputed: bool = False
    fraud_warning: str | None = None
    """The id of a warning of the card's issuer that came with this event: no run begins until an operator decided."""
    customer_deleted: bool = False


class _CustomerRequest(msgspec.Struct, frozen=True):
    customer_id: str


class _Customer(msgspec.Struct, frozen=True):
    customer_id: str


class BillingRepository:
    """The caller's billing; `db` carries the caller's JWT."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def find(self) -> BillingRow | None:
        """None when the account is gone."""
        columns = ",".join(field.name for field in msgspec.structs.fields(BillingRow))
        rows = await self._db.fetch(self._db.from_("profiles").select(columns), list[BillingRow])
        return rows[0] if rows else None

    async def attach_customer(self, customer_id: str) -> str:
        """Bind the caller to a customer, once; answers the one that is bound. Raises MaquetteError account_gone."""
        answer = await self._db.call_with_proof("attach_customer", _CustomerRequest(customer_id), _Customer)
        return answer.customer_id


class BillingSyncRepository:
    """The writes of the webhook, as the service role. Each raises MaquetteError database_unavailable."""

    def __init__(self, db: ServiceRoleDatabase) -> None:
        self._db = db

    async def next_version(self, customer_id: str) -> int | None:
        """A number for a sync of a customer that begins now; None when no account has this customer."""
        return await self._db.call("next_billing_version", {"customer": customer_id})

    async def apply(self, event_id: str, kind: str, customer_id: str, version: int, state: BillingState) -> str:
        """Write a state unless a later sync has written one; answers applied, stale or unknown_customer."""
        return await self._db.call(
            "apply_billing_state",
            {
                "event": event_id,
                "kind": kind,
                "customer": customer_id,
                "version": version,
                "state": msgspec.to_builtins(state),
            },
        )
