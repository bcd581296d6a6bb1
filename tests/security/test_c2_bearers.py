"""C1, C2: what stands behind `Bearer` is a person's token, or nothing is read and nothing is written.

The verifier's own table of forgeries is tests/unit/test_auth.py; here they meet every route of the running API.
"""

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from jose import jwt

from api.errors import TransportCode
from tests.support.checks.openapi import Document, Operation
from tests.support.checks.snapshot import snapshot
from tests.support.clients.api_client import Person, refused
from tests.support.processes.api import Product, submit

PROTECTED = [operation for operation in Document.checked_in().operations() if operation.is_protected]


def claims(product: Product, person: Person, **changes: Any) -> dict[str, Any]:
    """The claims of a good token of theirs; `...` leaves one out."""
    good = {
        "iss": f"{product.stack.url}/auth/v1",
        "sub": person.user.id,
        "aud": "authenticated",
        "role": "authenticated",
        "exp": int(time.time()) + 600,
        "iat": int(time.time()),
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not ...}


def signed(product: Product, payload: dict[str, Any]) -> str:
    """As the project's Auth signs it."""
    return jwt.encode(payload, product.stack.gateway.jwt_secret, "HS256")


def unsigned(product: Product, person: Person) -> str:
    head, body, _ = signed(product, claims(product, person)).split(".")
    return f"{head.replace(head, 'eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0')}.{body}."


FORGED: dict[str, Callable[[Product, Person], str]] = {
    "none": unsigned,
    "another secret": lambda product, person: jwt.encode(claims(product, person), "another" * 6, "HS256"),
    "another algorithm": lambda product, person: jwt.encode(
        claims(product, person), product.stack.gateway.jwt_secret, "HS512"
    ),
    "expired": lambda product, person: signed(product, claims(product, person, exp=int(time.time()) - 120)),
    "no expiry": lambda product, person: signed(product, claims(product, person, exp=...)),
    "no audience": lambda product, person: signed(product, claims(product, person, aud=...)),
    "another audience": lambda product, person: signed(product, claims(product, person, aud="anon")),
    "no subject": lambda product, person: signed(product, claims(product, person, sub=...)),
    "subject is no id": lambda product, person: signed(product, claims(product, person, sub="1 or true")),
    "service role": lambda product, person: signed(product, claims(product, person, role="service_role")),
    "legacy anon key": lambda product, _: signed(
        product, {"iss": "supabase", "role": "anon", "iat": 1, "exp": int(time.time()) + 600}
    ),
    "legacy service key": lambda product, _: signed(
        product, {"iss": "supabase", "role": "service_role", "iat": 1, "exp": int(time.time()) + 600}
    ),
    "publishable key": lambda product, _: product.stack.gateway.publishable_key,
    "secret key": lambda product, _: product.stack.gateway.secret_key,
    "the token twice": lambda _, person: f"{person.user.token} {person.user.token}",
    "long": lambda _, person: person.user.token + "A" * 20_000,
    "garbage": lambda _product, _person: "....",
}


async def test_C2_a_token_made_of_the_same_claims_is_believed(product: Product, ann: Person) -> None:
    """What the forgeries below are told apart from."""
    async with product.client() as stranger:
        bearer = {"Authorization": f"Bearer {signed(product, claims(product, ann))}"}
        answer = await stranger.get("/me", headers=bearer)
    assert answer.status_code == 200
    assert answer.json()["data"]["id"] == ann.user.id


@pytest.mark.parametrize("forgery", FORGED)
async def test_C1_C2_a_forged_token_reads_and_writes_nothing(product: Product, ann: Person, forgery: str) -> None:
    before = snapshot(product.stack, ann.user.id)
    async with product.client() as stranger:
        stranger.headers["Authorization"] = f"Bearer {FORGED[forgery](product, ann)}"
        for answer in (await stranger.get("/me"), await stranger.get("/renders"), await submit(stranger)):
            refused(answer, TransportCode.NOT_AUTHENTICATED)
            assert answer.headers["www-authenticate"] == "Bearer"
    assert snapshot(product.stack, ann.user.id) == before


@pytest.mark.parametrize("operation", PROTECTED, ids=lambda operation: operation.id)
async def test_C2_no_route_takes_a_key_for_a_person(product: Product, ann: Person, operation: Operation) -> None:
    path = operation.path.removeprefix("/api/v1")
    for name in ("{", "}"):
        path = path.replace(name, "")
    before = snapshot(product.stack, ann.user.id)
    keys = (product.stack.gateway.secret_key, product.stack.gateway.publishable_key)
    for header in ({}, *({"Authorization": f"Bearer {key}"} for key in keys), {"apikey": keys[0]}):
        async with httpx.AsyncClient(base_url=f"{product.url}/api/v1", headers=header) as stranger:
            address = "/".join(str(uuid4()) if part.endswith("_id") else part for part in path.split("/"))
            refused(await stranger.request(operation.method, address), TransportCode.NOT_AUTHENTICATED)
    assert snapshot(product.stack, ann.user.id) == before
