"""Who talks to Supabase in tests: people and strangers directly, and our API with its proofs and its service role."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import httpx
import msgspec

from libs.repositories.proof import ANONYMOUS, sign
from tests.support.processes.postgres_gateway import Stack

# tests/security/conftest.py adds this preset: one credit per variant.
PRESET = "one-credit"

PICTURE = {"mime": "image/png", "width": 64, "height": 48, "bytes": 3072, "placeholder": "1QcSHQRnh493V4dIh4eXh1h4kJUI"}

Row = dict[str, Any]


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody with the publishable key and perhaps a JWT. `id` is what the database knows them by: `anon` without."""

    role: str
    id: str
    headers: dict[str, str]
    http: httpx.AsyncClient

    async def rest(self, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        """One request to PostgREST; `Prefer` and the like as `prefer="..."`, `accept_profile="..."`."""
        return await self._send(method, f"/rest/v1/{path}", headers, json=body)

    async def rpc(self, function: str, arguments: Mapping[str, object], **headers: str) -> httpx.Response:
        """Call a function of the public schema."""
        return await self.rest("POST", f"rpc/{function}", arguments, **headers)

    async def storage(self, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        """One request to Storage. `path` goes out byte for byte: no `..` is resolved on the way."""
        return await self._send(method, f"/storage/v1/{path}", headers, json=body)

    async def upload(
        self, bucket: str, name: str, content: bytes = b"\xff\xd8\xff", *, method: str = "POST", **headers: str
    ) -> httpx.Response:
        """Upload a file, as a JPEG unless `content_type` says otherwise."""
        headers = {"content_type": "image/jpeg", **headers}
        return await self._send(method, f"/storage/v1/object/{bucket}/{name}", headers, content=content)

    async def _send(
        self, method: str, path: str, headers: Mapping[str, str], *, json: object = None, content: bytes | None = None
    ) -> httpx.Response:
        return await self.http.request(
            method,
            path,
            json=json,
            content=content,
            headers={**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}},
            extensions={"target": path.encode()},
        )


class Render(msgspec.Struct, frozen=True, kw_only=True):
    """A finished run of somebody's."""

    id: str
    job_id: str
    prediction: str
    variant_ids: list[str]


class Api(msgspec.Struct, frozen=True, kw_only=True):
    """The moves of our API. Each answers as the database did, or raises when the test needs it to have worked."""

    stack: Stack
    http: httpx.AsyncClient

    def prove(self, function: str, caller: str, request: Mapping[str, object]) -> dict[str, str]:
        """The arguments of a guarded call: the request's text and the proof over it."""
        text = msgspec.json.encode(request).decode()
        return {"request": text, "proof": sign(self.stack.proof_secret, function, caller, text)}

    def prove_text(self, function: str, caller: str, text: str) -> str:
        """The proof over a text that is sent as it is."""
        return sign(self.stack.proof_secret, function, caller, text)

    async def guarded(self, function: str, person: Actor, request: Mapping[str, object]) -> httpx.Response:
        """Call a guarded function for a person with the right proof."""
        return await person.rpc(function, self.prove(function, person.id, request))

    async def reserve(self, person: Actor, **changes: object) -> httpx.Response:
        """Submit a run of one variant under a key of its own; `changes` are fields of the request."""
        return await self.guarded("reserve_generation", person, submission(**changes))

    async def submit(self, person: Actor, **changes: object) -> Row:
        """The job of a submit that must work."""
        answer = await self.reserve(person, **changes)
        answer.raise_for_status()
        return answer.json()["job"]

    async def attach(self, person: Actor, job_id: str, prediction: str) -> httpx.Response:
        """Bind a job to a prediction."""
        return await self.guarded("attach_prediction", person, {"job_id": job_id, "prediction_id": prediction})

    async def as_service(self, function: str, arguments: Mapping[str, object]) -> httpx.Response:
        """Call a function as the webhook handlers do."""
        return await webhooks(self.stack, self.http).rpc(function, arguments)

    async def render(self, person: Actor, variants: int = 1, **changes: object) -> Render:
        """A run from submit to pictures, as the webhook writes it."""
        job = await self.submit(person, variants=variants, **changes)
        prediction = f"prediction-{uuid4().hex}"
        (await self.attach(person, job["id"], prediction)).raise_for_status()
        answer = await self.as_service("complete_generation", completion(person.id, job["id"], prediction, variants))
        answer.raise_for_status()
        assert answer.json() == "applied"
        columns = "id,variants:render_variants!render_variants_render_id_owner_id_fkey(id)"
        (row,) = (await person.rest("GET", f"renders?job_id=eq.{job['id']}&select={columns}")).json()
        variant_ids = [variant["id"] for variant in row["variants"]]
        return Render(id=row["id"], job_id=job["id"], prediction=prediction, variant_ids=variant_ids)


def submission(**changes: object) -> Row:
    """A request for reserve_generation()."""
    return {
        "idempotency_key": uuid4().hex,
        "request_hash": "the same body",
        "preset_id": PRESET,
        "title": "Living room",
        "prompt": "a quiet living room",
        "settings": {"style": "warm"},
        "variants": 1,
        "seed": 7,
        "input_path": None,
        "source_variant_id": None,
        "collection_id": None,
        "expected_seconds": 5.0,
        "deadline_seconds": 600,
        **changes,
    }


def completion(owner: str, job_id: str, prediction: str, variants: int = 1) -> Row:
    """The arguments of complete_generation()."""
    outputs = [
        {"index": index, "path": f"{owner}/{job_id}/{index}.png", "thumbnail_path": f"{owner}/{job_id}/{index}.webp"}
        | PICTURE
        for index in range(variants)
    ]
    return {"event": f"event-{uuid4().hex}", "job_id": job_id, "prediction": prediction, "outputs": outputs}


def failure(job_id: str, prediction: str, outcome: str = "failed") -> Row:
    """The arguments of fail_generation()."""
    return {
        "event": f"event-{uuid4().hex}",
        "job_id": job_id,
        "prediction": prediction,
        "outcome": outcome,
        "code": outcome,
    }


def stranger(stack: Stack, http: httpx.AsyncClient) -> Actor:
    """Anybody who knows the publishable key."""
    return Actor(role=ANONYMOUS, id=ANONYMOUS, headers=stack.headers(), http=http)


def webhooks(stack: Stack, http: httpx.AsyncClient) -> Actor:
    """Our webhook handlers: nobody's JWT, and the secret key."""
    key = stack.gateway.secret_key
    headers = {"apikey": key, "Authorization": f"Bearer {key}"}
    return Actor(role="service_role", id="", headers=headers, http=http)


async def sign_up(stack: Stack, http: httpx.AsyncClient, name: str = "person") -> Actor:
    """A new account."""
    user = await stack.sign_up(name)
    return Actor(role="authenticated", id=user.id, headers=stack.headers(user.token), http=http)
