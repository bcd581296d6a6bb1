"""Fetches outputs from Replicate's own hosts only; the size of a response and the time it takes are bounded.

The address comes in a signed delivery and is treated as hostile all the same: an exact host allow-list, https, no
redirects, no credentials, no ports, no address of a private network however a name resolves (SSRF, OWASP).
"""

import asyncio
from ipaddress import ip_address
from socket import AddressFamily
from typing import Any, Final, cast
from urllib.parse import SplitResult, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from libs.app_config.runtime import LIMITS
from libs.app_config.settings import is_loopback
from libs.errors import UpstreamError

# https://replicate.com/docs/topics/predictions/output-files
HOSTED_DOMAIN: Final = "replicate.delivery"
MAX_URL_CHARACTERS: Final = 2048
CHUNK_BYTES: Final = 65_536
CONNECTIONS: Final = 16
# Gone for good: Replicate deletes outputs after an hour.
GONE_STATUSES: Final = frozenset({403, 404, 410})


class OutputGone(Exception):
    """Replicate no longer has the output."""


class OutputRefused(Exception):
    """The address is not allowed, or the response is not an output. Another attempt changes nothing."""


class OutputUnavailable(UpstreamError):
    """The output cannot be fetched now; a later delivery may succeed."""


def output_urls(output: Any, limit: int) -> list[str]:  # noqa: ANN401 - JSON of the provider
    """The addresses in a prediction's `output`: one string, or a flat list of at most `limit`. Raises OutputRefused."""
    urls = cast("list[Any]", [output] if isinstance(output, str) else output if isinstance(output, list) else [])
    if not 1 <= len(urls) <= limit:
        raise OutputRefused(f"not one to {limit} addresses")
    if not all(isinstance(url, str) for url in urls):
        raise OutputRefused("an address that is not text")
    return urls


class OutputFetcher:
    """One per process; close it with `aclose`."""

    def __init__(self, local_origin: str | None) -> None:
        """`local_origin` is the local Replicate's scheme, host and port, the one exception; None when hosted."""
        self._local_origin = local_origin
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=CONNECTIONS,
                resolver=None if local_origin else PublicResolver(),
                # Without a cache each connection goes to the address that was just checked.
                use_dns_cache=False,
            ),
            timeout=aiohttp.ClientTimeout(total=LIMITS.output_seconds, connect=5),
            headers={"Accept-Encoding": "identity"},
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    @classmethod
    def for_provider(cls, api_url: str) -> "OutputFetcher":
        """The fetcher for a Replicate whose API has this address, hosted or local."""
        parts = urlsplit(api_url)
        return cls(f"{parts.scheme}://{parts.netloc}" if is_loopback(api_url) else None)

    async def fetch(self, url: str) -> bytes:
        """The bytes of an output. Raises OutputRefused, OutputGone or OutputUnavailable."""
        self._check(url)
        try:
            async with self._session.get(url, allow_redirects=False) as response:
                if response.status in GONE_STATUSES:
                    raise OutputGone
                if response.status >= 500 or response.status == 429:
                    raise OutputUnavailable(status=response.status)
                if response.status != 200:
                    raise OutputRefused(f"status {response.status}")
                if response.headers.get("Content-Encoding", "identity").lower() != "identity":
                    raise OutputRefused("compressed")
                return await _read(response)
        except RefusedAddressError as error:
            raise OutputRefused("address of a private network") from error
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, RefusedAddressError):
                raise OutputRefused("address of a private network") from error
            raise OutputUnavailable from error
        except (aiohttp.InvalidURL, ValueError) as error:
            raise OutputRefused("no usable address") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise OutputUnavailable from error

    async def aclose(self) -> None:
        """Close every pooled connection."""
        await self._session.close()

    def _check(self, url: str) -> None:
        parts = _split(url)
        if self._local_origin is not None and f"{parts.scheme}://{parts.netloc}" == self._local_origin:
            return
        host = parts.hostname or ""
        if (
            parts.scheme != "https"
            or parts.netloc != host
            or not (host == HOSTED_DOMAIN or host.endswith(f".{HOSTED_DOMAIN}"))
        ):
            raise OutputRefused("host is not the provider's")


def _split(url: str) -> SplitResult:
    if len(url) > MAX_URL_CHARACTERS or not url.isascii() or not url.isprintable() or "\\" in url or " " in url:
        raise OutputRefused("no usable address")
    try:
        return urlsplit(url)
    except ValueError as error:
        raise OutputRefused("no usable address") from error


async def _read(response: aiohttp.ClientResponse) -> bytes:
    data = bytearray()
    async for chunk in response.content.iter_chunked(CHUNK_BYTES):
        data += chunk
        if len(data) > LIMITS.output_bytes:
            raise OutputRefused(f"more than {LIMITS.output_bytes} bytes")
    return bytes(data)


class RefusedAddressError(OSError):
    """A host name that resolves to an address which is not public."""


class PublicResolver(AbstractResolver):
    """Resolves names to public addresses only: DNS rebinding cannot reach a private network."""

    def __init__(self) -> None:
        self._resolver = ThreadedResolver(loop=asyncio.get_running_loop())

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AddressFamily.AF_INET
    ) -> list[ResolveResult]:
        """Addresses of a name. Raises RefusedAddressError when any is not public."""
        found = await self._resolver.resolve(host, port, family)
        if not all(ip_address(entry["host"]).is_global for entry in found):
            raise RefusedAddressError(host)
        return found

    async def close(self) -> None:
        """Close the resolver."""
        await self._resolver.close()
