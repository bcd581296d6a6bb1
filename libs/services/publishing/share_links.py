"""Share links of their owner: listed, made and turned off."""

from datetime import UTC, datetime
from uuid import UUID

from libs.errors import ErrorCode, FieldError, MaquetteError
from libs.repositories.cursor import TimeCursor, decode_cursor
from libs.repositories.share_links import ShareLinkRepository, ShareLinkRow
from libs.services.paging import Page
from libs.services.publishing.views import ShareLinkView


class ShareLinkService:
    """Links of one caller."""

    def __init__(self, links: ShareLinkRepository, public_url: str) -> None:
        self._links = links
        self._public_url = public_url

    async def page(
        self, render_id: UUID | None, collection_id: UUID | None, cursor: str | None, limit: int
    ) -> Page[ShareLinkView]:
        """Links that are not turned off, latest first. Raises invalid_cursor."""
        rows = await self._links.page(render_id, collection_id, decode_cursor(cursor, TimeCursor), limit)
        page = Page.of(rows, limit, lambda row: TimeCursor(row.created_at, row.id))
        return page.showing([self._view(row) for row in page.items])

    async def add(
        self, render_id: UUID | None, collection_id: UUID | None, expires_at: datetime | None, *, include_settings: bool
    ) -> ShareLinkView:
        """Make a link.

        Raises FieldError, render_not_found, collection_not_found, sharing_refused, account_blocked, account_gone.
        """
        if (render_id is None) == (collection_id is None):
            raise FieldError("", "Name what to share: render_id or collection_id.")
        if expires_at is not None and expires_at <= datetime.now(UTC):
            raise FieldError("expires_at", "The link would end before it begins. Choose a later time.")
        return self._view(
            await self._links.add(render_id, collection_id, expires_at, include_settings=include_settings)
        )

    async def turn_off(self, share_id: UUID) -> None:
        """Turn a link off for ever; a repeat changes nothing. Raises share_not_found."""
        if not await self._links.turn_off(share_id):
            raise MaquetteError(ErrorCode.SHARE_NOT_FOUND)

    def _view(self, row: ShareLinkRow) -> ShareLinkView:
        return ShareLinkView(
            id=row.id,
            render_id=row.render_id,
            collection_id=row.collection_id,
            title=row.title,
            url=row.token and f"{self._public_url}/s/{row.token}",
            include_settings=row.include_settings,
            expires_at=row.expires_at,
            taken_down_at=row.taken_down_at,
            created_at=row.created_at,
        )
