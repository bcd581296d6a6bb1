"""The end of an account."""

from uuid import UUID

from libs.errors import ErrorCode, MaquetteError
from libs.repositories.account import AccountRepository
from libs.repositories.billing import BillingRepository
from libs.services.external.stripe_client import BillingUnavailable, StripeClient
from libs.services.media.file_changes import FileChanges


class AccountService:
    """The account of one caller; both repositories carry the caller's JWT."""

    def __init__(
        self,
        owner: UUID,
        account: AccountRepository,
        billing: BillingRepository,
        stripe: StripeClient,
        file_changes: FileChanges,
    ) -> None:
        self._owner = owner
        self._account = account
        self._billing = billing
        self._stripe = stripe
        self._file_changes = file_changes

    async def close(self) -> None:
        """End the subscription, then delete the account with everything in it.

        In this order, because an account without a subscription can be deleted again, while a subscription without an
        account would be paid for ever. Raises billing_unavailable, account_gone.
        """
        row = await self._billing.find()
        if row is None:
            raise MaquetteError(ErrorCode.ACCOUNT_GONE)
        if row.stripe_customer_id is not None:
            try:
                async with self._stripe.bounded():
                    await self._stripe.remove_customer(row.stripe_customer_id)
            except BillingUnavailable as error:
                raise MaquetteError(ErrorCode.BILLING_UNAVAILABLE) from error
        await self._account.delete(self._owner)
        self._file_changes.request()
