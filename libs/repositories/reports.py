"""Reports of pictures, written by visitors and read by operators alone."""

from types import NoneType
from typing import Literal
from uuid import UUID

import msgspec

from libs.repositories.database import Database

Reason = Literal["illegal", "private", "offensive", "other"]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with a share (`token`) or with a community item (`item_id`): one of the two.

    `render_id` is one render of the share, or None for all of it; `reporter` a pseudonym of who reports.
    """

    token: str | None
    render_id: UUID | None
    item_id: UUID | None
    reason: Reason
    message: str
    reporter: str


class ReportRepository:
    """`db` is anonymous: the functions it calls ask for the API's proof only."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def add(self, report: Report) -> None:
        """Store a report. Raises MaquetteError share_not_found, community_item_not_found, rate_limited."""
        await self._db.call_with_proof("report_picture", report, NoneType)
