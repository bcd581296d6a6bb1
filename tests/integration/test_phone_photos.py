"""The photos of phones over HTTP: HEIC and AVIF arrive turned, located and named, and are kept upright and bare."""

import itertools
from io import BytesIO

import httpx
import pytest
from PIL import ExifTags, Image

from tests.support.clients.api_user import ApiUser, open_url
from tests.support.images import encoded, quadrants
from tests.support.photo_corpus import COLOR_NAMES, DAMAGED, INTACT, Case, file_of

MARK = b"Prinsengracht 263"


def turned_and_located() -> bytes:
    """EXIF of a phone held upright (orientation 6), which also says where."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.ImageDescription] = MARK.decode()
    exif[ExifTags.IFD.GPSInfo] = {
        ExifTags.GPS.GPSLatitudeRef: "N",
        ExifTags.GPS.GPSLatitude: (52.0, 22.0, 31.0),
        ExifTags.GPS.GPSAreaInformation: MARK,
    }
    return exif.tobytes()


@pytest.mark.parametrize(
    ("image_format", "mime", "name"),
    [("HEIF", "image/heic", "IMG_0001.HEIC"), ("AVIF", "image/avif", "photo.avif")],
    ids=["HEIC", "AVIF"],
)
async def test_F2_photo_of_a_phone_is_kept_upright_and_without_its_place(
    image_format: str, mime: str, name: str, alice: ApiUser
) -> None:
    sent = encoded(quadrants(96, 64), image_format, exif=turned_and_located())
    assert MARK in sent

    answer = await alice.client.post("/uploads", files={"file": (name, sent, mime)})

    upload = answer.raise_for_status().json()["data"]
    assert (upload["width"], upload["height"]) == (64, 96)
    kept = await stored(upload["url"])
    assert MARK not in kept
    with Image.open(BytesIO(kept)) as image:
        assert (image.format, image.size, dict(image.getexif()), image.info.get("icc_profile")) == (
            "JPEG",
            (64, 96),
            {},
            None,
        )
        # Red, lime, blue, white before: turned by a quarter, blue is above red and white above lime.
        corners = [image.getpixel(place) for place in ((8, 8), (55, 8), (8, 87), (55, 87))]
    for corner, colour in zip(corners, [(0, 0, 255), (255, 0, 0), (255, 255, 255), (0, 255, 0)], strict=True):
        assert isinstance(corner, tuple)
        assert max(abs(found - wanted) for found, wanted in zip(corner, colour, strict=True)) < 40


async def test_photo_F1_F10_every_format_is_taken_with_a_flaw_and_refused_when_it_is_damaged(alice: ApiUser) -> None:
    """Never a 500. The colors are judged in tests/e2e/test_photo_corpus.py."""
    seen: dict[tuple[str, str], tuple[int, str]] = {}
    for image_format, state in itertools.product(COLOR_NAMES, (*INTACT, *DAMAGED)):
        file = file_of(Case(image_format, "P3 ICC", "color", 6, state))
        answer = await alice.client.post("/uploads", files={"file": ("a", file, "application/octet-stream")})
        seen[image_format, state] = answer.status_code, answer.json().get("error", {}).get("code", "")

    refused = 422, "unreadable_image"
    assert {seen[image_format, state] for image_format in COLOR_NAMES for state in INTACT} == {(201, "")}
    assert {seen[image_format, "cut"] for image_format in COLOR_NAMES} == {refused}
    assert seen["PNG", "bit"] == refused
    # Without a checksum a bit may be a pixel.
    assert {seen[image_format, "bit"] for image_format in COLOR_NAMES} <= {(201, ""), refused}


async def stored(url: str) -> bytes:
    answer: httpx.Response = await open_url(url)
    return answer.raise_for_status().content
