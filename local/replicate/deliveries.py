"""Signed webhook deliveries, as Replicate sends them (Standard Webhooks), and a list of them for tests."""

import asyncio
import base64
import secrets
from collections import deque
from collections.abc import Callable
from datetime import datetime

import msgspec
from msgspec import Struct
from standardwebhooks import Webhook

from local.faults import FaultQueue
from local.replicate.contracts import Event, Record, now
from local.replicate.faults import DeliveryFault
from local.replicate.settings import ReplicateSettings
from local.webhooks import WebhookSender, accepted

RETRY_DELAYS = (1.0, 2.0, 4.0, 8.0, 16.0, 29.0)
"""Seconds before each repeat of a final delivery; together one minute, as long as Replicate tries."""

ANSWER_TIMEOUT = 10.0
"""Seconds a receiver has to answer."""

LOGGED_DELIVERIES = 1000


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
    """The prediction as it was when the event happened."""
    event_at: datetime
    webhook_id: str
    url: str


class Deliverer(WebhookSender):
    """Sends in order per prediction; a slow receiver never slows a run."""

    def __init__(self, settings: ReplicateSettings, faults: FaultQueue, save: Callable[[Record], None]) -> None:
        super().__init__(ANSWER_TIMEOUT, [delay / settings.speed for delay in RETRY_DELAYS])
        self._faults = faults
        self._save = save
        self._signer = Webhook(settings.webhook_secret)
        self.log: deque[Delivery] = deque(maxlen=LOGGED_DELIVERIES)
        self._latest: dict[str, asyncio.Task[None]] = {}
        self._held: dict[str, list[_Message]] = {}

    def send(self, record: Record, event: Event) -> None:
        """Send an event in the background; nothing when the request named no webhook or other events only.

        Final deliveries that `close` drops are sent again after a restart.
        """
        if record.webhook is None or event not in record.events:
            self._end_delivery(record, event)
            return
        body = msgspec.json.encode(record.prediction)
        message = _Message(record, event, body, now(), f"msg_{secrets.token_hex(12)}", record.webhook)
        fault = self._faults.take(DeliveryFault, lambda one: one.event in {None, event})
        prediction_id = record.prediction.id
        if fault is not None and fault.kind == "reorder":
            self._held.setdefault(prediction_id, []).append(message)
        elif fault is not None and fault.kind == "delay":
            self._spawn(self._send_late(message, fault.seconds))
        else:
            earlier = self._latest.get(prediction_id)
            self._latest[prediction_id] = self._spawn(self._send_after(earlier, message, fault))

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
            is_accepted = await self._attempt(message, 1, forged=kind == "bad_signature")
            if kind == "duplicate":
                await self._attempt(message, 1)
            if message.event == "completed" and not is_accepted:
                await self._repeat(lambda number: self._attempt(message, number))
        self._end_delivery(message.record, message.event)

    async def _attempt(self, message: _Message, attempt: int, *, forged: bool = False) -> bool:
        sent_at = now()
        signature = self._signer.sign(message.webhook_id, sent_at, message.body.decode())
        if forged:
            signature = "v1," + base64.b64encode(secrets.token_bytes(32)).decode()
        headers = {
            "webhook-id": message.webhook_id,
            "webhook-timestamp": str(int(sent_at.timestamp())),
            "webhook-signature": signature,
        }
        status_code, outcome = await self._post(message.url, message.body, headers)
        self.log.append(
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
        return accepted(status_code)

    def _end_delivery(self, record: Record, event: Event) -> None:
        """Note that a final delivery was accepted, was not asked for, or failed for the last time."""
        if event == "completed" and record.final_delivery_pending:
            record.final_delivery_pending = False
            self._save(record)
