"""From untrusted bytes to plain pixels. Runs in the worker process only: it sets process-wide limits of Pillow.

Formats are told by their bytes and come from a fixed list; size, pixels and animation are judged from the header,
before a decoder allocates anything. Nothing but pixels leaves: what is stored later was written by our own encoder, so
metadata, trailing bytes and second meanings of a file (polyglots) do not survive.
"""

import warnings
from io import BytesIO
from math import ceil
from typing import Any, Final, NamedTuple

from PIL import (
    ExifTags,
    Image,
    ImageChops,
    ImageCms,
    ImageFile,
    ImageMath,
    UnidentifiedImageError,
    WebPImagePlugin,  # noqa: F401 - registers the format  # pyright: ignore[reportUnusedImport]
)
from PIL.Image import Transpose

from libs.errors import ErrorCode
from libs.services.media.imaging.color_boxes import cicp_codes
from libs.services.media.imaging.color_spaces import cicp_profile
from libs.services.media.imaging.contracts import ImageError
from libs.services.media.imaging.jpeg_end import lacks_end, with_end
from libs.services.media.imaging.jpeg_scans import has_more_scans
from libs.services.media.imaging.png_chunks import read_png

# Pillow registers its formats when it first opens a file; we read their signatures before that. Not all forty, with
# Image.init(): that would take a worker a quarter longer to start.
Image.preinit()

# Half of the rows of a strip are never worth a second pass over the picture; 256 reduced rows stay below 30 MB.
STRIP_ROWS: Final = 256
# Encoders write up to about 20 scans: libjpeg 10, mozjpeg some more. Each is a pass over all pixels.
MAX_SCANS: Final = 64
# Profiles of displays have 0.5–3 kB, of printing presses up to 3 MB. Larger ones only cost time.
MAX_PROFILE_BYTES: Final = 4 * 1024 * 1024
# A HEIF file of these brands is an image sequence (ISO/IEC 23008-12, 7.2.3 and B.4), unless it names one of a still
# picture too: then it has a primary picture, which viewers show (10.2.1.1).
HEIF_SEQUENCE_BRANDS: Final = {b"msf1", b"hevc", b"hevx", b"hevm", b"hevs"}
HEIF_STILL_BRANDS: Final = {b"mif1", b"heic", b"heix"}
# MPO is a JPEG with further images after it (depth, gain map, the other eye); HEIF may hold alternatives too.
# Their primary picture is the photo; in any other format several pictures are an animation.
ALBUM_FORMATS: Final = {"MPO", "HEIF"}

# EXIF orientation (TIFF 6.0, tag 274) to what sets the picture upright.
UPRIGHT: Final = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
SIDEWAYS: Final = {5, 6, 7, 8}

# The colour space of an ICC profile and where it stands (ICC.1:2022, 7.2.6).
PROFILE_SPACE: Final = slice(16, 20)


class Still(NamedTuple):
    """An image whose header was read: its EXIF orientation (1 to 8), and the ICC profile of its colours if not sRGB."""

    image: ImageFile.ImageFile
    orientation: int
    profile: bytes | None


def open_still(data: bytes, formats: tuple[str, ...], max_bytes: int, max_pixels: int) -> Still:
    """Read the header. Raises ImageError unless it is one still picture of these formats within the bounds."""
    if len(data) > max_bytes:
        raise ImageError(ErrorCode.UPLOAD_TOO_LARGE, "bytes", {"limit_bytes": max_bytes, "actual_bytes": len(data)})
    if not any(_looks_like(name, data) for name in formats):
        raise ImageError(ErrorCode.UNSUPPORTED_IMAGE, "signature")
    if _is_heif_sequence(data):
        raise ImageError(ErrorCode.ANIMATED_IMAGE, "brand")
    # Pillow checks the size between header and decoder, and only warns up to twice this number.
    Image.MAX_IMAGE_PIXELS = max_pixels
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    png = read_png(data, MAX_PROFILE_BYTES) if _looks_like("PNG", data) else None
    try:
        image = Image.open(BytesIO(png.plain if png else data), formats=formats)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise ImageError(ErrorCode.TOO_MANY_PIXELS, "header", {"limit_pixels": max_pixels}) from error
    except UnidentifiedImageError as error:
        raise ImageError(ErrorCode.UNREADABLE_IMAGE, "header") from error
    if _is_animated(image):
        raise ImageError(ErrorCode.ANIMATED_IMAGE, image.format or "")
    if image.format in {"JPEG", "MPO"} and has_more_scans(data, MAX_SCANS):
        raise ImageError(ErrorCode.IMAGE_TOO_SLOW, "scans")
    if image.format == "JPEG" and lacks_end(data):
        image = Image.open(BytesIO(with_end(data)), formats=formats)
    if png:
        return Still(image, _orientation(png.exif), png.profile)
    return Still(image, _orientation(image.info.get("exif")), _profile(image, data))


def upright_size(still: Still) -> tuple[int, int]:
    """Width and height as a person sees the picture. Call it before `decode`, which may change them."""
    width, height = still.image.size
    return (height, width) if still.orientation in SIDEWAYS else (width, height)


