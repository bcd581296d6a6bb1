"""C1, C2: what stands behind `Bearer` is a person's token, or nothing is read and nothing is written.

The verifier's own table of forgeries is tests/unit/test_auth.py; here they meet every route of the running API.
"""

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from jose import jwt

from api.errors import TransportCode
from tests.support.checks.openapi import Document, Operation
from tests.support.checks.snapshot import snapshot
from tests.support.clients import http_client
from tests.support.clients.api_user import ApiUser, assert_refused
from tests.support.processes.api import ApiProcess, submit

PROTECTED = [operation for operation in Document.checked_in().operations() if operation.is_protected]


def claims(api: ApiProcess, person: ApiUser, **changes: Any) -> dict[str, Any]:
    """The claims of a good token of theirs; `...` leaves one out."""
    good = {
        "iss": f"{api.supabase.url}/auth/v1",
        "sub": person.id,
        "aud": "authenticated",
        "role": "authenticated",
        "exp": int(time.time()) + 600,
        "iat": int(time.time()),
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not ...}


def signed(api: ApiProcess, payload: dict[str, Any]) -> str:
    """As the project's Auth signs it."""
    return jwt.encode(payload, api.supabase.gateway.jwt_secret, "HS256")


def unsigned(api: ApiProcess, person: ApiUser) -> str:
    head, body, _ = signed(api, claims(api, person)).split(".")
    return f"{head.replace(head, 'eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0')}.{body}."


FORGED: dict[str, Callable[[ApiProcess, ApiUser], str]] = {
    "none": unsigned,
    "another secret": lambda api, person: jwt.encode(claims(api, person), "another" * 6, "HS256"),
    "another algorithm": lambda api, person: jwt.encode(claims(api, person), api.supabase.gateway.jwt_secret, "HS512"),
    "expired": lambda api, person: signed(api, claims(api, person, exp=int(time.time()) - 120)),
    "no expiry": lambda api, person: signed(api, claims(api, person, exp=...)),
    "no audience": lambda api, person: signed(api, claims(api, person, aud=...)),
    "another audience": lambda api, person: signed(api, claims(api, person, aud="anon")),
    "no subject": lambda api, person: signed(api, claims(api, person, sub=...)),
    "subject is no id": lambda api, person: signed(api, claims(api, person, sub="1 or true")),
    "service role": lambda api, person: signed(api, claims(api, person, role="service_role")),
    "legacy anon key": lambda api, _: signed(
        api, {"iss": "supabase", "role": "anon", "iat": 1, "exp": int(time.time()) + 600}
    ),
    "legacy service key": lambda api, _: signed(
        api, {"iss": "supabase", "role": "service_role", "iat": 1, "exp": int(time.time()) + 600}
    ),
    "publishable key": lambda api, _: api.supabase.gateway.publishable_key,
    "secret key": lambda api, _: api.supabase.gateway.secret_key,
    "the token twice": lambda _, person: f"{person.account.token} {person.account.token}",
    "long": lambda _, person: person.account.token + "A" * 20_000,
    "garbage": lambda _product, _person: "....",
}


async def test_C2_a_token_made_of_the_same_claims_is_believed(api: ApiProcess, api_alice: ApiUser) -> None:
    """What the forgeries below are told apart from."""
    async with api.client() as anonymous:
        bearer = {"Authorization": f"Bearer {signed(api, claims(api, api_alice))}"}
        answer = await anonymous.get("/me", headers=bearer)
    assert answer.status_code == 200
    assert answer.json()["data"]["id"] == api_alice.id


@pytest.mark.parametrize("forgery", FORGED)
async def test_C1_C2_a_forged_token_reads_and_writes_nothing(api: ApiProcess, api_alice: ApiUser, forgery: str) -> None:
    before = snapshot(api.supabase, api_alice.id)
    async with api.client() as anonymous:
        anonymous.headers["Authorization"] = f"Bearer {FORGED[forgery](api, api_alice)}"
        for answer in (await anonymous.get("/me"), await anonymous.get("/renders"), await submit(anonymous)):
            assert_refused(answer, TransportCode.NOT_AUTHENTICATED)
            assert answer.headers["www-authenticate"] == "Bearer"
    assert snapshot(api.supabase, api_alice.id) == before


@pytest.mark.parametrize("operation", PROTECTED, ids=lambda operation: operation.id)
async def test_C2_no_route_takes_a_key_for_a_person(api: ApiProcess, api_alice: ApiUser, operation: Operation) -> None:
    path = operation.path.removeprefix("/api/v1")
    for name in ("{", "}"):
        path = path.replace(name, "")
    before = snapshot(api.supabase, api_alice.id)
    keys = (api.supabase.gateway.secret_key, api.supabase.gateway.publishable_key)
    for header in ({}, *({"Authorization": f"Bearer {key}"} for key in keys), {"apikey": keys[0]}):
        async with http_client.AsyncClient(base_url=f"{api.url}/api/v1", headers=header) as anonymous:
            address = "/".join(str(uuid4()) if part.endswith("_id") else part for part in path.split("/"))
            assert_refused(await anonymous.request(operation.method, address), TransportCode.NOT_AUTHENTICATED)
    assert snapshot(api.supabase, api_alice.id) == before
