"""Who is calling: the Supabase JWT, verified before anything else happens.

python-jose 3.5 takes the algorithm from the token unless it is pinned and passes tokens without exp, aud or sub unless
they are required: so the algorithm comes from our key's type, and every claim is demanded.
Claims: https://supabase.com/docs/guides/auth/jwt-fields.
"""

import asyncio
import hashlib
import math
import re
import time
from typing import Any, Final
from uuid import UUID

import aiohttp
import msgspec
import structlog
from cachetools import LRUCache
from jose import jwk, jwt
from jose.backends.base import Key
from jose.exceptions import JOSEError
from litestar.connection import ASGIConnection
from litestar.middleware.authentication import AbstractAuthenticationMiddleware, AuthenticationResult

from api.errors import TransportCode, TransportError
from libs.errors import ErrorCode, MaquetteError, causes_of

AUDIENCE: Final = "authenticated"
ROLE: Final = "authenticated"
# Before nbf, as PostgREST. None past exp: Storage has none, and would read as if there were no token.
LEEWAY_SECONDS: Final = 30
MAX_TOKEN_BYTES: Final = 8_192
# python-jose skips what is no base64url in the last part. We forward the token in a header, so nothing may be skipped.
COMPACT_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
CACHED_TOKENS: Final = 10_000
JWKS_REFRESH_SECONDS: Final = 60  # at most one fetch a minute, whatever key ids tokens name
JWKS_RETRY_SECONDS: Final = 5  # and after one that failed
JWKS_TIMEOUT: Final = aiohttp.ClientTimeout(total=5)

# The algorithm is a property of the key: https://www.rfc-editor.org/rfc/rfc8725#section-3.1
ALGORITHM_OF_KEY_TYPE: Final = {("EC", "P-256"): "ES256", ("RSA", None): "RS256"}

# OpenAPI's words for "needs no token": https://spec.openapis.org/oas/v3.1.0#security-requirement-object
PUBLIC: Final[list[dict[str, list[str]]]] = [{}]

log = structlog.get_logger()


class Caller(msgspec.Struct, frozen=True):
    """A verified person. The token is forwarded as it came and never logged."""

    subject: UUID
    token: str
    expires_at: float

    def __repr__(self) -> str:
        return f"Caller({self.subject})"


class _Claims(msgspec.Struct):
    sub: UUID
    exp: float
    role: str
    iss: str | None = None
    is_anonymous: bool = False


