"""PostgREST as one person sees it.

postgrest-py builds each query, pyreqwest sends it over one shared pool, msgspec decodes the answer into structs: with
aiohttp a call costs three times as much (decision 33). The caller's token is part of the request and is stored in
nothing that requests share.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, NoReturn, Protocol, TypeVar, cast
from uuid import UUID

import httpx
import msgspec
import structlog
from postgrest import AsyncPostgrestClient
from postgrest.base_request_builder import RequestConfig
from pyreqwest.client import ClientBuilder
from pyreqwest.exceptions import RequestError
from yarl import URL

from libs.errors import ErrorCode, MaquetteError, UpstreamError
from libs.repositories.proof import ANONYMOUS, sign
from libs.text import loggable

T = TypeVar("T")

# Supabase ends a person's statement after 8 s (statement_timeout of `authenticated`), so no answer comes later.
CALL_SECONDS: Final = 10
CONNECT_SECONDS: Final = 3
POOL_SIZE: Final = 64
# Kong and Cloudflare close an idle connection after a minute or more. A POST on a connection that is just being closed
# fails and must not be sent again, so we close ours long before. (httpx, in all other pools, keeps them for 5 s.)
IDLE_SECONDS: Final = 15

# SQLSTATEs that repositories give a meaning: https://www.postgresql.org/docs/current/errcodes-appendix.html
FOREIGN_KEY_VIOLATION: Final = "23503"
# A value that a function of Postgres does not know, such as the name of a time zone.
INVALID_PARAMETER_VALUE: Final = "22023"
# A policy does not let a new row in, as for the JWT of a deleted account.
INSUFFICIENT_PRIVILEGE: Final = "42501"

# Nothing is wrong with the call: connection, serialization, resources, lock timeout, cancelled statement or shutdown,
# read-only or broken server; PGRST0: PostgREST has no connection (docs.postgrest.org, Errors).
_OUTAGES: Final = ("08", "40", "53", "55P03", "57", "58", "XX", "25006", "PGRST0")
# Violated constraints, missing functions, tables, columns and grants: their messages name objects of the schema only.
# Those of other SQLSTATEs quote values.
_NAMES_ONLY: Final = ("23", "42501", "42703", "42883", "42P01", "PGRST20")

_CODES: Final = {code.value: code for code in ErrorCode}

log = structlog.get_logger()


class Query(Protocol):
    """Any postgrest-py builder, with the request that it would send."""

    @property
    def request(self) -> RequestConfig[httpx.AsyncClient]: ...


class RowId(msgspec.Struct, frozen=True):
    """The id of a row that was written."""

    id: UUID


class _Problem(msgspec.Struct):
    """The error body of PostgREST: https://docs.postgrest.org/en/latest/references/errors.html."""

    code: str | None = None
    message: str | None = None
    details: str | None = None


class DatabaseRefused(UpstreamError):
    """PostgREST refused a call with an SQLSTATE that is not one of our codes; `code` is that SQLSTATE.

    A caller that does not expect it lets it through: it is a bug, logged with its trace and answered internal_error.
    """

    def __init__(self, code: str, message: str | None) -> None:
        detail = loggable(message) if message and code.startswith(_NAMES_ONLY) else None
        super().__init__(code, sqlstate=code, detail=detail)
        self.code = code


class DatabaseOutage(UpstreamError):
    """Postgres or what stands before it could not carry out a call; a repeat may succeed."""


class DatabasePool:
    """The process's connection pool to PostgREST. Open it once, close it at shutdown."""

    def __init__(self, supabase_url: str, publishable_key: str, proof_secret: str) -> None:
        self.rest_url = f"{supabase_url}/rest/v1"
        self.publishable_key = publishable_key
        self._proof_secret = proof_secret
        self.client = (
            ClientBuilder()
            .timeout(timedelta(seconds=CALL_SECONDS))
            .connect_timeout(timedelta(seconds=CONNECT_SECONDS))
            .max_connections(POOL_SIZE)
            .pool_timeout(timedelta(seconds=CONNECT_SECONDS))
            .pool_idle_timeout(timedelta(seconds=IDLE_SECONDS))
            .follow_redirects(enable=False)
            .no_proxy()
            .http1_only()
            .build()
        )
        # Never sends: postgrest-py builds a client with its own TLS context for every builder that is given none.
        self.builder_client = httpx.AsyncClient()

    def as_caller(self, token: str, subject: str) -> "Database":
        """The database as the person of the token sees it."""
        return Database(self, subject, {"apikey": self.publishable_key, "Authorization": f"Bearer {token}"})

    def as_anonymous(self) -> "Database":
        """The database without a caller (role `anon`): for public rows and functions that ask for our proof only."""
        return Database(self, ANONYMOUS, {"apikey": self.publishable_key})

    def sign(self, function: str, caller: str, request: str) -> str:
        """The proof for one guarded call."""
        return sign(self._proof_secret, function, caller, request)

    async def ping(self) -> None:
        """Read a few rows that everybody may see. Raises MaquetteError database_unavailable."""
        db = self.as_anonymous()
        await db.fetch(db.from_("plans").select("id"), list[msgspec.Raw])

    async def aclose(self) -> None:
        """Close every pooled connection."""
        await self.client.close()
        await self.builder_client.aclose()


