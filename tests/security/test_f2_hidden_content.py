"""F2: what a file carries beside its pixels, such as where it was taken or a second file, is not in what we keep."""

import struct
import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import ExifTags, Image, PngImagePlugin

from libs.errors import ErrorCode
from libs.services.media.image_workers import prepare_output, prepare_photo
from libs.services.media.imaging import outputs, photos
from libs.services.media.imaging.contracts import ImageError
from tests.support.images import PNG_END, PNG_SIGNATURE, display_p3, encoded, image_file, jpeg_with_segments
from tests.support.processes.image_worker import OUTPUT, PHOTO

# Stands wherever a file can carry text; none of it may come out again.
MARK = b"MAQUETTE-MARK"
HTML = b"<html><script>" + MARK + b"</script></html>"
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + MARK + b"</x:xmpmeta>"


def kept(data: bytes) -> list[bytes]:
    """Every file that is stored for these bytes: as a photo and, where models make such files, as a picture."""
    files = [photos.prepare(data, PHOTO).data]
    if Image.open(BytesIO(data)).format in outputs.FORMATS:
        picture = outputs.prepare(data, OUTPUT)
        files += [picture.data, picture.thumbnail]
    return files


def pieces(file: bytes) -> list[bytes]:
    """What a file is made of: names of chunks, or of the segments of a JPEG before its pixels."""
    names: list[bytes] = []
    if file.startswith(b"\xff\xd8"):
        at = 2
        while file[at : at + 2] != b"\xff\xda":
            names.append(file[at : at + 2])
            at += 2 + int.from_bytes(file[at + 2 : at + 4])
    elif file.startswith(PNG_SIGNATURE):
        at = len(PNG_SIGNATURE)
        while at < len(file):
            names.append(file[at + 4 : at + 8])
            at += 12 + int.from_bytes(file[at : at + 4])
    else:
        at = 12
        while at < len(file):
            names.append(file[at : at + 4])
            length = int.from_bytes(file[at + 4 : at + 8], "little")
            at += 8 + length + length % 2
    return names


def assert_bare(file: bytes) -> None:
    """Nothing but a picture: no text of the sender, no metadata, and nothing behind its end."""
    assert MARK not in file
    match Image.open(BytesIO(file)).format:
        case "JPEG":
            # JFIF, tables and frame. An EOI marker cannot stand inside the compressed pixels.
            assert set(pieces(file)) <= {b"\xff\xe0", b"\xff\xdb", b"\xff\xc0", b"\xff\xc4"}
            assert file.index(b"\xff\xd9") == len(file) - 2
        case "PNG":
            assert [name for name in pieces(file) if name != b"IDAT"] == [b"IHDR", b"IEND"]
        case _:
            assert file[:4] + file[8:12] == b"RIFFWEBP"
            assert pieces(file) in ([b"VP8 "], [b"VP8L"])
            assert int.from_bytes(file[4:8], "little") == len(file) - 8


def gps() -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = MARK.decode()
    exif[ExifTags.Base.ImageDescription] = MARK.decode()
    exif[ExifTags.IFD.GPSInfo] = {
        ExifTags.GPS.GPSLatitudeRef: "N",
        ExifTags.GPS.GPSLatitude: (52.0, 31.0, 12.0),
        ExifTags.GPS.GPSAreaInformation: MARK,
    }
    return exif.tobytes()


def marked_profile() -> bytes:
    """A valid profile with the mark behind its last tag."""
    profile = display_p3() + MARK
    return struct.pack(">I", len(profile)) + profile[4:]


def png_text() -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", MARK.decode())
    info.add_text("Author", MARK.decode(), zip=True)
    info.add_itxt("XML:com.adobe.xmp", XMP.decode())
    return info