class TokenVerifier:
    """Verifies tokens of one Supabase project; caches verified ones until they expire."""

    def __init__(self, supabase_url: str, jwt_secret: str | None) -> None:
        self._issuer = f"{supabase_url}/auth/v1"
        self._jwt_secret = jwt_secret
        self._keys: dict[str, tuple[Key, str]] = {}
        self._next_refresh = 0.0
        # The key that the last fetch was made for and did not bring: tokens that name it are forged or of an ended key.
        self._absent: str | None = None
        self._refreshing = asyncio.Lock()
        self._verified: LRUCache[bytes, Caller] = LRUCache(CACHED_TOKENS)

    async def verify(self, token: str) -> Caller:
        """The person of a token. Raises TransportError not_authenticated for any other token.

        Raises MaquetteError sign_in_unavailable while the key that it names may exist and cannot be asked for.
        """
        if len(token) > MAX_TOKEN_BYTES:
            raise TransportError(TransportCode.NOT_AUTHENTICATED)
        fingerprint = hashlib.sha256(token.encode(errors="replace")).digest()
        caller = self._verified.get(fingerprint)
        if caller is None:
            caller = await self._verify(token)
            self._verified[fingerprint] = caller
        elif caller.expires_at <= time.time():
            del self._verified[fingerprint]
            raise TransportError(TransportCode.NOT_AUTHENTICATED)
        return caller

    async def _verify(self, token: str) -> Caller:
        if not COMPACT_TOKEN.fullmatch(token):
            raise TransportError(TransportCode.NOT_AUTHENTICATED)
        try:
            key, algorithm = await self._key_for(jwt.get_unverified_header(token))
            payload = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=AUDIENCE,
                options={
                    "require_exp": True,
                    "require_aud": True,
                    "require_sub": True,
                    "require_iat": True,
                    "leeway": LEEWAY_SECONDS,
                },
            )
            claims = msgspec.convert(payload, _Claims)
        # python-jose raises TypeError, ValueError and AttributeError too, for headers and keys of the wrong shape.
        except (JOSEError, msgspec.ValidationError, ValueError, TypeError, AttributeError, LookupError) as error:
            raise TransportError(TransportCode.NOT_AUTHENTICATED) from error
        if (
            claims.exp <= time.time()
            or claims.role != ROLE
            or claims.is_anonymous
            or claims.iss not in {None, self._issuer}
        ):
            raise TransportError(TransportCode.NOT_AUTHENTICATED)
        return Caller(claims.sub, token, claims.exp)

    async def _key_for(self, header: dict[str, Any]) -> tuple[Key | str, str]:
        if header.get("alg") == "HS256" and self._jwt_secret is not None:
            return self._jwt_secret, "HS256"
        kid = header.get("kid")
        if not isinstance(kid, str):
            raise LookupError("no kid")
        if kid not in self._keys:
            await self._refresh(kid)
        if kid not in self._keys and kid != self._absent:
            # Its key may be a new one, and somebody else's token spent the fetch: a 401 would end the session.
            seconds = math.ceil(self._next_refresh - time.monotonic())
            raise MaquetteError(ErrorCode.SIGN_IN_UNAVAILABLE, retry_after=max(1, seconds))
        return self._keys[kid]

    async def _refresh(self, kid: str) -> None:
        async with self._refreshing:
            if time.monotonic() < self._next_refresh:
                return
            self._next_refresh = time.monotonic() + JWKS_REFRESH_SECONDS
            try:
                async with (
                    aiohttp.ClientSession(timeout=JWKS_TIMEOUT) as session,
                    session.get(f"{self._issuer}/.well-known/jwks.json") as response,
                ):
                    response.raise_for_status()
                    answer = msgspec.json.decode(await response.read(), type=dict[str, list[dict[str, Any]]])
            except (aiohttp.ClientError, TimeoutError, msgspec.MsgspecError) as error:
                # The known keys stay in use: an outage of the endpoint must not end everybody's session.
                log.warning("jwks_unavailable", **causes_of(error))
                self._next_refresh = time.monotonic() + JWKS_RETRY_SECONDS
                self._absent = None
                return
        self._absent = kid
        self._keys = {kid: key for entry in answer.get("keys", []) if (key := _load(entry)) and (kid := entry["kid"])}


def _load(entry: dict[str, Any]) -> tuple[Key, str] | None:
    algorithm = ALGORITHM_OF_KEY_TYPE.get((str(entry.get("kty")), entry.get("crv")))
    if algorithm is None or not isinstance(entry.get("kid"), str):
        return None
    try:
        return jwk.construct(entry, algorithm), algorithm
    except (JOSEError, ValueError, TypeError, AttributeError):
        return None


class AuthenticationMiddleware(AbstractAuthenticationMiddleware):
    """Puts the Caller on every request of a route that does not opt out with `exclude_from_auth`."""

    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
        """Verify the bearer token. Raises as `TokenVerifier.verify`."""
        scheme, _, token = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise TransportError(TransportCode.NOT_AUTHENTICATED)
        try:
            caller = await connection.app.state.services.tokens.verify(token.strip())
        except (TransportError, MaquetteError):
            # Guards run after this and would never count it.
            await connection.app.state.rate_limiter.check_refused_token(connection)
            raise
        return AuthenticationResult(user=caller, auth=None)
