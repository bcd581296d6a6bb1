"""Deliveries to our own webhook endpoint, signed as the provider would sign them (Standard Webhooks).

The webhook handlers alone hold the service role, so whatever needs it goes through their door.
"""

import asyncio
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import httpx
import msgspec
import structlog
from standardwebhooks.webhooks import Webhook

from libs.services.external.replicate_client import Prediction

# Ingesting four pictures from the provider takes seconds; a minute means that something hangs.
TIMEOUT: Final = httpx.Timeout(60, connect=3)


log = structlog.get_logger()


class RedeliveryFailed(Exception):
    """Our endpoint did not take the delivery; the next reconcile tries again."""


class _Outcome(msgspec.Struct, frozen=True):
    outcome: str


class _Answer(msgspec.Struct, frozen=True):
    data: _Outcome


class WebhookRedelivery:
    """One per process; closes its pool with `aclose`."""

    def __init__(self, webhook_url: str, secret: str) -> None:
        self._url = webhook_url
        self._signer = Webhook(secret)
        self._client = httpx.AsyncClient(timeout=TIMEOUT)
        self._removal: asyncio.Task[None] | None = None
        self._removal_is_due = False

    async def deliver(self, job_id: UUID, prediction: Prediction) -> str:
        """Deliver a prediction once; answers its outcome. Raises RedeliveryFailed unless the endpoint answers 2xx."""
        event_id = f"redelivery_{prediction.id}_{prediction.status}"
        answer = await self._post(event_id, msgspec.json.encode(prediction).decode(), {"job": str(job_id)})
        try:
            return msgspec.json.decode(answer, type=_Answer).data.outcome
        except msgspec.MsgspecError as error:
            raise RedeliveryFailed("unreadable answer") from error

    async def remove_files(self) -> None:
        """Ask for the removal of the files that deleted rows left behind: a delivery that is about no job.

        What fails here is done at the next time of asking: the names stay queued.
        """
        try:
            await self._post("file_removals", "{}", {})
        except RedeliveryFailed as error:
            log.warning("files_not_removed_yet", error=str(error))

    def remove_files_soon(self) -> None:
        """As remove_files(), while the caller goes on: nobody waits for what others left behind."""
        self._removal_is_due = True
        if self._removal is None or self._removal.done():
            self._removal = asyncio.create_task(self._remove_while_due())

    async def _remove_while_due(self) -> None:
        while self._removal_is_due:
            self._removal_is_due = False
            await self.remove_files()

    async def _post(self, event_id: str, body: str, parameters: dict[str, str]) -> bytes:
        now = datetime.now(UTC)
        headers = {
            "content-type": "application/json",
            "webhook-id": event_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signer.sign(event_id, now, body),
        }
        try:
            answer = await self._client.post(self._url, params=parameters, content=body, headers=headers)
        except httpx.HTTPError as error:
            raise RedeliveryFailed from error
        if not answer.is_success:
            raise RedeliveryFailed(str(answer.status_code))
        return answer.content

    async def aclose(self) -> None:
        """Close every pooled connection; what is under way is left to the next time of asking."""
        if self._removal:
            self._removal.cancel()
        await self._client.aclose()
