"""Storage as one caller sees it: storage3 over one shared pool.

Every call carries the caller's JWT, and the API's proof over that caller and the time of the call.
"""

import asyncio
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

import httpx
import msgspec
from httpx_aiohttp import AiohttpTransport, HttpxAiohttpClient
from storage3 import AsyncStorageClient
from storage3.exceptions import StorageApiError
from storage3.types import FileOptions, ListBucketFilesOptions

from libs.app_config.runtime import LIMITS
from libs.errors import ErrorCode, MaquetteError, UpstreamError
from libs.repositories.proof import ANONYMOUS, sign
from libs.repositories.signed_urls import SignedUrls

INPUTS: Final = "inputs"
RENDERS: Final = "renders"
COMMUNITY: Final = "community"

# A URL is good for LIMITS.signed_url_seconds and reused for half of that, so a page's URLs are good for the other half.
SIGNED_URL_CACHE_ENTRIES: Final = 50_000
REMOVE_BATCH: Final = 1000  # upstream's limit of one remove call

# What policies, and the trigger guard_stored_file(), refuse with.
REFUSED_ROW: Final = "row-level security"
# A read with a token that has ended is one without a token, and without a token there is no private bucket.
NO_BUCKET: Final = "Bucket not found"

# Per read or write; a whole file may take longer.
TIMEOUT: Final = httpx.Timeout(15, connect=3)


class StorageRefused(UpstreamError):
    """Storage answered with an error. Its `detail` is Storage's code."""


class StoredFile(msgspec.Struct, frozen=True):
    """A file of a folder listing; `bytes` is its size."""

    name: str
    created_at: datetime
    bytes: int


class _Client(HttpxAiohttpClient):
    """An httpx client whose responses are freed at once: httpx keeps each in a reference cycle with its stream."""

    async def send(
        self,
        request: httpx.Request,
        *,
        stream: bool = False,
        **options: Any,  # noqa: ANN401 - httpx's own
    ) -> httpx.Response:
        response = await super().send(request, stream=stream, **options)
        if not stream:
            response.stream = httpx.ByteStream(b"")
        return response


class StoragePool:
    """The process's connection pool to Storage, and a cache of signed URLs. Close it at shutdown."""

    def __init__(self, supabase_url: str, publishable_key: str, proof_secret: str) -> None:
        self.url = f"{supabase_url}/storage/v1/"
        self.publishable_key = publishable_key
        self._proof_secret = proof_secret
        self.client: httpx.AsyncClient = _Client(transport=AiohttpTransport(), timeout=TIMEOUT)
        self.signed = SignedUrls(LIMITS.signed_url_seconds / 2, SIGNED_URL_CACHE_ENTRIES)

    def as_caller(self, token: str, subject: str) -> "Storage":
        """Storage as the JWT's subject sees it."""
        return self._storage(subject, {"Authorization": f"Bearer {token}"})

    def as_share(self, token: str) -> "Storage":
        """Storage as a visitor with a share's token sees it."""
        proof = sign(self._proof_secret, "share_opens_file", ANONYMOUS, token)
        return self._storage(ANONYMOUS, {"X-Share-Token": token, "X-Share-Proof": proof})

    def _storage(self, caller: str, headers: dict[str, str]) -> "Storage":
        def connect() -> AsyncStorageClient:
            headers_now = {"apikey": self.publishable_key, **headers, **api_proof(self._proof_secret, caller)}
            return AsyncStorageClient(self.url, headers_now, http_client=self.client)

        return Storage(connect, self.signed)

    def public_url(self, bucket: str, path: str) -> str:
        """The address of a file in a public bucket."""
        return f"{self.url}object/public/{bucket}/{quote(path)}"

    async def aclose(self) -> None:
        """Close every pooled connection."""
        await self.client.aclose()


