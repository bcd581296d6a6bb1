"""What follows the closing of an account: nothing is paid for it any more, then rows, files and the user are deleted.

The API does it after its answer. Whatever it leaves, because it died or because Stripe or Storage did not answer,
reconcile finds and ends: every step can be repeated.
"""

from typing import Final
from uuid import UUID

import structlog

from libs.errors import MaquetteError, causes_of
from libs.repositories.closed_accounts import ClosedAccountRepository, DeletionState
from libs.repositories.database import DatabaseRefused
from libs.services.background import Background
from libs.services.external.stripe_client import BillingUnavailable, StripeClient
from libs.services.media.file_changes import FileChanges

# Rows of one transaction, so that locks stay short and no statement comes near to its timeout.
BATCH: Final = 500
# Steps of one account in a pass: a large account does not keep small ones waiting.
STEPS: Final = 20
# Accounts or customers read at once.
PAGE: Final = 100

log = structlog.get_logger()


class AccountClosing:
    """One per process. `accounts` is anonymous."""

    def __init__(self, accounts: ClosedAccountRepository, stripe: StripeClient, file_changes: FileChanges) -> None:
        self._accounts = accounts
        self._stripe = stripe
        self._file_changes = file_changes
        self._background = Background(self._finish)

    def request(self) -> None:
        """Bring every closed account to its end, without waiting. What fails is left to reconcile."""
        self._background.request()

    async def advance(self) -> bool:
        """One pass over everything closed; answers whether another pass has work at once.

        Raises MaquetteError database_unavailable and DatabaseRefused when what is closed cannot be read.
        """
        await self._end_billing()
        has_more = False
        after: UUID | None = None
        while page := await self._accounts.closed(after, PAGE):
            for account_id in page:
                has_more |= await self._advance(account_id)
            after = page[-1]
        return has_more

    async def _finish(self) -> None:
        try:
            while await self.advance():
                pass
        except (MaquetteError, DatabaseRefused) as error:
            log.warning("closed_accounts_not_read", **causes_of(error))

    async def _end_billing(self) -> None:
        after: str | None = None
        while page := await self._accounts.next_customers(after, PAGE):
            for customer_id in page:
                try:
                    await self._stripe.remove_customer(customer_id)
                    await self._accounts.confirm_customer(customer_id)
                except (BillingUnavailable, MaquetteError, DatabaseRefused) as error:
                    # Still billed until a later pass succeeds: operators watch for this line (docs/operations.md).
                    log.warning("customer_not_removed", customer_id=customer_id, **causes_of(error))
            after = page[-1]

    async def _advance(self, account_id: UUID) -> bool:
        """Up to `STEPS` steps of one account; answers whether the next one has work."""
        has_waited = False
        try:
            for _ in range(STEPS):
                state = await self._accounts.delete_step(account_id, BATCH)
                if state is DeletionState.WAITING and not has_waited:
                    await self._file_changes.request_and_wait()
                elif state is not DeletionState.MORE:
                    log.info("account_deletion", state=state.value)
                    return False
                has_waited = state is DeletionState.WAITING
        except (MaquetteError, DatabaseRefused) as error:
            log.warning("account_not_deleted_yet", **causes_of(error))
            return False
        return True

    async def aclose(self) -> None:
        """Stop: reconcile goes on where this ends."""
        await self._background.aclose()
