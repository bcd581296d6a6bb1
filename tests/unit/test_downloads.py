"""A large archive: every picture of every page is in it, and one picture at a time is in memory."""

import asyncio
import io
import itertools
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import msgspec
import pytest
from PIL import Image

from libs.errors import ErrorCode, MaquetteError
from libs.repositories.collections import CollectionRepository
from libs.repositories.cursor import TimeCursor
from libs.repositories.render_rows import VariantRow
from libs.repositories.renders import CardRow, RenderDetailRow, RenderFilter, RenderRepository
from libs.repositories.storage import Storage
from libs.services.gallery.downloads import Choice, DownloadService, PictureFormat, safe_name
from libs.services.media.archive import Entry, zip_pieces
from libs.services.media.conversions import MOST_WAITING, Conversions
from tests.support.images import encoded, image_file, quadrants
from tests.support.waiting import until

MEMBERS = 250  # three pages
PICTURE = 256 * 1024  # bytes
AS_STORED = Choice(recipe=False, format=None)
ALICE, BOB = uuid4(), uuid4()


class Gallery:
    """A collection of renders with a picture each, as three collaborators of a download see it."""

    def __init__(self) -> None:
        self.ids = [uuid4() for _ in range(MEMBERS)]
        self.read = 0

    async def find(self, id_: UUID) -> Any:
        if id_ not in self.ids:
            return msgspec.defstruct("Found", ["name"])("Large")
        variant = VariantRow(uuid4(), 0, str(id_), "", "image/webp", 1, 1, PICTURE, "")
        return RenderDetailRow(
            id=id_,
            title="Room",
            prompt="",
            preset_id="",
            settings={},
            seed=1,
            input_path=None,
            cover_variant_id=None,
            created_at=datetime(2026, 11, 1, tzinfo=UTC),
            deleted_at=None,
            variants=[variant],
            collections=[],
            source=None,
            made_from_it=[],
            credits=1,
            refund=None,
        )

    async def page(self, _where: RenderFilter, _sort: str, after: TimeCursor | None, limit: int) -> list[CardRow]:
        start = self.ids.index(after.id) + 1 if after else 0
        newest = datetime(2026, 11, 1, tzinfo=UTC)
        return [
            CardRow(id_, newest, "Room", "", newest - timedelta(days=number), None, 1, False, None)
            for number, id_ in enumerate(self.ids[start : start + limit + 1], start)
        ]

    async def download(self, _bucket: str, path: str) -> bytes:
        self.read += 1
        return path.encode().ljust(PICTURE, b".")

    def service(self) -> DownloadService:
        """Downloads from it."""
        renders, collections, storage = cast("RenderRepository", self), cast("CollectionRepository", self), self
        return DownloadService(ALICE, renders, collections, cast("Storage", storage), Conversions())


@pytest.fixture
def gallery() -> Gallery:
    return Gallery()


async def test_an_archive_has_every_picture_of_every_page(gallery: Gallery) -> None:
    archive = await gallery.service().collection(uuid4(), AS_STORED)
    whole = b"".join([piece async for piece in archive.pieces])

    with zipfile.ZipFile(io.BytesIO(whole)) as packed:
        assert packed.testzip() is None
        stored = [packed.read(name) for name in packed.namelist()]
    # As they are stored, without a recipe.
    assert stored == [str(id_).encode().ljust(PICTURE, b".") for id_ in gallery.ids]


async def test_one_picture_is_in_memory_at_a_time(gallery: Gallery) -> None:
    """A reader that stops stops the reading: nothing is fetched ahead, and what was sent is forgotten."""
    archive = await gallery.service().collection(uuid4(), AS_STORED)
    tracemalloc.start()
    try:
        sent = 0
        async for piece in archive.pieces:
            sent += len(piece)
            assert gallery.read * PICTURE <= sent + PICTURE
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sent > MEMBERS * PICTURE
    # The picture, its copies on the way into the archive, and the archive's own list of names.
    assert peak < 6 * PICTURE


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Oak kitchen", "Oak kitchen"),
        ('a/../b:"c"\\<d>|*?', "a .. b c d"),
        ("...", "render"),
        (" .hidden. ", "hidden"),
        ("two\r\nlines\x00", "two lines"),
        ("Größe 石の家", "Größe 石の家"),
        # File systems take 255 bytes, with number and ending, and no half of a character.
        ("x" * 300, "x" * 200),
        ("石" * 120, "石" * 66),
        ("a" + "🏠" * 120, "a" + "🏠" * 49),
        ("x" * 199 + ". y", "x" * 199),
    ],
    ids=itertools.count(),
)
def test_I1_a_title_is_the_name_of_a_file_anywhere(title: str, name: str) -> None:
    assert safe_name(title) == name


