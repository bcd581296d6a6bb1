"""The recipe in a downloaded file: what made the picture, as an XMP packet beside the unchanged image data.

XMP packets: ISO 16684-1. Where they go: JPEG APP1 and PNG iTXt by the XMP specification part 3, WebP by the container's
own specification (RFC 9649).
"""

import struct
import zlib
from typing import Any, Final
from uuid import UUID
from xml.sax.saxutils import quoteattr

import msgspec

NAMESPACE: Final = "https://maquette.app/ns/recipe/1.0/"
JPEG_XMP: Final = b"http://ns.adobe.com/xap/1.0/\x00"
# A JPEG segment's length is two bytes and counts itself.
JPEG_SEGMENT_BYTES: Final = 65_533

WEBP_XMP_FLAG: Final = 0x04
WEBP_ALPHA_FLAG: Final = 0x10


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """What made a picture; `settings` are those of the preset."""

    render_id: UUID
    variant: int
    preset_id: str
    prompt: str
    settings: dict[str, Any]
    seed: int


def with_recipe(data: bytes, mime: str, recipe: Recipe) -> bytes:
    """The same picture with its recipe; without it where it does not fit. `data` is a stored JPEG, PNG or WebP."""
    packet = _packet(recipe)
    match mime:
        case "image/jpeg":
            segment = JPEG_XMP + packet
            if len(segment) > JPEG_SEGMENT_BYTES:
                return data
            at = _after_jfif(data)
            return data[:at] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + data[at:]
        case "image/png":
            # After the signature (8 bytes) and IHDR (25 bytes), which must be first.
            return data[:33] + _png_chunk(b"iTXt", b"XML:com.adobe.xmp\x00\x00\x00\x00\x00" + packet) + data[33:]
        case "image/webp":
            return _webp_with_xmp(data, packet)
        case _:
            return data


def _packet(recipe: Recipe) -> bytes:
    text = msgspec.json.encode(recipe, order="deterministic").decode()
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" xmlns:maquette="{NAMESPACE}" maquette:recipe={quoteattr(text)}/>'
        '</rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    ).encode()


def _after_jfif(data: bytes) -> int:
    """The offset after the start marker and the JFIF segment, which must be first where there is one."""
    if data[2:4] != b"\xff\xe0":
        return 2
    (size,) = struct.unpack_from(">H", data, 4)
    return 4 + size


def _png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _webp_with_xmp(data: bytes, packet: bytes) -> bytes:
    chunks = list(_webp_chunks(data))
    kind, content = chunks[0]
    if kind == b"VP8X":
        header = bytes([content[0] | WEBP_XMP_FLAG]) + content[1:]
        chunks[0] = (b"VP8X", header)
    else:
        width, height, alpha = _webp_size(kind, content)
        flags = WEBP_XMP_FLAG | (WEBP_ALPHA_FLAG if alpha else 0)
        header = struct.pack("<I", flags) + struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
        chunks.insert(0, (b"VP8X", header))
    body = b"WEBP" + b"".join(_webp_chunk(*chunk) for chunk in [*chunks, (b"XMP ", packet)])
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _webp_chunk(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("<I", len(content)) + content + b"\x00" * (len(content) % 2)


def _webp_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    chunks: list[tuple[bytes, bytes]] = []
    at = 12
    while at + 8 <= len(data):
        (size,) = struct.unpack_from("<I", data, at + 4)
        chunks.append((data[at : at + 4], data[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    return chunks


def _webp_size(kind: bytes, content: bytes) -> tuple[int, int, bool]:
    """Width and height in pixels, and whether there is transparency, from the chunk of a simple file."""
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", content, 1)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, bool(bits >> 28 & 1)
    width, height = struct.unpack_from("<HH", content, 6)
    return width & 0x3FFF, height & 0x3FFF, False
