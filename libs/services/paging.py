"""Pages of a list: repositories read one row beyond the limit, and that row says whether there is a next page."""

from collections.abc import Callable
from typing import Generic, TypeVar

import msgspec

from libs.repositories.cursor import encode_cursor

T = TypeVar("T")
Row = TypeVar("Row")
View = TypeVar("View")


class Page(msgspec.Struct, Generic[T], frozen=True):
    """Part of a list; `next_cursor` is None on the last page."""

    items: list[T]
    next_cursor: str | None

    @staticmethod
    def of(rows: list[Row], limit: int, cursor_of: Callable[[Row], msgspec.Struct]) -> "Page[Row]":
        """The first `limit` of up to `limit + 1` rows, and the cursor of the last of them when there are more."""
        items = rows[:limit]
        return Page(items, encode_cursor(cursor_of(items[-1])) if len(rows) > limit else None)

    def showing(self, views: list[View]) -> "Page[View]":
        """The same page with what is shown of its rows."""
        return Page(views, self.next_cursor)