class Storage:
    """One caller's files. Every method raises MaquetteError storage_unavailable when Storage does not answer."""

    def __init__(self, connect: Callable[[], AsyncStorageClient], signed: SignedUrls) -> None:
        """`connect` gives the client of one call: a proof is good for minutes, and an archive may take longer."""
        self._connect = connect
        self._signed = signed

    async def upload(self, bucket: str, path: str, data: bytes, mime: str, *, overwrite: bool = False) -> None:
        """Store a file. A file at that path stays as it is unless `overwrite`: our names are hashes of the content.

        Raises MaquetteError account_gone when the policies refuse the caller, or nobody is left whose file it would be.
        """
        # Asked first: after refusing a body that it did not read, an older Storage leaves a connection that hangs.
        if not overwrite and await self._exists(bucket, path):
            return
        options: FileOptions = {"content-type": mime, "cache-control": "31536000", "upsert": str(overwrite).lower()}
        with _translated():
            try:
                await self._connect().from_(bucket).upload(path, data, options)
            except StorageApiError as error:
                if str(error.status) != "409":
                    raise

    async def download(self, bucket: str, path: str) -> bytes | None:
        """A file's bytes; None when it does not exist for the caller."""
        with _translated():
            try:
                return await self._connect().from_(bucket).download(path)
            except StorageApiError as error:
                if str(error.status) not in {"400", "404"} or error.code == NO_BUCKET:
                    raise
        return None

    async def _exists(self, bucket: str, path: str) -> bool:
        with _translated():
            return await self._connect().from_(bucket).exists(path)

    async def page(self, bucket: str, folder: str, offset: int, limit: int) -> list[StoredFile]:
        """Files of a folder, newest first."""
        options: ListBucketFilesOptions = {
            "limit": limit,
            "offset": offset,
            "sortBy": {"column": "created_at", "order": "desc"},
        }
        with _translated():
            rows = await self._connect().from_(bucket).list(folder, options)
        return [
            StoredFile(row["name"], datetime.fromisoformat(row["created_at"]), int(row["metadata"]["size"]))
            for row in rows
            if row.get("id")
        ]

    async def remove(self, bucket: str, paths: list[str]) -> int:
        """Delete files and drop their cached URLs; answers how many there were."""
        removed = 0
        for start in range(0, len(paths), REMOVE_BATCH):
            batch = paths[start : start + REMOVE_BATCH]
            for path in batch:
                self._signed.forget(f"{bucket}/{path}")
            with _translated():
                removed += len(await self._connect().from_(bucket).remove(batch))
        return removed

    async def move(self, bucket: str, name: str, new_name: str) -> None:
        """Give a file another name in its bucket. Without effect when there is no such file: it was moved before."""
        with _translated():
            try:
                await self._connect().from_(bucket).move(name, new_name)
            except StorageApiError as error:
                if str(error.status) != "404" or error.code == NO_BUCKET:
                    raise

    async def signed_urls(self, paths: list[str]) -> dict[str, str]:
        """URLs for `bucket/path` names, one batch call per bucket at most; what does not exist is left out.

        Call it only with paths of rows that RLS returned: a cached URL is returned without another check.
        """
        wanted = set(paths)
        known = self._signed.find(wanted)
        if len(known) == len(wanted):
            return known
        missing: dict[str, list[str]] = {}
        for path in wanted - known.keys():
            bucket, _, name = path.partition("/")
            missing.setdefault(bucket, []).append(name)
        for signed in await asyncio.gather(*(self._sign(bucket, names) for bucket, names in missing.items())):
            known |= signed
            self._signed.add(signed)
        return known

    async def _sign(self, bucket: str, names: list[str]) -> dict[str, str]:
        with _translated():
            answers = await self._connect().from_(bucket).create_signed_urls(names, LIMITS.signed_url_seconds)
        return {f"{bucket}/{answer['path']}": url for answer in answers if (url := answer["signedURL"])}


def api_proof(secret: str, caller: str) -> dict[str, str]:
    """Headers that show Storage that our API asks for this caller, now. `caller`: a JWT's subject, or ANONYMOUS."""
    now = str(int(time.time()))
    return {"X-Api-Time": now, "X-Api-Proof": sign(secret, "storage", caller, now)}


@contextmanager
def _translated() -> Generator[None]:
    """Raise what storage3 raises as MaquetteError."""
    try:
        yield
    except StorageApiError as error:
        # Without the message, which names the file and with it its owner.
        raise _failure(error) from StorageRefused(status=str(error.status), detail=error.code)
    except (httpx.HTTPError, ValueError) as error:
        raise MaquetteError(ErrorCode.STORAGE_UNAVAILABLE, retry_after=5) from error


def _failure(error: StorageApiError) -> MaquetteError:
    """Storage answers 400 for nearly every error; storage3 has the real status as text (docs/upstream.md)."""
    if str(error.status) in {"401", "403"}:
        # Everything else is said of the token, which Storage takes until the second it ends.
        return MaquetteError(ErrorCode.ACCOUNT_GONE if REFUSED_ROW in error.message else ErrorCode.TOKEN_REFUSED)
    if error.code == NO_BUCKET:
        return MaquetteError(ErrorCode.TOKEN_REFUSED)
    return MaquetteError(ErrorCode.STORAGE_UNAVAILABLE, retry_after=5)
