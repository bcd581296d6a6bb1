"""What a picture of a model becomes: a file of ours that looks the same, and its thumbnail."""

import base64
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from libs.errors import ErrorCode
from libs.services.media.imaging import outputs, photos
from libs.services.media.imaging.contracts import ImageError, PreparedOutput
from tests.support.images import encoded, image_file, quadrants
from tests.support.photo_corpus import INTACT, file_of, pairwise_cases
from tests.support.processes.image_worker import OUTPUT, PHOTO

PICTURES = sorted((Path(__file__).parents[2] / "web" / "public" / "presets").glob("*.webp"))


def prepared(data: bytes) -> PreparedOutput:
    return outputs.prepare(data, OUTPUT)


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


@pytest.mark.parametrize(
    ("image_format", "mime", "extension"),
    [("PNG", "image/png", "png"), ("JPEG", "image/jpeg", "jpg"), ("WEBP", "image/webp", "webp")],
)
def test_a_picture_stays_in_its_format(image_format: str, mime: str, extension: str) -> None:
    picture = prepared(image_file(image_format, (800, 600)))

    assert (picture.mime, picture.extension) == (mime, extension)
    assert (picture.width, picture.height) == (800, 600)
    assert (opened(picture.data).format, opened(picture.data).size) == (image_format, (800, 600))
    assert (opened(picture.thumbnail).format, opened(picture.thumbnail).size) == ("WEBP", (640, 480))
    assert 5 <= len(base64.b64decode(picture.placeholder, validate=True)) <= 25


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P"])
def test_a_png_keeps_every_pixel(mode: str) -> None:
    original = quadrants().convert(mode)
    if mode == "RGBA":
        original.putalpha(Image.linear_gradient("L").resize(original.size))

    kept = opened(prepared(encoded(original, "PNG")).data)

    assert ImageChops.difference(kept.convert("RGBA"), original.convert("RGBA")).getbbox(alpha_only=False) is None


@pytest.mark.parametrize("image_format", ["JPEG", "WEBP"])
@pytest.mark.parametrize("path", PICTURES[:3], ids=lambda path: path.stem)
def test_writing_a_lossy_picture_anew_is_not_visible(image_format: str, path: Path) -> None:
    """Above 40 dB of peak signal to noise, two pictures side by side look the same to nearly everyone."""
    sent = encoded(Image.open(path).convert("RGB"), image_format, quality=90)

    kept = opened(prepared(sent).data).convert("RGB")

    squares = ImageStat.Stat(ImageChops.difference(kept, opened(sent).convert("RGB"))).rms
    mean_square = sum(value**2 for value in squares) / 3
    assert mean_square < 255**2 / 10**4


@pytest.mark.parametrize("image_format", ["AVIF", "HEIF", "GIF", "TIFF", "BMP", "ICO"])
def test_a_format_that_no_model_makes_is_refused(image_format: str) -> None:
    with pytest.raises(ImageError) as refusal:
        prepared(image_file(image_format))
    assert refusal.value.code == ErrorCode.UNSUPPORTED_IMAGE


def test_a_small_picture_has_a_thumbnail_of_its_own_size() -> None:
    assert opened(prepared(image_file("PNG", (200, 100))).thumbnail).size == (200, 100)


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
def test_photo_F1_F2_an_output_looks_as_a_photo_of_the_same_file_does(image_format: str) -> None:
    """One decoder with one set of rules; tests/e2e/test_photo_corpus.py judges photos."""
    cases = [case for case in pairwise_cases() if case.format == image_format and case.state in INTACT]
    for case in cases:
        file = file_of(case)
        output, photo = opened(prepared(file).data).convert("RGBA"), opened(photos.prepare(file, PHOTO).data)
        on_white = Image.alpha_composite(Image.new("RGBA", output.size, "white"), output).convert("RGB")
        assert output.size == photo.size, case
        # Of whole fields: at their edges our JPEG is not exact.
        difference = ImageChops.difference(on_white, photo).resize((4, 4), Image.Resampling.BOX)
        assert max(max(band.tobytes()) for band in difference.split()) < 7, case
    assert len(cases) > 20
