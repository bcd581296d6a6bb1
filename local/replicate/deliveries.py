"""Signed webhook deliveries, as Replicate sends them (Standard Webhooks), and a list of them to inspect."""

import asyncio
import base64
import secrets
from collections import deque
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

import httpx
import msgspec
from msgspec import Struct
from standardwebhooks import Webhook

from local.replicate.contracts import Event, Record, now
from local.replicate.faults import DeliveryFault, FaultQueue
from local.replicate.settings import ReplicateSettings

RETRY_DELAYS = (1.0, 2.0, 4.0, 8.0, 16.0, 29.0)
"""Seconds before each repeat of a final delivery; together the minute after which Replicate gives up."""

ANSWER_TIMEOUT = 10.0
"""Seconds a receiver has to answer."""

KEPT = 1000


class Delivery(Struct, frozen=True):
    """One attempt, as `GET /_local/deliveries` shows it."""

    prediction_id: str
    event: Event
    webhook_id: str
    attempt: int
    url: str
    event_at: datetime
    sent_at: datetime
    status_code: int | None
    """None when no answer came; `outcome` says why."""
    outcome: str


class _Message(Struct, frozen=True):
    record: Record
    event: Event
    body: bytes
    """As it was at the moment of the event."""
    event_at: datetime
    webhook_id: str
    url: str


class Deliverer:
    """Sends in order per prediction; a slow receiver never slows a run."""

    def __init__(
        self,
        settings: ReplicateSettings,
        faults: FaultQueue,
        save: Callable[[Record], None],
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._settings = settings
        self._faults = faults
        self._save = save
        self._signer = Webhook(settings.webhook_secret)
        self._client = httpx.AsyncClient(timeout=ANSWER_TIMEOUT, follow_redirects=False, transport=transport)
        self._log: deque[Delivery] = deque(maxlen=KEPT)
        self._latest: dict[str, asyncio.Task[None]] = {}
        self._held: dict[str, list[_Message]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def log(self) -> list[Delivery]:
        return list(self._log)

    def clear_log(self) -> None:
        self._log.clear()

    def send(self, record: Record, event: Event) -> None:
        """Send in the background what this event asks for; nothing when the request filtered it out."""
        if record.webhook is None or event not in record.events:
            self._settle(record, event)
            return
        body = msgspec.json.encode(record.prediction)
        message = _Message(record, event, body, now(), f"msg_{secrets.token_hex(12)}", record.webhook)
        fault = self._faults.for_delivery(event)
        prediction_id = record.prediction.id
        if fault is not None and fault.kind == "reorder":
            self._held.setdefault(prediction_id, []).append(message)
        elif fault is not None and fault.kind == "delay":
            self._spawn(self._send_late(message, fault.seconds))
        else:
            earlier = self._latest.get(prediction_id)
            self._latest[prediction_id] = self._spawn(self._send_after(earlier, message, fault))

    async def close(self) -> None:
        """Drop what is under way; final deliveries still pending are sent again after a restart."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _send_late(self, message: _Message, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self._deliver(message, fault=None)

    async def _send_after(
        self, earlier: asyncio.Task[None] | None, message: _Message, fault: DeliveryFault | None
    ) -> None:
        if earlier is not None:
            await asyncio.wait([earlier])
        await self._deliver(message, fault)
        for held in self._held.pop(message.record.prediction.id, []):
            await self._deliver(held, fault=None)
        if message.event == "completed":
            self._latest.pop(message.record.prediction.id, None)

    async def _deliver(self, message: _Message, fault: DeliveryFault | None) -> None:
        kind = fault.kind if fault else None
        if kind != "lose":
            accepted = await self._attempt(message, 1, forged=kind == "bad_signature")
            if kind == "duplicate":
                await self._attempt(message, 1)
            if message.event == "completed" and not accepted:
                await self._retry(message)
        self._settle(message.record, message.event)

    async def _retry(self, message: _Message) -> None:
        for attempt, delay in enumerate(RETRY_DELAYS, start=2):
            await asyncio.sleep(delay / self._settings.speed)
            if await self._attempt(message, attempt):
                return

    async def _attempt(self, message: _Message, attempt: int, *, forged: bool = False) -> bool:
        sent_at = now()
        signature = self._signer.sign(message.webhook_id, sent_at, message.body.decode())
        if forged:
            signature = "v1," + base64.b64encode(secrets.token_bytes(32)).decode()
        headers = {
            "content-type": "application/json",
            "webhook-id": message.webhook_id,
            "webhook-timestamp": str(int(sent_at.timestamp())),
            "webhook-signature": signature,
        }
        status_code: int | None = None
        try:
            answer = await self._client.post(message.url, content=message.body, headers=headers)
            status_code, outcome = answer.status_code, answer.reason_phrase
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            outcome = type(error).__name__
        self._log.append(
            Delivery(
                prediction_id=message.record.prediction.id,
                event=message.event,
                webhook_id=message.webhook_id,
                attempt=attempt,
                url=message.url,
                event_at=message.event_at,
                sent_at=sent_at,
                status_code=status_code,
                outcome=outcome,
            )
        )
        return status_code is not None and 200 <= status_code < 300

    def _settle(self, record: Record, event: Event) -> None:
        """Note that a final delivery arrived, was not wanted, or was given up."""
        if event == "completed" and record.final_delivery_pending:
            record.final_delivery_pending = False
            self._save(record)
