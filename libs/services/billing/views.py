"""What this feature answers. `DayView` and `BlockView` of the usage repository are answered as they are."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from libs.repositories.usage import BlockView


class BillingView(msgspec.Struct, frozen=True):
    """What a person pays for. `status` is Stripe's; `ends_at` is when a canceled plan ends.

    `payment_disputed`: a payment whose time is not over was disputed at the bank, so what it bought has ended.
    """

    plan_id: str
    interval: Literal["month", "year"] | None
    status: str | None
    renews_at: datetime | None
    ends_at: datetime | None
    grace_until: datetime | None
    payment_disputed: bool
    can_manage: bool


class PlanName(msgspec.Struct, frozen=True):
    """The plan a person is on."""

    id: str
    name: str
    max_variants: int


class GivenBackView(msgspec.Struct, frozen=True):
    """Runs of today (UTC) that were canceled after the provider began, or that its safety check refused.

    At `bound` submits pause until `ends_at`; `is_near` warns two runs before, and stays true at the bound.
    """

    count: int
    bound: int
    is_near: bool
    ends_at: datetime


class UsageView(msgspec.Struct, frozen=True):
    """Credits of the running period: `used` includes `reserved`, which a running render holds, and `used_elsewhere`.

    Free credits belong to a mailbox: `used_elsewhere` is what its other accounts used, deleted ones too. A
    `disposable_mailbox` has none until a plan was bought. With a `block` nothing can be generated, uploaded, shared or
    bought, whatever remains.
    """

    plan: PlanName
    used: int
    reserved: int
    limit: int
    remaining: int
    period_start: datetime
    resets_at: datetime
    given_back: GivenBackView
    used_elsewhere: int
    disposable_mailbox: bool
    block: BlockView | None


class EntryView(msgspec.Struct, frozen=True):
    """An entry of the ledger: what a render took or gave back, or what was granted, and why."""

    id: UUID
    kind: Literal["debit", "refund", "grant", "adjustment"]
    amount: int
    reason: str
    generation_id: UUID | None
    title: str | None
    created_at: datetime
