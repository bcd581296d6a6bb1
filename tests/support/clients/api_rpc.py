"""The calls that our API makes of the database: with its proof, or with the service role as its webhook handlers do."""

from collections.abc import Mapping
from uuid import uuid4

import httpx
import msgspec

from libs.repositories.proof import sign
from tests.support.clients.database_user import DatabaseUser, Row, service_role_user
from tests.support.processes.supabase_stack import SupabaseStack

# tests/security/conftest.py adds this preset: one credit per variant.
PRESET = "one-credit"

PICTURE = {"mime": "image/png", "width": 64, "height": 48, "bytes": 3072, "placeholder": "1QcSHQRnh493V4dIh4eXh1h4kJUI"}


class Render(msgspec.Struct, frozen=True, kw_only=True):
    """A render that complete_generation() wrote, with its job and the prediction that made it."""

    id: str
    job_id: str
    prediction: str
    variant_ids: list[str]


class ApiRpc(msgspec.Struct, frozen=True, kw_only=True):
    """RPCs as our API calls them for a user. Each answers what PostgREST answered, or raises where it must succeed."""

    supabase: SupabaseStack
    http: httpx.AsyncClient

    def prove(self, function: str, caller: str, request: Mapping[str, object]) -> dict[str, str]:
        """The arguments of a guarded call: the request's text and the proof over it."""
        text = msgspec.json.encode(request).decode()
        return {"request": text, "proof": self.prove_text(function, caller, text)}

    def prove_text(self, function: str, caller: str, text: str) -> str:
        """The proof over a text that is sent as it is."""
        return sign(self.supabase.proof_secret, function, caller, text)

    async def guarded(self, function: str, user: DatabaseUser, request: Mapping[str, object]) -> httpx.Response:
        """Call a guarded function for a user with the right proof."""
        return await user.rpc(function, self.prove(function, user.id, request))

    async def reserve(self, user: DatabaseUser, **changes: object) -> httpx.Response:
        """Submit a generation of one variant under a new idempotency key; `changes` are fields of the request."""
        return await self.guarded("reserve_generation", user, submission(**changes))

    async def submit(self, user: DatabaseUser, **changes: object) -> Row:
        """The job of a submit that must succeed."""
        response = await self.reserve(user, **changes)
        return response.raise_for_status().json()["job"]

    async def attach(self, user: DatabaseUser, job_id: str, prediction: str) -> httpx.Response:
        """Bind a job to a prediction."""
        return await self.guarded("attach_prediction", user, {"job_id": job_id, "prediction_id": prediction})

    async def end_run(self, user: DatabaseUser, outcome: str, code: str) -> httpx.Response:
        """The answer to a submit whose run, if there is one, ended so without a picture."""
        answer = await self.reserve(user)
        if answer.is_success:
            job, prediction = answer.json()["job"]["id"], f"prediction-{uuid4().hex}"
            (await self.attach(user, job, prediction)).raise_for_status()
            if outcome == "canceled":
                (await self.guarded("request_cancel", user, {"job_id": job})).raise_for_status()
            delivered = await self.as_service("fail_generation", {**failure(job, prediction, outcome), "code": code})
            if delivered.json() != "applied":
                raise RuntimeError(f"fail_generation() answered {delivered.text}")
        return answer

    async def as_service(self, function: str, arguments: Mapping[str, object]) -> httpx.Response:
        """Call a function as the webhook handlers do."""
        return await service_role_user(self.supabase, self.http).rpc(function, arguments)

    async def render(self, user: DatabaseUser, variants: int = 1, **changes: object) -> Render:
        """A generation from submit to variants, as the API and its webhook handler write it."""
        job = await self.submit(user, variants=variants, **changes)
        prediction = f"prediction-{uuid4().hex}"
        (await self.attach(user, job["id"], prediction)).raise_for_status()
        response = await self.as_service("complete_generation", completion(user.id, job["id"], prediction, variants))
        if response.raise_for_status().json() != "applied":
            raise RuntimeError(f"complete_generation() answered {response.text}")
        columns = "id,variants:render_variants!render_variants_render_id_owner_id_fkey(id)"
        (row,) = (await user.rest("GET", f"renders?job_id=eq.{job['id']}&select={columns}")).json()
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