async def test_I1_files_of_one_title_have_names_of_their_own() -> None:
    timestamp = datetime(2026, 11, 1, tzinfo=UTC)
    names = ["Room.webp", "room.webp", "ROOM (2).webp", "Room.webp", "Room (2).webp", "Room.png", *["Same.webp"] * 300]

    async def entries() -> AsyncGenerator[Entry]:
        for number, name in enumerate(names):
            yield Entry(name, timestamp, str(number).encode())

    whole = b"".join([piece async for piece in zip_pieces(entries())])

    with zipfile.ZipFile(io.BytesIO(whole)) as packed:
        stored = packed.namelist()
        assert [packed.read(name) for name in stored] == [str(number).encode() for number in range(len(names))]
    assert stored[:6] == [
        "Room.webp",
        "room (2).webp",
        "ROOM (2) (2).webp",
        "Room (3).webp",
        "Room (2) (3).webp",
        "Room.png",
    ]
    assert len({name.casefold() for name in stored}) == len(names)


async def test_photo_F6_an_archive_is_read_from_a_stream_without_its_end() -> None:
    """Size and checksum stand in front of each entry (APPNOTE.TXT, 4.3.7): a stream's reader has nothing else."""

    async def entries() -> AsyncGenerator[Entry]:
        for number in range(3):
            yield Entry(f"{number}.webp", datetime(2026, 11, 1, tzinfo=UTC), bytes([number]) * (PICTURE + number))

    stream = io.BytesIO(b"".join([piece async for piece in zip_pieces(entries())]))

    for number in range(3):
        signature, flags, method, checksum, packed, size, name, extra = struct.unpack("<4s2xHH4xLLLHH", stream.read(30))
        assert (signature, method, packed, flags & 0x08) == (b"PK\x03\x04", zipfile.ZIP_STORED, size, 0)
        assert stream.read(name) == f"{number}.webp".encode()
        stream.read(extra)
        data = stream.read(size)
        assert data == bytes([number]) * (PICTURE + number)
        assert zlib.crc32(data) == checksum


@pytest.mark.parametrize("wanted", list(PictureFormat))
async def test_an_archive_has_its_pictures_in_the_format_that_is_asked_for(
    wanted: PictureFormat, gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that cannot be converted is in it as it is stored: a person's archive lacks nothing."""
    gallery.ids = gallery.ids[:2]
    files = {str(gallery.ids[0]): image_file("WEBP"), str(gallery.ids[1]): b"RIFF....WEBP no picture"}

    async def download(_bucket: str, path: str) -> bytes:
        return files[path]

    monkeypatch.setattr(gallery, "download", download)
    archive = await gallery.service().collection(uuid4(), Choice(recipe=False, format=wanted))
    whole = b"".join([piece async for piece in archive.pieces])

    with zipfile.ZipFile(io.BytesIO(whole)) as packed:
        first, second = packed.namelist()
        assert Image.open(packed.open(first)).format == wanted.name
        assert packed.read(second) == files[str(gallery.ids[1])]
    extension = {"jpeg": "jpg"}.get(wanted.value, wanted.value)
    assert (first, second.rpartition(".")[2]) == (f"Room 1.{extension}", "webp")


@pytest.mark.parametrize("stored", ["PNG", "WEBP"])
async def test_what_is_transparent_is_white_in_a_jpeg_and_kept_in_other_formats(stored: str) -> None:
    picture = quadrants()
    picture.putalpha(Image.new("L", picture.size, 0))

    async def read() -> bytes:
        return encoded(picture, stored, lossless=True)

    for wanted in PictureFormat:
        data = await Conversions().convert(ALICE, wanted.mime, read)
        assert data is not None
        image = Image.open(io.BytesIO(data))
        assert image.format == wanted.name
        kept = image.convert("RGBA").getpixel((3, 3))
        assert isinstance(kept, tuple)
        assert kept == (255, 255, 255, 255) if wanted is PictureFormat.JPEG else kept[3] == 0


async def test_F3_conversions_of_one_person_take_turns_and_few_wait() -> None:
    """Another person's picture does not wait for them, and a picture is read when it is its turn."""
    conversions, let_go, read = Conversions(), asyncio.Event(), list[UUID]()

    async def download(owner: UUID) -> None:
        async def wait_and_be_gone() -> None:
            read.append(owner)
            await let_go.wait()

        assert await conversions.convert_one(owner, "image/png", wait_and_be_gone) is None

    waiting = [asyncio.create_task(download(ALICE)) for _ in range(MOST_WAITING)]
    await until(lambda: read == [ALICE])
    with pytest.raises(MaquetteError) as refusal:
        await download(ALICE)
    assert refusal.value.code is ErrorCode.DOWNLOADS_UNDER_WAY
    waiting.append(asyncio.create_task(download(BOB)))
    await until(lambda: read == [ALICE, BOB])

    let_go.set()
    await asyncio.gather(*waiting)
    assert read.count(ALICE) == MOST_WAITING
    await download(ALICE)
