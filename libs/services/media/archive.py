"""ZIP archives that are made while they are sent, with one file in memory at a time; long tables wait on disk."""

import zipfile
from collections.abc import AsyncGenerator, Iterator
from datetime import UTC, datetime
from io import SEEK_END, SEEK_SET
from tempfile import SpooledTemporaryFile
from typing import IO, Final

import msgspec

# The server buffers several pieces for a slow client, whatever their size.
PIECE_BYTES: Final = 64 * 1024
# The bucket `renders` takes no larger file: pictures stay in memory, what is longer goes to a temporary file.
HELD_BYTES: Final = 50 * 1024 * 1024


class Entry(msgspec.Struct, frozen=True):
    """A file for an archive; `name` may have folders, separated by slashes."""

    name: str
    created_at: datetime
    data: bytes


class TextEntry(msgspec.Struct, frozen=True):
    """A text of any length for an archive, in pieces that can be read once. It is compressed."""

    name: str
    created_at: datetime
    pieces: AsyncGenerator[bytes]


async def zip_pieces(entries: AsyncGenerator[Entry | TextEntry]) -> AsyncGenerator[bytes]:
    """The pieces of a ZIP. Files are not compressed: images already are."""
    pipe = _Pipe()
    taken: dict[str, int] = {}
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        async for entry in entries:
            info = zipfile.ZipInfo(_unique(entry.name, taken), _stamp(entry.created_at))
            if isinstance(entry, Entry):
                archive.writestr(info, entry.data)
            else:
                info.compress_type = zipfile.ZIP_DEFLATED
                # Its size is known at its end, and may be above 4 GB.
                with archive.open(info, "w", force_zip64=True) as text:
                    async for piece in entry.pieces:
                        text.write(piece)
            for piece in pipe.take():
                yield piece
    for piece in pipe.take():
        yield piece


class _Pipe:
    """The file that zipfile writes to. It can seek back to the start of an entry, where size and checksum are written.

    A reader of a stream needs them there: otherwise it cannot tell where a stored entry ends (APPNOTE.TXT, 4.4.4).
    """

    def __init__(self) -> None:
        self._sent = 0
        self._held = _spool()

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
        """What was written since the last call, in pieces of up to `PIECE_BYTES`."""
        held, self._held = self._held, _spool()
        with held:
            self._sent += held.seek(0, SEEK_END)
            held.seek(0)
            while piece := held.read(PIECE_BYTES):
                yield piece


def _spool() -> IO[bytes]:
    return SpooledTemporaryFile(HELD_BYTES)


def _unique(name: str, taken: dict[str, int]) -> str:
    """The name, with a number when it is taken. Case is ignored: some file systems would overwrite the first file.

    `taken` has the last number of each name, so that thousands of renders with one title take linear time.
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


def _stamp(time: datetime) -> tuple[int, int, int, int, int, int]:
    in_utc = time.astimezone(UTC)
    return in_utc.year, in_utc.month, in_utc.day, in_utc.hour, in_utc.minute, in_utc.second