CARRIERS: dict[str, Callable[[], bytes]] = {
    "EXIF with GPS in a JPEG": lambda: image_file("JPEG", exif=gps()),
    "EXIF with GPS in a PNG": lambda: image_file("PNG", exif=gps()),
    "EXIF with GPS in a WebP": lambda: image_file("WEBP", exif=gps()),
    "EXIF with GPS in an AVIF": lambda: image_file("AVIF", exif=gps()),
    "EXIF with GPS in a HEIC": lambda: image_file("HEIF", exif=gps()),
    "XMP in a JPEG": lambda: image_file("JPEG", xmp=XMP),
    "XMP in a WebP": lambda: image_file("WEBP", xmp=XMP),
    "XMP in an AVIF": lambda: image_file("AVIF", xmp=XMP),
    "XMP in a HEIC": lambda: image_file("HEIF", xmp=XMP),
    "text and XMP in a PNG": lambda: image_file("PNG", pnginfo=png_text()),
    "IPTC in a JPEG": lambda: jpeg_with_segments(
        image_file("JPEG"),
        [(0xED, b"Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x14\x1c\x02\x78\x00\x0d" + MARK)],
    ),
    "a comment in a JPEG": lambda: image_file("JPEG", comment=MARK),
    "a private segment in a JPEG": lambda: jpeg_with_segments(image_file("JPEG"), [(0xEB, MARK)]),
    "a profile in a JPEG": lambda: image_file("JPEG", icc_profile=marked_profile()),
    "a profile in a PNG": lambda: image_file("PNG", icc_profile=marked_profile()),
    "a profile in a WebP": lambda: image_file("WEBP", icc_profile=marked_profile()),
    "a profile in an AVIF": lambda: image_file("AVIF", icc_profile=marked_profile()),
    "a profile in a HEIC": lambda: image_file("HEIF", icc_profile=marked_profile()),
    "a second picture behind a JPEG": lambda: encoded(
        Image.new("RGB", (64, 48)), "MPO", save_all=True, append_images=[Image.new("RGB", (8, 8))]
    ),
    "HTML behind a JPEG": lambda: image_file("JPEG") + HTML,
    "HTML behind a PNG": lambda: image_file("PNG") + HTML,
    "HTML behind a WebP": lambda: image_file("WEBP") + HTML,
    "HTML behind an AVIF": lambda: image_file("AVIF") + HTML,
    "HTML behind a HEIC": lambda: image_file("HEIF") + HTML,
    "HTML as a comment at the start of a JPEG": lambda: jpeg_with_segments(image_file("JPEG"), [(0xFE, HTML)]),
}


@pytest.mark.parametrize("carrier", CARRIERS.values(), ids=CARRIERS)
def test_F2_nothing_but_pixels_is_kept(carrier: Callable[[], bytes]) -> None:
    for file in kept(carrier()):
        assert_bare(file)


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
def test_F2_what_is_kept_does_not_depend_on_what_is_hidden(image_format: str) -> None:
    assert kept(image_file(image_format, exif=gps()) + HTML) == kept(image_file(image_format))


@pytest.mark.parametrize("image_format", ["JPEG", "PNG"])
def test_F2_a_picture_that_is_an_archive_too_is_kept_as_a_picture(image_format: str) -> None:
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as writer:
        writer.writestr("index.html", HTML)
    both = image_file(image_format) + archive.getvalue()
    with zipfile.ZipFile(BytesIO(both)) as reader:
        assert reader.namelist() == ["index.html"]

    for file in kept(both):
        assert_bare(file)
        assert not zipfile.is_zipfile(BytesIO(file))


def test_F2_a_page_that_holds_a_picture_is_a_page() -> None:
    with pytest.raises(ImageError) as refusal:
        photos.prepare(HTML + image_file("PNG"), PHOTO)
    assert refusal.value.code == ErrorCode.UNSUPPORTED_IMAGE


def test_F2_the_checks_of_this_file_see_what_they_look_for() -> None:
    for bare in (image_file("JPEG"), image_file("PNG"), image_file("WEBP")):
        assert_bare(bare)
    for carrier in CARRIERS.values():
        with pytest.raises((AssertionError, IndexError)):
            assert_bare(carrier())


async def test_F2_the_worker_keeps_nothing_either() -> None:
    """The same once through the process that serves uploads and webhooks."""
    sent = image_file("PNG", pnginfo=png_text(), exif=gps()) + HTML
    assert sent.index(PNG_END) < sent.index(HTML)

    photo, picture = await prepare_photo(sent), await prepare_output(sent)

    for file in (photo.data, picture.data, picture.thumbnail):
        assert_bare(file)
