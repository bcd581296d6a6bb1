"""The photos of phones over HTTP: HEIC and AVIF arrive turned, located and named, and are kept upright and bare."""

from io import BytesIO

import httpx
import pytest
from PIL import ExifTags, Image

from tests.support.clients.api_user import ApiUser, open_url
from tests.support.images import encoded, quadrants

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


async def stored(url: str) -> bytes:
    answer: httpx.Response = await open_url(url)
    return answer.raise_for_status().content
