"""Signed events: Stripe-Signature over the raw body, repeated until accepted, and all of them for tests."""

import hashlib
import hmac
import secrets
import time
from typing import Final, Literal

import msgspec

from local.faults import Fault, FaultQueue
from local.stripe.objects import Object
from local.stripe.settings import StripeSettings
from local.stripe.store import Store
from local.webhooks import WebhookSender, accepted

# Stripe repeats for three days; what is not accepted after these seconds needs `POST /_local/events/{id}/resend`.
RETRY_DELAYS: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 60.0)
ANSWER_TIMEOUT: Final = 20.0


class EventFault(Fault, frozen=True):
    """The next event of a type (`*`: of any) is lost, sent twice, held until after the next one, or badly signed."""

    kind: Literal["lose", "duplicate", "reorder", "bad_signature"]
    type: str = "*"


def signature(secret: str, body: bytes, timestamp: int) -> str:
    """The header's value (docs.stripe.com/webhooks, "Verify webhook signatures manually")."""
    signed = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={signed}"


class EventSender(WebhookSender):
    """Sends events in the background, as the queued faults say."""

    def __init__(self, settings: StripeSettings, store: Store, faults: FaultQueue) -> None:
        super().__init__(ANSWER_TIMEOUT, [delay / settings.speed for delay in RETRY_DELAYS])
        self._store = store
        self._faults = faults
        self._held: list[Object] = []
        self.sent: dict[str, Object] = {}

    def send(self, event: Object) -> None:
        """Deliver an event, and after it those that a fault held back."""
        self.sent[event["id"]] = event
        fault = self._faults.take(EventFault, lambda one: one.type in {"*", event["type"]})
        kind = fault and fault.kind
        if kind == "reorder":
            self._held.append(event)
            return
        if kind != "lose":
            for _ in range(2 if kind == "duplicate" else 1):
                self._deliver(event, forged=kind == "bad_signature")
        held, self._held = self._held, []
        for earlier in held:
            self._deliver(earlier)

    def resend(self, event_id: str) -> bool:
        """Deliver an event once more; False when there is none of that id."""
        event = self.sent.get(event_id)
        if event:
            self._deliver(event)
        return event is not None

    def _deliver(self, event: Object, *, forged: bool = False) -> None:
        """To each endpoint that takes its type."""
        for endpoint in self._store.all("webhook_endpoint", status="enabled"):
            if {"*", event["type"]} & {*endpoint["enabled_events"]}:
                self._spawn(self._deliver_to(endpoint, event, forged=forged))

    async def _deliver_to(self, endpoint: Object, event: Object, *, forged: bool) -> None:
        async def attempt(_number: int) -> bool:
            body = msgspec.json.encode({**event, "api_version": endpoint["api_version"]})
            secret = secrets.token_hex(16) if forged else self._store.endpoint_secret(endpoint["id"])
            headers = {"stripe-signature": signature(secret, body, int(time.time()))}
            status, _ = await self._post(endpoint["url"], body, headers)
            return accepted(status)

        if not await attempt(1):
            await self._repeat(attempt)
