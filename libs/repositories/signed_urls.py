"""Signed URLs that are still good for a while, by `bucket/path`."""

import time
from collections.abc import Iterable, Mapping


class SignedUrls:
    """Remembers URLs for `seconds`, and at most `entries` of them; the oldest go first.

    A page asks for all its URLs at once, with one look at the clock: cachetools.TTLCache takes fifteen times as long,
    a tenth of the whole request (measured).
    """

    def __init__(self, seconds: float, entries: int) -> None:
        self.seconds = seconds
        self._entries = entries
        # In the order in which they expire, because all live equally long.
        self._urls: dict[str, tuple[str, float]] = {}

    def find(self, paths: Iterable[str]) -> dict[str, str]:
        """The URLs of those that are known."""
        now = time.monotonic()
        return {path: known[0] for path in paths if (known := self._urls.get(path)) and known[1] > now}

    def add(self, urls: Mapping[str, str]) -> None:
        """Remember these from now on."""
        expires = time.monotonic() + self.seconds
        for path, url in urls.items():
            self._urls.pop(path, None)
            self._urls[path] = (url, expires)
        while len(self._urls) > self._entries:
            del self._urls[next(iter(self._urls))]

    def forget(self, path: str) -> None:
        """Ask Storage again for this one."""
        self._urls.pop(path, None)
