"""Damage to pixels is refused; a flaw beside them costs nobody the photo."""

import zlib

import pytest
from PIL import Image

from libs.errors import ErrorCode
from libs.services.media.imaging import outputs, photos
from libs.services.media.imaging.contracts import ImageError
from tests.support.images import encoded, image_file, png_chunk
from tests.support.processes.image_worker import OUTPUT, PHOTO


def detailed() -> Image.Image:
    return Image.effect_noise((160, 120), 60).convert("RGB")


def refused(data: bytes) -> bool:
    """Whether both kinds of task refuse the file. Pillow's own errors are a refusal too: see worker.answer."""
    outcomes: list[bool] = []
    for prepare in (lambda: photos.prepare(data, PHOTO), lambda: outputs.prepare(data, OUTPUT)):
        try:
            prepare()
            outcomes.append(False)
        except (ImageError, OSError, SyntaxError, ValueError):
            outcomes.append(True)
    assert len(set(outcomes)) == 1
    return outcomes[0]


def test_F5_one_bit_flipped_anywhere_in_the_chunks_of_a_png_is_refused_or_changes_nothing() -> None:
    whole = encoded(detailed(), "PNG")
    expected = photos.prepare(whole, PHOTO).data
    for at in range(8, len(whole), len(whole) // 150):
        data = bytearray(whole)
        data[at] ^= 0x10
        assert refused(bytes(data)) or photos.prepare(bytes(data), PHOTO).data == expected


@pytest.mark.parametrize("progressive", [False, True], ids=["baseline", "progressive"])
def test_photo_F7_a_jpeg_without_its_end_is_whole_when_every_pixel_is_there(progressive: bool) -> None:
    whole = encoded(detailed(), "JPEG", quality=90, progressive=progressive)
    assert whole[-2:] == b"\xff\xd9"

    assert photos.prepare(whole[:-2], PHOTO).data == photos.prepare(whole, PHOTO).data
    for missing in (6, 12, 40, 400, len(whole) // 2):
        assert refused(whole[:-missing])


@pytest.mark.parametrize(
    "flaw",
    [
        png_chunk(b"tEXt", b"Comment\0dusk")[:-4] + b"\0\0\0\0",
        png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(5_000_000))),
        png_chunk(b"iTXt", b"Comment\0\1\0\0\0" + zlib.compress(bytes(5_000_000))),
        png_chunk(b"iCCP", b"profile\0\1not zlib"),
        png_chunk(b"iCCP", b"profile\0\0not zlib"),
        png_chunk(b"eXIf", b"\xff" * 20),
        png_chunk(b"pHYs", b"\0"),
        png_chunk(b"tRNS", b"\0\1\0\1\0\1")[:-1] + b"\0",
    ],
    ids=["checksum", "5 MB of text", "5 MB of XMP", "compression", "profile", "EXIF", "length", "transparency"],
)
def test_photo_F10_a_flaw_beside_the_pixels_of_a_png_costs_nobody_the_photo(flaw: bytes) -> None:
    whole = image_file("PNG")
    assert photos.prepare(whole[:33] + flaw + whole[33:], PHOTO).data == photos.prepare(whole, PHOTO).data


@pytest.mark.parametrize("image_format", ["JPEG", "WEBP", "AVIF"])
def test_photo_F12_an_orientation_that_xmp_alone_states_is_not_followed(image_format: str) -> None:
    """Browsers follow EXIF and the boxes of AVIF only."""
    xmp = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>'
    )
    photo = photos.prepare(image_file(image_format, xmp=xmp), PHOTO)
    assert (photo.width, photo.height) == (64, 48)


def test_photo_F3_exif_behind_the_pixels_of_a_png_is_not_followed() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    whole = image_file("PNG")
    block = png_chunk(b"eXIf", exif.tobytes().removeprefix(b"Exif\0\0"))

    turned = photos.prepare(whole[:33] + block + whole[33:], PHOTO)
    as_it_is = photos.prepare(whole[:-12] + block + whole[-12:], PHOTO)

    assert (turned.width, turned.height) == (48, 64)
    assert (as_it_is.width, as_it_is.height) == (64, 48)


def test_photo_F1_a_damaged_picture_is_said_to_be_unreadable() -> None:
    data = bytearray(encoded(detailed(), "PNG"))
    data[len(data) // 2] ^= 1
    with pytest.raises(ImageError) as refusal:
        photos.prepare(bytes(data), PHOTO)
    assert refusal.value.code is ErrorCode.UNREADABLE_IMAGE
