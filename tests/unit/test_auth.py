"""Which tokens are believed. Every refusal stands beside a token that differs in that one thing and passes."""

import base64
import json
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from jose import jwk, jwt

from api import auth
from api.auth import TokenVerifier
from api.errors import TransportCode, TransportError
from libs.errors import ErrorCode, MaquetteError

SECRET = "legacy-secret-of-the-project-0123456789"
SUBJECT = str(uuid4())


def claims(url: str, **changes: Any) -> dict[str, Any]:
    now = int(time.time())
    base = {
        "iss": f"{url}/auth/v1",
        "sub": SUBJECT,
        "aud": "authenticated",
        "role": "authenticated",
        "exp": now + 600,
        "iat": now,
    }
    return {name: value for name, value in {**base, **changes}.items() if value is not ...}


class Jwks:
    """A project's key endpoint that counts how often it is read."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.fetches = 0
        self.down = False
        self.kid = "ours"
        self.url = ""

    @property
    def pem(self) -> str:
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()

    @property
    def public_pem(self) -> str:
        return (
            self.key.public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
            .decode()
        )

    def entries(self) -> list[dict[str, Any]]:
        other = ed25519.Ed25519PrivateKey.generate().public_key()
        raw = other.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        okp = {"kty": "OKP", "crv": "Ed25519", "kid": "other", "x": base64.urlsafe_b64encode(raw).decode().rstrip("=")}
        ours = jwk.construct(self.public_pem, "ES256").to_dict()
        return [okp, {**ours, "kid": self.kid, "alg": "ES256"}]

    async def answer(self, _: web.Request) -> web.Response:
        self.fetches += 1
        return web.Response(status=500) if self.down else web.json_response({"keys": self.entries()})


@pytest.fixture
async def jwks() -> AsyncIterator[Jwks]:
    keys = Jwks()
    app = web.Application()
    app.router.add_get("/auth/v1/.well-known/jwks.json", keys.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    keys.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield keys
    await runner.cleanup()


def signed(jwks: Jwks, **changes: Any) -> str:
    return jwt.encode(claims(jwks.url, **changes), jwks.pem, "ES256", headers={"kid": "ours"})


def segment(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


async def refused(verifier: TokenVerifier, token: str) -> None:
    with pytest.raises(TransportError) as raised:
        await verifier.verify(token)
    assert raised.value.code is TransportCode.NOT_AUTHENTICATED


async def unsure(verifier: TokenVerifier, token: str) -> MaquetteError:
    with pytest.raises(MaquetteError) as raised:
        await verifier.verify(token)
    assert raised.value.code is ErrorCode.SIGN_IN_UNAVAILABLE
    return raised.value


async def test_token_signed_by_the_projects_key_is_believed(jwks: Jwks) -> None:
    caller = await TokenVerifier(jwks.url, None).verify(signed(jwks))
    assert str(caller.subject) == SUBJECT
    assert caller.token not in repr(caller)


async def test_token_signed_with_the_legacy_secret_is_believed(jwks: Jwks) -> None:
    caller = await TokenVerifier(jwks.url, SECRET).verify(jwt.encode(claims(jwks.url), SECRET, "HS256"))
    assert str(caller.subject) == SUBJECT


@pytest.mark.parametrize("forge", ["none", "public_key_as_secret", "embedded_jwk", "jku", "kid_path", "edited_payload"])
async def test_C1_forged_token_is_refused(jwks: Jwks, forge: str) -> None:
    good = signed(jwks)
    header, payload, signature = good.split(".")
    attacker = ec.generate_private_key(ec.SECP256R1())
    attacker_pem = attacker.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    attacker_jwk = jwk.construct(attacker_pem, "ES256").public_key().to_dict()
    forged = {
        "none": f"{segment({'alg': 'none', 'kid': 'ours'})}.{payload}.",
        "public_key_as_secret": _hs256_with(jwks.public_pem, claims(jwks.url)),
        "embedded_jwk": jwt.encode(
            claims(jwks.url), attacker_pem, "ES256", headers={"kid": "ours", "jwk": attacker_jwk}
        ),
        "jku": jwt.encode(
            claims(jwks.url), attacker_pem, "ES256", headers={"kid": "ours", "jku": f"{jwks.url}/evil.json"}
        ),
        "kid_path": jwt.encode(claims(jwks.url), "", "HS256", headers={"kid": "../../dev/null"}),
        "edited_payload": f"{header}.{segment(claims(jwks.url, sub=str(uuid4())))}.{signature}",
    }[forge]
    verifier = TokenVerifier(jwks.url, SECRET)
    await refused(verifier, forged)
    assert str((await verifier.verify(good)).subject) == SUBJECT


def _hs256_with(secret: str, payload: dict[str, Any]) -> str:
    import hashlib
    import hmac

    body = f"{segment({'alg': 'HS256', 'kid': 'ours'})}.{segment(payload)}"
    mac = hmac.new(secret.encode(), body.encode(), hashlib.sha256).digest()
    return f"{body}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": ...},
        {"aud": ...},
        {"sub": ...},
        {"iat": ...},
        {"role": ...},
        {"exp": 1},
        {"exp": int(time.time()) - 1},
        {"aud": "anon"},
        {"sub": "not-a-uuid"},
        {"role": "anon"},
        {"role": "service_role"},
        {"iss": "https://elsewhere.supabase.co/auth/v1"},
        {"is_anonymous": True},
    ],
    ids=str,
)
async def test_C2_token_with_a_missing_or_wrong_claim_is_refused(jwks: Jwks, changes: dict[str, Any]) -> None:
    verifier = TokenVerifier(jwks.url, SECRET)
    await refused(verifier, signed(jwks, **changes))
    await refused(verifier, jwt.encode(claims(jwks.url, **changes), SECRET, "HS256"))
    assert str((await verifier.verify(signed(jwks))).subject) == SUBJECT


@pytest.mark.parametrize("role", ["anon", "service_role"])
async def test_C2_legacy_api_key_as_bearer_is_refused(jwks: Jwks, role: str) -> None:
    """Legacy keys are validly signed by the same secret: {"iss":"supabase","ref":…,"role":"anon"}."""
    key = jwt.encode(
        {"iss": "supabase", "ref": "abc", "role": role, "iat": 1, "exp": int(time.time()) + 99}, SECRET, "HS256"
    )
    await refused(TokenVerifier(jwks.url, SECRET), key)


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "....", "é.é.é", "A" * 9000, "\ud800"], ids=repr)
async def test_C1_garbage_is_refused(jwks: Jwks, token: str) -> None:
    await refused(TokenVerifier(jwks.url, SECRET), token)


@pytest.mark.parametrize("added", ["\n", "\r\nx-share-proof: a", " ", "=", "!"], ids=repr)
async def test_C1_a_good_token_with_something_added_is_refused(jwks: Jwks, added: str) -> None:
    """python-jose skips it, and it would go into the header that we send to Supabase."""
    token, verifier = signed(jwks), TokenVerifier(jwks.url, None)
    await verifier.verify(token)
    for altered in (token + added, token[:-4] + added + token[-4:]):
        await refused(verifier, altered)


async def test_C1_a_flood_of_unknown_kids_asks_for_keys_once(jwks: Jwks) -> None:
    verifier = TokenVerifier(jwks.url, None)
    await verifier.verify(signed(jwks))
    before = jwks.fetches
    for number in range(50):
        token = jwt.encode(claims(jwks.url), jwks.pem, "ES256", headers={"kid": f"unknown-{number}"})
        await unsure(verifier, token)
    assert jwks.fetches <= before + 1


async def test_C1_known_keys_stay_good_while_the_key_endpoint_is_down(
    jwks: Jwks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "JWKS_REFRESH_SECONDS", 0)
    monkeypatch.setattr(auth, "JWKS_RETRY_SECONDS", 0)
    verifier = TokenVerifier(jwks.url, None)
    await verifier.verify(signed(jwks))
    jwks.down = True
    unknown = jwt.encode(claims(jwks.url), jwks.pem, "ES256", headers={"kid": "unknown"})
    await unsure(verifier, unknown)
    assert str((await verifier.verify(signed(jwks, sub=SUBJECT, nonce=1))).subject) == SUBJECT


async def test_C1_a_good_token_is_no_lie_while_no_key_could_be_fetched(
    jwks: Jwks, monkeypatch: pytest.MonkeyPatch
) -> None:
    jwks.down = True
    verifier = TokenVerifier(jwks.url, None)
    for _ in range(50):
        with pytest.raises(MaquetteError) as raised:
            await verifier.verify(signed(jwks))
        assert (raised.value.code, raised.value.retry_after) == (ErrorCode.SIGN_IN_UNAVAILABLE, 5)
    assert jwks.fetches == 1
    jwks.down = False
    later = time.monotonic() + auth.JWKS_RETRY_SECONDS
    monkeypatch.setattr(auth.time, "monotonic", lambda: later)
    assert str((await verifier.verify(signed(jwks))).subject) == SUBJECT
    await unsure(verifier, jwt.encode(claims(jwks.url), jwks.pem, "ES256", headers={"kid": "unknown"}))


async def test_C1_a_token_of_a_new_key_is_no_lie_while_the_keys_cannot_be_fetched_again(
    jwks: Jwks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody can spend the one fetch of a minute by a token with a made-up key id."""
    verifier = TokenVerifier(jwks.url, None)
    forged = jwt.encode(claims(jwks.url), jwks.pem, "ES256", headers={"kid": "made-up"})
    later = jwt.encode(claims(jwks.url), jwks.pem, "ES256", headers={"kid": "new"})
    await refused(verifier, forged)
    jwks.kid = "new"

    raised = await unsure(verifier, later)
    assert str((await verifier.verify(signed(jwks))).subject) == SUBJECT
    await refused(verifier, forged)

    assert raised.retry_after is not None
    assert 1 <= raised.retry_after <= auth.JWKS_REFRESH_SECONDS
    after = time.monotonic() + raised.retry_after
    monkeypatch.setattr(auth.time, "monotonic", lambda: after)
    assert str((await verifier.verify(later)).subject) == SUBJECT


async def test_a_remembered_token_is_refused_once_it_expired(jwks: Jwks, monkeypatch: pytest.MonkeyPatch) -> None:
    verifier = TokenVerifier(jwks.url, None)
    token = signed(jwks, exp=int(time.time()) + 60)
    await verifier.verify(token)
    later = time.time() + 60
    monkeypatch.setattr(auth.time, "time", lambda: later)
    await refused(verifier, token)


async def test_C2_clocks_may_differ_at_the_start_of_a_token_and_not_at_its_end(jwks: Jwks) -> None:
    """Storage takes no token past its end, and would read as if there were none."""
    verifier, now = TokenVerifier(jwks.url, None), int(time.time())
    assert await verifier.verify(signed(jwks, iat=now + auth.LEEWAY_SECONDS - 10, nbf=now + auth.LEEWAY_SECONDS - 10))
    await refused(verifier, signed(jwks, exp=now - 1))
