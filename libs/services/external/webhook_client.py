"""What our own processes ask of the service role, over signed paths beside Replicate's webhook.

Only the webhook handlers hold the service role. Requests are signed as Standard Webhooks says
(https://www.standardwebhooks.com), with a secret that Replicate does not know.
"""

from datetime import UTC, datetime
from typing import Final, TypeVar
from uuid import UUID

import httpx
import msgspec
from standardwebhooks.webhooks import Webhook

from libs.errors import UpstreamError
from libs.services.external.replicate_client import Prediction

T = TypeVar("T")

# Ingesting four outputs takes seconds; after a minute something hangs.
TIMEOUT: Final = httpx.Timeout(60, connect=3)


class WebhookFailed(UpstreamError):
    """Our webhook did not answer 2xx. What was asked for stays undone until the next reconcile asks again."""


class _Outcome(msgspec.Struct, frozen=True):
    outcome: str


class _Answer(msgspec.Struct, frozen=True):
    data: _Outcome


class _Error(msgspec.Struct, frozen=True):
    code: str


class _Refusal(msgspec.Struct, frozen=True):
    error: _Error


class _Changed(msgspec.Struct, frozen=True):
    changed: int


class _ChangedAnswer(msgspec.Struct, frozen=True):
    data: _Changed


class WebhookClient:
    """One per process; `url` is the address of Replicate's webhook. Close its connections with `aclose`."""

    def __init__(self, url: str, secret: str) -> None:
        self._url = url
        self._signer = Webhook(secret)
        self._client = httpx.AsyncClient(timeout=TIMEOUT)

    async def redeliver(self, job_id: UUID, prediction: Prediction) -> str:
        """Have a prediction applied to a job as if Replicate had delivered it; answers the outcome.

        Raises WebhookFailed.
        """
        event_id = f"redelivery_{prediction.id}_{prediction.status}"
        body = msgspec.json.encode(prediction).decode()
        return _decoded(await self._post(f"redeliveries?job={job_id}", event_id, body), _Answer).data.outcome

    async def change_files(self) -> int:
        """Have a batch of files removed or moved that are due; answers how many, 0 when none is.

        Raises WebhookFailed: they stay in the queue.
        """
        return _decoded(await self._post("file-changes", "file_changes", "{}"), _ChangedAnswer).data.changed

    async def _post(self, path: str, event_id: str, body: str) -> bytes:
        now = datetime.now(UTC)
        headers = {
            "content-type": "application/json",
            "webhook-id": event_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signer.sign(event_id, now, body),
        }
        try:
            answer = await self._client.post(f"{self._url}/{path}", content=body, headers=headers)
        except httpx.HTTPError as error:
            raise WebhookFailed from error
        if not answer.is_success:
            raise WebhookFailed(status=answer.status_code, detail=_code_of(answer.content))
        return answer.content

    async def aclose(self) -> None:
        """Close every pooled connection."""
        await self._client.aclose()


def _code_of(answer: bytes) -> str | None:
    try:
        return msgspec.json.decode(answer, type=_Refusal).error.code
    except msgspec.MsgspecError:
        return None


def _decoded(answer: bytes, into: type[T]) -> T:
    try:
        return msgspec.json.decode(answer, type=into)
    except msgspec.MsgspecError as error:
        raise WebhookFailed(detail="unreadable response") from error
