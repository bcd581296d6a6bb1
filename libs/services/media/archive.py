"""ZIP archives that are written while they are sent: one file in memory at a time."""

import zipfile
from collections.abc import AsyncGenerator, Iterator
from datetime import UTC, datetime
from io import SEEK_SET, BytesIO
from typing import Final

import msgspec

# The server holds some pieces for a reader who is slow, whatever their size.
PIECE_BYTES: Final = 64 * 1024


class Entry(msgspec.Struct, frozen=True):
    """A file for an archive; `name` may have folders, divided by slashes."""

    name: str
    created_at: datetime
    data: bytes


async def zip_pieces(entries: AsyncGenerator[Entry]) -> AsyncGenerator[bytes]:
    """The pieces of a ZIP. Files are stored as they are: pictures gain nothing by another compression."""
    pipe = _Pipe()
    taken: dict[str, int] = {}
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        async for entry in entries:
            archive.writestr(zipfile.ZipInfo(_unique(entry.name, taken), _stamp(entry.created_at)), entry.data)
            for piece in pipe.take():
                yield piece
    for piece in pipe.take():
        yield piece


class _Pipe:
    """What zipfile writes to. It can go back as far as to the entry's start, to write size and checksum there.

    Readers of streams need them in front: behind a stored entry they cannot tell where it ends (APPNOTE.TXT, 4.4.4).
    """

    def __init__(self) -> None:
        self._sent = 0
        self._held = BytesIO()

    def write(self, piece: bytes) -> int:
        return self._held.write(piece)

    def tell(self) -> int:
        return self._sent + self._held.tell()

    def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        assert whence == SEEK_SET
        return self._sent + self._held.seek(offset - self._sent)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is open."""

    def take(self) -> Iterator[bytes]:
        """What was written since the last call, in pieces of `PIECE_BYTES` at most."""
        held, self._held = self._held.getbuffer(), BytesIO()
        self._sent += len(held)
        for start in range(0, len(held), PIECE_BYTES):
            yield bytes(held[start : start + PIECE_BYTES])


def _unique(name: str, taken: dict[str, int]) -> str:
    """The name, numbered when another one equals it but for case: some file systems would overwrite.

    `taken` has the last number of each name: thousands of renders of one title are not counted through each time.
    """
    stem, _, ending = name.rpartition(".")
    number = taken.get(name.casefold(), 0) + 1
    unique = name if number == 1 else f"{stem} ({number}).{ending}"
    while unique.casefold() in taken:
        number += 1
        unique = f"{stem} ({number}).{ending}"
    taken[name.casefold()] = number
    taken.setdefault(unique.casefold(), 1)
    return unique


def _stamp(moment: datetime) -> tuple[int, int, int, int, int, int]:
    in_utc = moment.astimezone(UTC)
    return in_utc.year, in_utc.month, in_utc.day, in_utc.hour, in_utc.minute, in_utc.second