def decode(still: Still, longest_side: int | None = None) -> Image.Image:
    """The pixels, up to `longest_side`: upright, sRGB, mode RGB, or RGBA when any are transparent. No metadata."""
    image, orientation, profile = still
    scale = min(1.0, longest_side / max(image.size)) if longest_side else 1.0
    width, height = (max(1, round(side * scale)) for side in image.size)
    # JPEG decodes to a half, a quarter or an eighth at a fraction of time and memory. Twice the wanted size is left
    # for a good filter, as Image.thumbnail does it.
    if scale < 1:
        image.draft(None, (2 * width, 2 * height))
    image.load()
    pixels = _shrunk(image, (width, height))
    # Not by truth: FLIP_LEFT_RIGHT is 0.
    if orientation in UPRIGHT:
        pixels = pixels.transpose(UPRIGHT[orientation])
    alpha = pixels.getchannel("A") if pixels.mode == "RGBA" else None
    pixels = _in_srgb(pixels.convert("RGB") if alpha else pixels, profile)
    if alpha and alpha.getextrema() != (255, 255):
        pixels.putalpha(alpha)
    # Encoders would write the comments and profiles in here.
    pixels.info = {}
    return pixels


def _looks_like(name: str, data: bytes) -> bool:
    _, accepts = Image.OPEN[name]
    return accepts is not None and accepts(data[:16]) is True


def _is_animated(image: ImageFile.ImageFile) -> bool:
    return image.format not in ALBUM_FORMATS and getattr(image, "is_animated", False)


def _is_heif_sequence(data: bytes) -> bool:
    if data[4:8] != b"ftyp" or data[8:12] not in HEIF_SEQUENCE_BRANDS:
        return False
    end = min(int.from_bytes(data[:4]), len(data))
    return all(data[at : at + 4] not in HEIF_STILL_BRANDS for at in range(16, end, 4))


def _profile(image: ImageFile.ImageFile, data: bytes) -> bytes | None:
    """ICC first, as AVIF (2.2.1) and HEIF have it; then what is stated in numbers."""
    embedded = image.info.get("icc_profile")
    if isinstance(embedded, bytes) and 0 < len(embedded) <= MAX_PROFILE_BYTES:
        return embedded
    codes = cicp_codes(data) if image.format == "AVIF" else None
    stated: dict[str, Any] | None = image.info.get("nclx_profile")
    if stated:
        codes = stated["color_primaries"], stated["transfer_characteristics"]
    return cicp_profile(*codes, rec709_is_srgb=True) if codes else None


def _orientation(exif: object) -> int:
    """Of an EXIF block. XMP may state another one, which browsers do not follow."""
    if not isinstance(exif, bytes):
        return 1
    block = Image.Exif()
    try:
        block.load(exif)
        return block.get(ExifTags.Base.Orientation, 1)
    except Exception:  # noqa: BLE001 - broken metadata fails in any way and must not cost a person the photo
        return 1


def _shrunk(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The image in a plain mode and at a size, in strips: a copy of 64 megapixels in RGBA alone would be 256 MB."""
    mode = _plain_mode(image)
    # To between twice and three times the size by averaging, the rest by a better filter.
    factor = max(1, min(image.width // (2 * size[0]), image.height // (2 * size[1])))
    if factor == 1 and image.size == size:
        return _to_plain(image, mode)
    reduced = Image.new(mode, (ceil(image.width / factor), ceil(image.height / factor)))
    for top in range(0, image.height, STRIP_ROWS * factor):
        strip = image.crop((0, top, image.width, min(top + STRIP_ROWS * factor, image.height)))
        reduced.paste(_to_plain(strip, mode).reduce(factor), (0, top // factor))
    # The last averaged column and row may stand for less than `factor` pixels.
    box = (0.0, 0.0, image.width / factor, image.height / factor)
    return reduced.resize(size, Image.Resampling.LANCZOS, box)


def _plain_mode(image: Image.Image) -> str:
    if image.mode == "CMYK":
        return "CMYK"
    if image.has_transparency_data:
        return "RGBA"
    return "L" if image.mode in {"1", "L", "I;16"} else "RGB"


def _to_plain(image: Image.Image, mode: str) -> Image.Image:
    if image.mode != "I;16":
        return image.convert(mode)
    # convert() clips 16-bit grey to its lowest 256 values.
    grey = image.point(lambda value: value * (1 / 256)).convert("L")
    if mode != "RGBA":
        return grey.convert(mode)
    clear = image.info["transparency"]
    opaque = ImageMath.lambda_eval(lambda bands: (bands["image"] != clear) * 255, image=image.convert("I")).convert("L")
    return Image.merge("RGBA", (grey, grey, grey, opaque))


def _is_grey(pixels: Image.Image) -> bool:
    red, green, blue = pixels.split()
    return all(ImageChops.difference(red, other).getbbox() is None for other in (green, blue))


def _for_profile(pixels: Image.Image, space: bytes) -> Image.Image | None:
    """The pixels as a profile of this color space takes them; None when it is one for other pixels, as some files have.

    Browsers go on without such a profile.
    """
    if space == b"RGB ":
        return None if pixels.mode == "CMYK" else pixels.convert("RGB")
    if space == b"GRAY" and pixels.mode == "RGB":
        # Grey that had transparency beside it, or comes out of an AVIF.
        return pixels.getchannel("R") if _is_grey(pixels) else None
    return pixels


def _in_srgb(pixels: Image.Image, profile: bytes | None) -> Image.Image:
    fitting = _for_profile(pixels, profile[PROFILE_SPACE]) if profile else None
    if profile is None or fitting is None:
        return pixels.convert("RGB")
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        target = ImageCms.createProfile("sRGB")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        converted = ImageCms.profileToProfile(fitting, source, target, outputMode="RGB")  # pyright: ignore[reportUnknownArgumentType]
    except (ImageCms.PyCMSError, OSError):
        # Broken, or for pixels of no kind that we know.
        return pixels.convert("RGB")
    assert converted is not None
    return converted
