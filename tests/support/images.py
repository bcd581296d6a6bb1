"""Image files as strangers send them: made by encoders, or byte by byte where no encoder makes such a thing."""

import struct
import zlib
from collections.abc import Iterable
from io import BytesIO
from typing import Any

import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"


def encoded(image: Image.Image, image_format: str, **options: Any) -> bytes:
    """The file that Pillow, or pillow-heif for HEIF, makes of an image."""
    data = BytesIO()
    image.save(data, image_format, **options)
    return data.getvalue()


def image_file(image_format: str = "JPEG", size: tuple[int, int] = (64, 48), **options: Any) -> bytes:
    """A file with a grey gradient, so that cutting it anywhere loses something; `options` are those of the encoder."""
    return encoded(Image.radial_gradient("L").resize(size).convert("RGB"), image_format, **options)


def quadrants(width: int = 48, height: int = 32) -> Image.Image:
    """Red and green above, blue and white below: any turn or mirror image shows."""
    image = Image.new("RGB", (width, height), "white")
    image.paste("red", (0, 0, width // 2, height // 2))
    image.paste("lime", (width // 2, 0, width, height // 2))
    image.paste("blue", (0, height // 2, width // 2, height))
    return image


def png_chunk(name: bytes, data: bytes) -> bytes:
    """A PNG chunk with a right checksum."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_of_size(width: int, height: int) -> bytes:
    """A PNG that promises 8-bit RGB of this size in its header and holds next to nothing."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    content = png_chunk(b"IDAT", zlib.compress(bytes(1000)))
    return PNG_SIGNATURE + png_chunk(b"IHDR", header) + content + PNG_END


def jpeg_of_size(width: int, height: int) -> bytes:
    """A JPEG whose frame header (SOF0) promises this size."""
    data = bytearray(image_file("JPEG"))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def boxed_of_size(image_format: str, width: int, height: int) -> bytes:
    """An AVIF or HEIF whose `ispe` properties promise this size."""
    data = bytearray(image_file(image_format, (64, 64)))
    at = data.find(b"ispe")
    assert at > 0
    while at > 0:
        data[at + 8 : at + 16] = struct.pack(">II", width, height)
        at = data.find(b"ispe", at + 1)
    return bytes(data)


def heif_of_brands(heif: bytes, major: bytes, compatible: bytes) -> bytes:
    """The HEIF with another main brand, and one other brand in every place of the compatible ones."""
    end = int.from_bytes(heif[:4])
    return heif[:8] + major + heif[12:16] + compatible * ((end - 16) // 4) + heif[end:]


def webp_chunk(name: bytes, data: bytes) -> bytes:
    """A RIFF chunk, padded to an even length."""
    return name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def webp_canvas(width: int, height: int, chunks: bytes, *, animated: bool) -> bytes:
    """An extended WebP (VP8X) with this canvas."""
    size = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    body = b"WEBP" + webp_chunk(b"VP8X", struct.pack("<I", 2 if animated else 0) + size) + chunks
    return b"RIFF" + struct.pack("<I", len(body)) + body


def webp_animation(frames: int, width: int = 1, height: int = 1) -> bytes:
    """Frames of one pixel on a canvas of this size."""
    pixel = image_file("WEBP", (1, 1), lossless=True)[12:]
    frame = webp_chunk(b"ANMF", bytes(12) + b"\x0a\x00\x00\x00" + pixel)
    return webp_canvas(width, height, webp_chunk(b"ANIM", bytes(6)) + frame * frames, animated=True)


def png_animation(frames: int) -> bytes:
    """An APNG with frames of one pixel."""
    still = image_file("PNG", (1, 1))
    pixel = zlib.compress(bytes(4))
    pieces = [still[:33], png_chunk(b"acTL", struct.pack(">II", frames, 0))]
    for number in range(frames):
        control = struct.pack(">IIIIIHHBB", max(0, 2 * number - 1), 1, 1, 0, 0, 1, 10, 0, 0)
        content = png_chunk(b"fdAT", struct.pack(">I", 2 * number) + pixel) if number else png_chunk(b"IDAT", pixel)
        pieces += [png_chunk(b"fcTL", control), content]
    return b"".join([*pieces, PNG_END])


def gif_animation(frames: int) -> bytes:
    """A GIF with frames of one pixel."""
    frame = b"!\xf9\x04\x00\x0a\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00"
    return b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff" + frame * frames + b";"


def jpeg_with_segments(jpeg: bytes, segments: Iterable[tuple[int, bytes]]) -> bytes:
    """The JPEG with segments (number of the marker, content) put behind its start."""
    extra = b"".join(bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data for marker, data in segments)
    return jpeg[:2] + extra + jpeg[2:]


def jpeg_of_many_scans(size: tuple[int, int], scans: int) -> bytes:
    """A progressive JPEG that orders its last pass over the whole picture again and again."""
    whole = encoded(Image.new("RGB", size), "JPEG", progressive=True)
    last = whole.rindex(b"\xff\xda")
    return whole[:-2] + whole[last:-2] * scans + whole[-2:]


# CIE XYZ of the white of the connection space (ICC.1:2022, 7.2.16).
D50 = (0.9642, 1.0, 0.8249)


def display_p3() -> bytes:
    """An ICC profile of Display P3 (https://www.color.org/chardata/rgb/DisplayP3.xalter): the curve is sRGB's."""
    curve = b"para" + bytes(4) + struct.pack(">HH", 3, 0) + _fixed(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    columns = ((0.51512, 0.2412, -0.00105), (0.29198, 0.69225, 0.04189), (0.1571, 0.06657, 0.78407))
    return _rgb_profile("Display P3", columns, curve)


def adobe_rgb() -> bytes:
    """An ICC profile of Adobe RGB (1998) (https://www.adobe.com/digitalimag/adobergb.html): a gamma of 563/256."""
    columns = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
    return _rgb_profile("Adobe RGB (1998)", columns, _power(563 / 256))


def grey_gamma(gamma: float) -> bytes:
    """An ICC profile of grey: white is D50, light is this power of the values (ICC.1:2022, 8.3.3)."""
    return _profile(b"GRAY", {b"wtpt": _xyz(*D50), b"kTRC": _power(gamma)})


def _rgb_profile(name: str, columns: tuple[tuple[float, float, float], ...], curve: bytes) -> bytes:
    """A matrix of primaries at D50 and one curve."""
    text = name.encode("utf-16-be")
    description = b"mluc" + bytes(4) + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(text), 28) + text
    tags = {b"desc": description, b"wtpt": _xyz(*D50)}
    tags |= {tag: _xyz(*column) for tag, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, strict=True)}
    return _profile(b"RGB ", tags | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve))


def _profile(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    """An ICC profile for a display (ICC.1:2010, 7)."""
    start, table, contents = 132 + 12 * len(tags), b"", b""
    for tag, content in tags.items():
        table += tag + struct.pack(">II", start + len(contents), len(content))
        contents += content + bytes(-len(content) % 4)
    size, version = start + len(contents), 0x04300000
    header = struct.pack(">I4xI4s4s4s12x4s28x", size, version, b"mntr", space, b"XYZ ", b"acsp")
    return header + _fixed(*D50) + bytes(48) + struct.pack(">I", len(tags)) + table + contents


def _fixed(*numbers: float) -> bytes:
    return struct.pack(f">{len(numbers)}i", *(round(number * 65536) for number in numbers))


def _xyz(*numbers: float) -> bytes:
    return b"XYZ " + bytes(4) + _fixed(*numbers)


def _power(gamma: float) -> bytes:
    """A curve of one exponent, as eight bits and eight behind the point."""
    return b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256))
