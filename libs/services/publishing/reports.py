"""What a visitor reports about a shared or a community picture; operators read it."""

from uuid import UUID

from libs.app_config.runtime import LIMITS
from libs.errors import FieldError
from libs.repositories.reports import Reason, Report, ReportRepository
from libs.services.publishing.shared import checked_token
from libs.text import clean_text


class ReportService:
    """Reports of visitors."""

    def __init__(self, reports: ReportRepository) -> None:
        self._reports = reports

    async def add(
        self,
        reporter: str,
        token: str | None,
        render_id: UUID | None,
        item_id: UUID | None,
        reason: Reason,
        message: str,
    ) -> None:
        """Store a report of a reporter's, a pseudonym. One that says nothing new is dropped.

        Raises FieldError, share_not_found, community_item_not_found, rate_limited.
        """
        if (token is None) == (item_id is None):
            raise FieldError("", "Name what is reported: share_token or community_item_id.")
        if render_id is not None and token is None:
            raise FieldError("render_id", "Name the share_token that shows the render.")
        await self._reports.add(
            Report(
                token=None if token is None else checked_token(token),
                render_id=render_id,
                item_id=item_id,
                reason=reason,
                message=clean_text("message", message, LIMITS.report_characters),
                reporter=reporter,
            )
        )
