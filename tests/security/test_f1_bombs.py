"""F1: a file that is small to send and vast, endless or foreign to decode. What its header tells is refused by its
header, before anything is decoded; memory is measured on the worker process."""

import zlib
from collections.abc import Callable, Iterator

import pytest
from PIL import Image

from libs.app_config.runtime import LIMITS
from libs.errors import ErrorCode
from libs.services.media.imaging import outputs, photos
from libs.services.media.imaging.contracts import ImageError, PreparedOutput, PreparedPhoto, Refusal
from tests.support.images import (
    boxed_of_size,
    encoded,
    gif_animation,
    heif_of_brands,
    image_file,
    jpeg_of_size,
    png_animation,
    png_chunk,
    png_of_size,
    webp_animation,
    webp_canvas,
)
from tests.support.processes.image_worker import OUTPUT, PHOTO, measured, reused_worker

# In MB. A worker that has decoded nothing holds 32.
IDLE = 60
FRAMES = 10_000

CodeOf = Callable[[bytes], ErrorCode | None]

HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 50000 50000\n%%EndComments\nshowpage\n"
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"


@pytest.fixture(scope="module")
def code_of() -> Iterator[CodeOf]:
    """Why a photo is refused, or None."""
    with reused_worker(PHOTO) as worker:

        def code_of(data: bytes) -> ErrorCode | None:
            answer = worker.answer(data)
            return answer.code if isinstance(answer, Refusal) else None

        yield code_of


VAST: dict[str, Callable[[], bytes]] = {
    "PNG": lambda: png_of_size(50_000, 50_000),
    "PNG of the largest sides": lambda: png_of_size(2**31 - 1, 2**31 - 1),
    "JPEG": lambda: jpeg_of_size(65_500, 65_500),
    "WebP": lambda: webp_canvas(16_383, 16_383, image_file("WEBP", (1, 1))[12:], animated=False),
    "animated WebP": lambda: webp_animation(2, 16_383, 16_383),
    "HEIF": lambda: boxed_of_size("HEIF", 50_000, 50_000),
    "AVIF": lambda: boxed_of_size("AVIF", 16_000, 16_000),
}


@pytest.mark.parametrize("bomb", VAST.values(), ids=VAST)
def test_F1_a_vast_picture_is_refused_before_it_is_decoded(bomb: Callable[[], bytes]) -> None:
    data = bomb()
    assert len(data) < 5000

    answer, memory = measured(PHOTO, data)

    assert isinstance(answer, Refusal)
    assert (answer.code, answer.details) == (ErrorCode.TOO_MANY_PIXELS, {"limit_pixels": LIMITS.upload_pixels})
    assert memory < IDLE


LARGEST: dict[str, tuple[Callable[[], bytes], int]] = {
    "JPEG": (lambda: encoded(Image.new("L", (9000, 7000)), "JPEG"), 100),
    "PNG": (lambda: encoded(Image.new("RGB", (9000, 7000)), "PNG", compress_level=1), 430),
    "WebP": (lambda: encoded(Image.new("RGB", (9000, 7000)), "WEBP", quality=1, method=0), 1100),
}


@pytest.mark.parametrize(("photo", "bound"), LARGEST.values(), ids=LARGEST)
def test_F1_a_photo_of_63_megapixels_is_prepared_in_bounded_memory(photo: Callable[[], bytes], bound: int) -> None:
    answer, memory = measured(PHOTO, photo())

    assert isinstance(answer, PreparedPhoto)
    assert (answer.original_width, answer.original_height) == (9000, 7000)
    assert IDLE < memory < bound


@pytest.mark.parametrize("of_size", [png_of_size, jpeg_of_size])
def test_F1_one_row_more_than_64_megapixels_is_refused(of_size: Callable[[int, int], bytes], code_of: CodeOf) -> None:
    assert code_of(of_size(8000, 8001)) == ErrorCode.TOO_MANY_PIXELS
    assert code_of(of_size(13_000, 5000)) == ErrorCode.TOO_MANY_PIXELS
    # Their pixels are missing: the decoder makes of that what it likes.
    assert code_of(of_size(8000, 8000)) != ErrorCode.TOO_MANY_PIXELS


def test_F1_a_picture_of_a_model_has_a_tighter_bound() -> None:
    vast, memory = measured(OUTPUT, png_of_size(4097, 4096))
    fits, _ = measured(OUTPUT, encoded(Image.new("L", (4096, 4096)), "PNG"))

    assert isinstance(vast, Refusal)
    assert vast.code == ErrorCode.TOO_MANY_PIXELS
    assert memory < IDLE
    assert isinstance(fits, PreparedOutput)
    assert (fits.width, fits.height) == (4096, 4096)


