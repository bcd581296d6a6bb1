"""A caller of Supabase's own APIs (PostgREST, Storage) past our API, as anybody with the publishable key can be one."""

from collections.abc import Mapping
from typing import Any, Self

import httpx
import msgspec

from libs.repositories.proof import ANONYMOUS
from libs.repositories.storage import api_proof
from tests.support.accounts import Account
from tests.support.processes.supabase_stack import SupabaseStack

Row = dict[str, Any]


class DatabaseUser(msgspec.Struct, frozen=True, kw_only=True):
    """A role of the database and, for a signed-in user, a JWT. `id` is the JWT's subject: `anon` without a JWT.

    `http` is a client of the project's URL; `headers` say who calls. With a `proof_secret` each request to Storage
    carries the API's proof too, as if our API asked for whatever the caller wants: the rest of a policy is tested then.
    """

    role: str
    id: str
    headers: dict[str, str]
    http: httpx.AsyncClient
    proof_secret: str | None = None

    @classmethod
    def of_account(cls, account: Account, supabase: SupabaseStack, http: httpx.AsyncClient) -> Self:
        """An account that calls Supabase itself."""
        headers = supabase.headers(account.token)
        return cls(role="authenticated", id=account.id, headers=headers, http=http, proof_secret=supabase.proof_secret)

    def past_our_api(self) -> "DatabaseUser":
        """The same caller without a proof, as anybody with the publishable key is one."""
        return msgspec.structs.replace(self, proof_secret=None)

    @property
    def proof(self) -> dict[str, str]:
        """The headers of the API's proof of this moment."""
        return api_proof(self.proof_secret, self.id) if self.proof_secret else {}

    async def rest(self, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        """One request to PostgREST; `Prefer` and the like as `prefer="..."`, `accept_profile="..."`."""
        return await self._send(method, f"/rest/v1/{path}", headers, json=body)

    async def rpc(self, function: str, arguments: Mapping[str, object], **headers: str) -> httpx.Response:
        """Call a function of the public schema."""
        return await self.rest("POST", f"rpc/{function}", arguments, **headers)

    async def storage(self, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        """One request to Storage. `path` goes out byte for byte: no `..` is resolved on the way."""
        return await self._send(method, f"/storage/v1/{path}", {**self.proof, **headers}, json=body)

    async def upload(
        self, bucket: str, name: str, content: bytes = b"\xff\xd8\xff", *, method: str = "POST", **headers: str
    ) -> httpx.Response:
        """Upload a file, as a JPEG unless `content_type` says otherwise."""
        headers = {**self.proof, "content_type": "image/jpeg", **headers}
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


def anonymous_user(supabase: SupabaseStack, http: httpx.AsyncClient) -> DatabaseUser:
    """A caller with the publishable key and no JWT."""
    return DatabaseUser(
        role=ANONYMOUS, id=ANONYMOUS, headers=supabase.headers(), http=http, proof_secret=supabase.proof_secret
    )


def service_role_user(supabase: SupabaseStack, http: httpx.AsyncClient) -> DatabaseUser:
    """Our webhook handlers: the secret key and no JWT."""
    key = supabase.gateway.secret_key
    headers = {"apikey": key, "Authorization": f"Bearer {key}"}
    return DatabaseUser(role="service_role", id="", headers=headers, http=http)


async def sign_up(supabase: SupabaseStack, http: httpx.AsyncClient, name: str) -> DatabaseUser:
    """A new account that calls Supabase itself."""
    return DatabaseUser.of_account(await supabase.sign_up(name), supabase, http)
