"""Signed events: Stripe-Signature over the raw body, repeated until they are taken, and a list of them to inspect."""

import asyncio
import contextlib
import hashlib
import hmac
import secrets
import time
from collections import deque
from typing import Final, Literal

import httpx
import msgspec

from local.stripe.objects import Object
from local.stripe.settings import StripeSettings

# Stripe repeats for three days; what is not taken after these seconds needs `POST /_local/events/{id}/resend`.
RETRY_DELAYS: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 60.0)
ANSWER_TIMEOUT: Final = 20.0
KEPT: Final = 500


class EventFault(msgspec.Struct, frozen=True):
    """The next event of a type (`*`: of any) is lost, sent twice, held behind the next one, or badly signed."""

    kind: Literal["lose", "duplicate", "reorder", "bad_signature"]
    type: str = "*"


class Attempt(msgspec.Struct, frozen=True):
    """One delivery; `status` is null when no answer came."""

    event_id: str
    type: str
    attempt: int
    status: int | None


def signature(secret: str, body: bytes, moment: int) -> str:
    """The header's value (docs.stripe.com/webhooks, "Verify webhook signatures manually")."""
    signed = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={signed}"


class EventSender:
    """Sends in the background, one event after the other; faults change that on purpose."""

    def __init__(self, settings: StripeSettings) -> None:
        self._settings = settings
        self._client = httpx.AsyncClient(timeout=ANSWER_TIMEOUT)
        self._tasks: set[asyncio.Task[None]] = set()
        self._held: list[Object] = []
        self.faults: list[EventFault] = []
        self.attempts: deque[Attempt] = deque(maxlen=KEPT)
        self.sent: dict[str, Object] = {}

    def send(self, event: Object) -> None:
        """Deliver an event, as the queue of faults says."""
        self.sent[event["id"]] = event
        fault = self._next_fault(event["type"])
        if fault and fault.kind == "reorder":
            self._held.append(event)
            return
        if not (fault and fault.kind == "lose"):
            for _ in range(2 if fault and fault.kind == "duplicate" else 1):
                self._spawn(event, forged=bool(fault and fault.kind == "bad_signature"))
        held, self._held = self._held, []
        for earlier in held:
            self._spawn(earlier)

    def resend(self, event_id: str) -> bool:
        """Deliver an event once more; False when there is none of that id."""
        event = self.sent.get(event_id)
        if event:
            self._spawn(event)
        return event is not None

    async def settle(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        """Drop what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()

    def _next_fault(self, kind: str) -> EventFault | None:
        for fault in self.faults:
            if fault.type in {"*", kind}:
                self.faults.remove(fault)
                return fault
        return None

    def _spawn(self, event: Object, *, forged: bool = False) -> None:
        task = asyncio.create_task(self._deliver(event, forged=forged))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, event: Object, *, forged: bool) -> None:
        for attempt, delay in enumerate((*RETRY_DELAYS, None), start=1):
            if await self._attempt(event, attempt, forged=forged) or delay is None:
                return
            await asyncio.sleep(delay / self._settings.speed)

    async def _attempt(self, event: Object, attempt: int, *, forged: bool) -> bool:
        body = msgspec.json.encode(event)
        secret = secrets.token_hex(16) if forged else self._settings.webhook_secret
        headers = {"content-type": "application/json", "stripe-signature": signature(secret, body, int(time.time()))}
        status: int | None = None
        with contextlib.suppress(httpx.HTTPError):
            status = (await self._client.post(self._settings.webhook_url, content=body, headers=headers)).status_code
        self.attempts.append(Attempt(event["id"], event["type"], attempt, status))
        return status is not None and 200 <= status < 300
