"""The end of an account, as its owner asks for it."""

from datetime import datetime

import msgspec

from libs.repositories.account import AccountRepository
from libs.services.account.closing import AccountClosing


class ClosedAccountView(msgspec.Struct, frozen=True):
    """An account that is closed for its owner. Its subscription has ended or ends soon, and its data is deleted."""

    closed_at: datetime


class AccountService:
    """The account of one caller; `account` carries the caller's JWT."""

    def __init__(self, account: AccountRepository, closing: AccountClosing) -> None:
        self._account = account
        self._closing = closing

    async def close(self) -> ClosedAccountView:
        """Close the account at once. Subscription, rows, files and user go afterwards, however many there are.

        A repeat changes nothing. Raises account_gone.
        """
        closed_at = await self._account.close()
        self._closing.request()
        return ClosedAccountView(closed_at)