ANIMATIONS: dict[str, tuple[Callable[[int], bytes], ErrorCode]] = {
    "GIF": (gif_animation, ErrorCode.UNSUPPORTED_IMAGE),
    "WebP": (webp_animation, ErrorCode.ANIMATED_IMAGE),
    "APNG": (png_animation, ErrorCode.ANIMATED_IMAGE),
}


@pytest.mark.parametrize(("animation", "code"), ANIMATIONS.values(), ids=ANIMATIONS)
def test_F1_an_animation_of_ten_thousand_frames_is_refused_by_its_header(
    animation: Callable[[int], bytes], code: ErrorCode
) -> None:
    for task in (PHOTO, OUTPUT):
        answer, memory = measured(task, animation(FRAMES))
        assert isinstance(answer, Refusal)
        assert answer.code == code
        assert memory < IDLE


@pytest.mark.parametrize("image_format", ["AVIF", "HEIF"])
def test_F1_a_sequence_of_pictures_is_refused(image_format: str, code_of: CodeOf) -> None:
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue")]
    sequence = encoded(frames[0], image_format, save_all=True, append_images=frames[1:])
    if image_format == "HEIF":
        # pillow-heif writes an album, whose first picture is the photo; a sequence says so in its brand.
        assert code_of(sequence) is None
        sequence = heif_of_brands(sequence, major=b"msf1", compatible=b"msf1")

    assert code_of(sequence) == ErrorCode.ANIMATED_IMAGE
    assert code_of(encoded(frames[0], image_format)) is None


FOREIGN: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "one byte": lambda: b"\xff",
    "text": lambda: b"a photo of a house",
    "HTML": lambda: HTML,
    "SVG": lambda: SVG,
    "EPS": lambda: EPS,
    "PDF": lambda: PDF,
    "TIFF": lambda: image_file("TIFF"),
    "BMP": lambda: image_file("BMP"),
    "GIF": lambda: image_file("GIF"),
    "ICO": lambda: image_file("ICO"),
    "JPEG 2000": lambda: image_file("JPEG2000"),
    "a JPEG behind a byte": lambda: b" " + image_file("JPEG"),
    "a video": lambda: b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(500),
}


@pytest.mark.parametrize("foreign", FOREIGN.values(), ids=FOREIGN)
def test_F1_what_is_no_photo_is_unsupported(foreign: Callable[[], bytes]) -> None:
    with pytest.raises(ImageError) as of_photo:
        photos.prepare(foreign(), PHOTO)
    with pytest.raises(ImageError) as of_output:
        outputs.prepare(foreign(), OUTPUT)
    assert of_photo.value.code == of_output.value.code == ErrorCode.UNSUPPORTED_IMAGE


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_F1_a_photo_that_was_cut_short_is_refused(image_format: str, code_of: CodeOf) -> None:
    whole = image_file(image_format, (300, 200))
    assert code_of(whole) is None
    for kept in (0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.97):
        assert code_of(whole[: int(len(whole) * kept)]) in {ErrorCode.UNREADABLE_IMAGE, ErrorCode.UNSUPPORTED_IMAGE}


def test_F1_a_file_is_weighed_before_it_is_looked_at(code_of: CodeOf) -> None:
    whole = image_file("JPEG")
    heavy = whole + bytes(LIMITS.upload_bytes - len(whole))

    assert code_of(heavy) is None
    with pytest.raises(ImageError) as refusal:
        photos.prepare(heavy + b"\x00", PHOTO)

    assert refusal.value.code == ErrorCode.UPLOAD_TOO_LARGE
    assert refusal.value.details == {"limit_bytes": LIMITS.upload_bytes, "actual_bytes": LIMITS.upload_bytes + 1}


@pytest.mark.parametrize("chunk", [b"zTXt", b"iTXt", b"iCCP"])
def test_F1_a_chunk_that_unpacks_to_much_more_is_not_unpacked(chunk: bytes, code_of: CodeOf) -> None:
    """A thousand to one is what zlib reaches; a hundred megabytes are enough to see whether anything unpacks them."""
    packed = zlib.compress(bytes(100_000_000), 1)
    before = {b"zTXt": b"Comment\x00\x00", b"iTXt": b"Comment\x00\x01\x00\x00\x00", b"iCCP": b"profile\x00\x00"}[chunk]
    still = image_file("PNG")

    answer, memory = measured(PHOTO, still[:33] + png_chunk(chunk, before + packed) * 3 + still[33:])

    # It is left out, as browsers do it: the picture is as good without.
    assert isinstance(answer, PreparedPhoto)
    assert memory < IDLE
    assert code_of(still[:33] + png_chunk(chunk, before + zlib.compress(b"dusk")) + still[33:]) is None
