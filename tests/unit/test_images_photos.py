"""What a photo from outside becomes: one plain JPEG that looks as the photo looked."""

from io import BytesIO

import pytest
from PIL import ExifTags, Image, ImageChops, ImageStat

from libs.services.media.imaging import photos
from libs.services.media.imaging.contracts import PhotoTask, PreparedPhoto
from tests.support.images import (
    display_p3,
    encoded,
    heif_of_brands,
    image_file,
    jpeg_with_segments,
    png_animation,
    quadrants,
    webp_animation,
)
from tests.support.processes.image_worker import PHOTO

FORMATS = ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"]
# Of one channel, of 255: what a JPEG of quality 90 does to a flat surface, with room for AVIF and HEVC before it.
TOLERANCE = 6


def prepared(data: bytes, task: PhotoTask = PHOTO) -> PreparedPhoto:
    return photos.prepare(data, task)


def opened(photo: PreparedPhoto) -> Image.Image:
    image = Image.open(BytesIO(photo.data))
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (photo.width, photo.height))
    return image


def colour(photo: PreparedPhoto) -> tuple[int, int, int]:
    image = opened(photo)
    pixel = image.getpixel((image.width // 2, image.height // 2))
    assert isinstance(pixel, tuple)
    return pixel[0], pixel[1], pixel[2]


def flat(mode: str, value: int | tuple[int, ...]) -> Image.Image:
    return Image.new(mode, (16, 16), value)


@pytest.mark.parametrize("image_format", FORMATS)
def test_every_format_becomes_a_jpeg_that_looks_the_same(image_format: str) -> None:
    original = quadrants()
    photo = prepared(encoded(original, image_format, quality=95))

    difference = ImageChops.difference(opened(photo), original)
    assert max(ImageStat.Stat(difference).mean) < TOLERANCE
    assert (photo.original_width, photo.original_height) == original.size
    assert (photo.mime, photo.extension) == ("image/jpeg", "jpg")


@pytest.mark.parametrize("image_format", FORMATS)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_F2_every_orientation_is_kept_as_pixels(image_format: str, orientation: int) -> None:
    """Colours of the corners after each turn, by the picture in EXIF 2.3, 4.6.4 A (red, lime, blue, white before)."""
    corners = {
        1: "red lime blue white",
        2: "lime red white blue",
        3: "white blue lime red",
        4: "blue white red lime",
        5: "red blue lime white",
        6: "blue red white lime",
        7: "white lime blue red",
        8: "lime white red blue",
    }[orientation]
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation

    photo = prepared(encoded(quadrants(), image_format, exif=exif.tobytes()))

    size = (32, 48) if orientation >= 5 else (48, 32)
    assert (photo.width, photo.height) == (photo.original_width, photo.original_height) == size
    image = opened(photo)
    assert "exif" not in image.info
    places = [(6, 6), (image.width - 6, 6), (6, image.height - 6), (image.width - 6, image.height - 6)]
    named = {(255, 0, 0): "red", (0, 255, 0): "lime", (0, 0, 255): "blue", (255, 255, 255): "white"}
    assert " ".join(named[nearest_pure(image, place)] for place in places) == corners


def nearest_pure(image: Image.Image, place: tuple[int, int]) -> tuple[int, int, int]:
    """The color at a place, each channel either none or full."""
    pixel = image.getpixel(place)
    assert isinstance(pixel, tuple)
    red, green, blue = (255 if channel > 127 else 0 for channel in pixel)
    return red, green, blue


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_means_nothing_is_ignored(orientation: int) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    assert prepared(image_file("JPEG", exif=exif)).data == prepared(image_file("JPEG")).data


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_broken_exif_costs_nobody_the_photo() -> None:
    broken = jpeg_with_segments(image_file("JPEG"), [(0xE1, b"Exif\x00\x00II*\x00\xff\xff\xff\xff" + b"\x12\x01" * 40)])
    assert prepared(broken).data == prepared(image_file("JPEG")).data


@pytest.mark.parametrize(
    ("in_p3", "in_srgb"),
    [
        # The primaries of sRGB, as Display P3 writes them (CSS Color 4, color(display-p3)).
        ((234, 51, 35), (255, 0, 0)),
        ((117, 251, 76), (0, 255, 0)),
        ((0, 0, 245), (0, 0, 255)),
        ((128, 128, 128), (128, 128, 128)),
    ],
)
@pytest.mark.parametrize("image_format", FORMATS)
def test_display_p3_becomes_srgb(image_format: str, in_p3: tuple[int, int, int], in_srgb: tuple[int, int, int]) -> None:
    image = flat("RGB", in_p3)
    # Lossless is for WebP alone, whose colours would move by more.
    exact = {"quality": 100, "lossless": image_format == "WEBP"}

    photo = prepared(encoded(image, image_format, **exact, icc_profile=display_p3()))

    assert colour(photo) == pytest.approx(in_srgb, abs=TOLERANCE)
    assert "icc_profile" not in opened(photo).info
    without_profile = prepared(encoded(image, image_format, **exact))
    assert colour(without_profile) == pytest.approx(in_p3, abs=TOLERANCE)


@pytest.mark.parametrize("image_format", FORMATS)
@pytest.mark.parametrize("size", [10, 2_500_000])
def test_F2_a_broken_profile_is_dropped(image_format: str, size: int) -> None:
    photo = prepared(image_file(image_format, icc_profile=display_p3()[:10].ljust(size, b"\x00")))
    assert len(photo.data) < 3000


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (flat("1", 1), (255, 255, 255)),
        (flat("L", 77), (77, 77, 77)),
        (flat("I;16", 77 * 256), (77, 77, 77)),
        (flat("RGB", (12, 200, 99)).quantize(4), (12, 200, 99)),
        (flat("LA", (77, 255)), (77, 77, 77)),
        (flat("LA", (77, 0)), (255, 255, 255)),
        (flat("RGBA", (200, 0, 0, 255)), (200, 0, 0)),
        (flat("RGBA", (200, 0, 0, 0)), (255, 255, 255)),
        (flat("RGBA", (200, 0, 0, 128)), (227, 127, 127)),
    ],
    ids=["bilevel", "grey", "grey of 16 bits", "palette", "opaque LA", "clear LA", "opaque", "clear", "half clear"],
)
def test_every_kind_of_png_has_the_colour_that_a_browser_shows(
    image: Image.Image, expected: tuple[int, int, int]
) -> None:
    assert colour(prepared(encoded(image, "PNG"))) == pytest.approx(expected, abs=2)


