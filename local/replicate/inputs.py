"""Fetches the photo that a request names, within limits."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

import httpx

PHOTO_FIELDS = ("image", "control_image", "image_prompt")

MAX_BYTES = 50 * 1024 * 1024
FETCH_TIMEOUT = 20.0
"""Seconds."""


class InputError(Exception):
    """The photo could not be fetched; the prediction fails with this sentence."""


def photo_url(values: Mapping[str, Any]) -> str | None:
    """The one field of the input that holds a photo, whichever the model calls it."""
    return next((values[name] for name in PHOTO_FIELDS if values.get(name)), None)


async def fetch_photo(client: httpx.AsyncClient, url: str) -> bytes:
    """Raise InputError when the address does not give at most 50 MB with status 200."""
    if url.startswith("data:"):
        return _decode_data_uri(url)
    content = bytearray()
    try:
        async with client.stream("GET", url, timeout=FETCH_TIMEOUT) as answer:
            if answer.status_code != 200:
                raise InputError(f"Input validation error: image could not be downloaded ({answer.status_code})")
            async for chunk in answer.aiter_bytes():
                content += chunk
                if len(content) > MAX_BYTES:
                    raise InputError("Input validation error: image is larger than 50 MB")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise InputError(f"Input validation error: image could not be downloaded ({type(error).__name__})") from error
    return bytes(content)


def _decode_data_uri(uri: str) -> bytes:
    header, _, payload = uri.partition(",")
    raw = unquote_to_bytes(payload)
    if not header.endswith(";base64"):
        return raw
    try:
        return base64.b64decode(raw, validate=True)
    except binascii.Error as error:
        raise InputError("Input validation error: image is not a valid data URI") from error
