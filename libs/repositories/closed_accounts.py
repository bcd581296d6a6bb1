"""Accounts that are closed and being deleted, and the customers of Stripe that go with them."""

from enum import StrEnum
from types import NoneType
from uuid import UUID

import msgspec

from libs.repositories.database import Database


class DeletionState(StrEnum):
    """What a step of a deletion left."""

    MORE = "more"
    """Another step has work."""
    WAITING = "waiting"
    """Storage still has files, or Stripe the customer."""
    BUSY = "busy"
    """Somebody else does a step."""
    GONE = "gone"


class _CustomersRequest(msgspec.Struct, frozen=True):
    after: str | None
    limit: int


class _CustomerRequest(msgspec.Struct, frozen=True):
    customer_id: str


class _AccountsRequest(msgspec.Struct, frozen=True):
    after: UUID | None
    limit: int


class _StepRequest(msgspec.Struct, frozen=True):
    account_id: UUID
    batch: int


class ClosedAccountRepository:
    """`db` must be anonymous: the API's proof alone opens what this calls."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def next_customers(self, after: str | None, limit: int) -> list[str]:
        """Customers to delete at Stripe, in order of their ids, those after `after`."""
        return await self._db.call_with_proof("next_customer_removals", _CustomersRequest(after, limit), list[str])

    async def confirm_customer(self, customer_id: str) -> None:
        """Stripe no longer has this customer."""
        await self._db.call_with_proof("confirm_customer_removal", _CustomerRequest(customer_id), NoneType)

    async def closed(self, after: UUID | None, limit: int) -> list[UUID]:
        """Closed accounts whose customer is gone, in order of their ids, those after `after`."""
        return await self._db.call_with_proof("closed_accounts", _AccountsRequest(after, limit), list[UUID])

    async def delete_step(self, account_id: UUID, batch: int) -> DeletionState:
        """Delete up to `batch` rows of a closed account, or queue that many of its files, or delete its user."""
        return await self._db.call_with_proof("delete_closed_account", _StepRequest(account_id, batch), DeletionState)