def test_a_transparent_entry_of_a_palette_is_white() -> None:
    image = flat("P", 1)
    image.putpalette([0, 0, 0, 200, 0, 0])
    assert colour(prepared(encoded(image, "PNG"))) == pytest.approx((200, 0, 0), abs=2)
    assert colour(prepared(encoded(image, "PNG", transparency=1))) == (255, 255, 255)


def test_a_jpeg_for_print_has_its_colours() -> None:
    """CMYK without a profile: cyan and yellow ink make green."""
    red, green, blue = colour(prepared(encoded(flat("CMYK", (255, 0, 255, 0)), "JPEG", quality=95)))
    assert green > 200
    assert max(red, blue) < 60


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
def test_a_large_photo_is_made_as_large_as_models_take(image_format: str) -> None:
    original = quadrants(4000, 1000)
    photo = prepared(encoded(original, image_format, quality=95))

    assert (photo.width, photo.height) == (1536, 384)
    assert (photo.original_width, photo.original_height) == (4000, 1000)
    difference = ImageChops.difference(opened(photo), original.resize((1536, 384), Image.Resampling.LANCZOS))
    assert max(ImageStat.Stat(difference).mean) < TOLERANCE


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (1536, 1536), (1537, 2), (4097, 3)])
def test_no_shape_is_refused_nor_enlarged(size: tuple[int, int]) -> None:
    photo = prepared(image_file("PNG", size))
    assert (photo.original_width, photo.original_height) == size
    longest = max(size)
    scale = min(1.0, PHOTO.longest_side / longest)
    assert (photo.width, photo.height) == tuple(max(1, round(side * scale)) for side in size)


def test_the_same_photo_gives_the_same_file_and_another_one_does_not() -> None:
    first, again, other = (
        prepared(image_file("HEIF")),
        prepared(image_file("HEIF")),
        prepared(image_file("HEIF", (64, 50))),
    )
    assert first == again
    assert first.sha256 != other.sha256


@pytest.mark.parametrize("single", [webp_animation(1), png_animation(1)], ids=["WebP", "APNG"])
def test_an_animation_of_one_frame_is_a_photo(single: bytes) -> None:
    assert prepared(single).original_width == 1


@pytest.mark.parametrize("still", [b"mif1", b"heic"])
def test_photo_D4_a_heic_sequence_that_names_a_still_picture_is_a_photo(still: bytes) -> None:
    photo = encoded(quadrants(), "HEIF")
    assert prepared(heif_of_brands(photo, major=b"msf1", compatible=still)) == prepared(photo)


def test_the_first_of_several_pictures_in_a_jpeg_is_the_photo() -> None:
    """Phones write the depth or the brightness map of a photo behind it (MPO)."""
    album = encoded(quadrants(), "MPO", save_all=True, append_images=[flat("RGB", 0)])
    single = encoded(quadrants(), "JPEG")
    assert prepared(album).data == prepared(single).data