class Database:
    """PostgREST as one caller sees it. Cheap to make: one per request, with the caller's headers."""

    def __init__(self, pool: DatabasePool, subject: str, headers: dict[str, str]) -> None:
        self._pool = pool
        self._subject = subject
        self._headers = headers

    def from_(self, table: str) -> Any:  # noqa: ANN401 - postgrest's builders narrow with every call
        """Start a query on a table."""
        client = AsyncPostgrestClient(self._pool.rest_url, headers=self._headers, http_client=self._pool.builder_client)
        return client.from_(table)

    async def fetch(self, query: Query, into: type[T]) -> T:
        """Run a query and decode its rows.

        Raises MaquetteError database_unavailable when no usable answer comes in time, TOKEN_REFUSED when the caller's
        token is not accepted, DatabaseRefused when PostgREST refuses.
        """
        request = query.request
        values = cast("object", request.json)
        body = None if values is None else msgspec.json.encode(values)
        return msgspec.json.decode(
            await self._send(
                request.http_method,
                request.path.with_query(request.params.multi_items()),
                dict(request.headers),
                body,
            ),
            type=into,
        )

    async def call(self, function: str, into: type[T], arguments: Mapping[str, object] | None = None) -> T:
        """Call an RPC; a function that answers nothing decodes as None.

        Raises as `fetch`, and MaquetteError with the code the function raised.
        """
        return await self._rpc(function, msgspec.json.encode(arguments or {}), into)

    async def call_with_proof(self, function: str, request: msgspec.Struct, into: type[T]) -> T:
        """Call a guarded RPC: the request's JSON text and the proof over it. Raises as `call`."""
        text = msgspec.json.encode(request).decode()
        proof = self._pool.sign(function, self._subject, text)
        return await self._rpc(function, msgspec.json.encode({"request": text, "proof": proof}), into)

    async def _rpc(self, function: str, body: bytes, into: type[T]) -> T:
        # postgrest-py's builder would add default headers only, for 40 µs of CPU.
        headers = {**self._headers, "Content-Profile": "public"}
        answer = await self._send("POST", URL(f"{self._pool.rest_url}/rpc/{function}"), headers, body)
        # PostgREST answers 204 for a function that returns void.
        return msgspec.json.decode(answer or b"null", type=into)

    async def _send(self, method: str, url: URL, headers: dict[str, str], body: bytes | None) -> bytes:
        if body is not None:
            headers["Content-Type"] = "application/json"
        request = self._pool.client.request(method, str(url)).headers(headers)
        try:
            response = await (request if body is None else request.body_bytes(body)).build().send()
            answer = (await response.bytes()).to_bytes()
        except RequestError as error:
            raise MaquetteError(ErrorCode.DATABASE_UNAVAILABLE, retry_after=5) from error
        if response.status >= 300:
            _refuse(response.status, answer)
        return answer


def _refuse(status: int, answer: bytes) -> NoReturn:
    try:
        problem = msgspec.json.decode(answer, type=_Problem)
    except msgspec.DecodeError:
        # Plain text or an empty body comes from a gateway, not from PostgREST.
        problem = _Problem()
    code = problem.code or ""
    if status == 401 and not code:
        raise MaquetteError(ErrorCode.TOKEN_REFUSED)
    if problem.message == "proof_invalid":
        # The API's key and the database's differ: they are being changed, or one was forgotten.
        log.error("proof_refused")
        raise MaquetteError(ErrorCode.DATABASE_UNAVAILABLE, retry_after=5) from DatabaseRefused(code, "proof_invalid")
    if code.startswith("PT") and problem.message in _CODES:
        details = _details(problem.details)
        retry_after = details.pop("retry_after", None)
        raise MaquetteError(
            _CODES[problem.message], details, retry_after=retry_after if isinstance(retry_after, int) else None
        )
    if status >= 500 or is_outage(code):
        cause = DatabaseOutage(sqlstate=code or None, status=status)
        raise MaquetteError(ErrorCode.DATABASE_UNAVAILABLE, retry_after=5) from cause
    if status == 401 or code in {"PGRST301", "PGRST303"}:
        raise MaquetteError(ErrorCode.TOKEN_REFUSED)
    raise DatabaseRefused(code, problem.message)


def is_outage(code: str) -> bool:
    """Whether a PostgREST code or SQLSTATE says that the call may succeed later. No code: a gateway answered.

    postgrest-py gives a gateway's HTTP status in the place of the code.
    """
    if len(code) == len("503"):
        return code >= "500" or code in {"408", "429"}
    return not code or code.startswith(_OUTAGES)


def _details(text: str | None) -> dict[str, object]:
    try:
        return msgspec.json.decode(text or "{}", type=dict[str, object])
    except msgspec.DecodeError:
        return {}
