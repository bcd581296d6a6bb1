"""All state of the account, in one JSON file."""

import secrets
from pathlib import Path
from typing import Any

import msgspec

from local.serving import replace_file
from local.stripe.objects import Object
from local.stripe.problems import missing


class State(msgspec.Struct):
    """Objects by id, answers by idempotency key, and how far the clock was set forward, in seconds."""

    objects: dict[str, Object] = {}
    answers: dict[str, tuple[str, int, Any]] = {}
    clock_offset: float = 0.0
    cards: dict[str, str] = {}
    """The card a customer paid with last."""
    discounts: dict[str, int] = {}
    """How much less a customer pays, in percent."""
    pending_lines: dict[str, list[Object]] = {}
    """Prorations that wait for a subscription's next invoice."""
    planned_prices: dict[str, str] = {}
    """The price that a subscription has from its next period on."""
    endpoint_secrets: dict[str, str] = {}
    """The signing secret of each webhook endpoint."""
    subscription_metadata: dict[str, Object] = {}
    """Metadata for the subscription of an open checkout, by session."""


class Store:
    """The state that survives a restart."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / "state.json"
        self.state = msgspec.json.decode(self._file.read_bytes(), type=State) if self._file.exists() else State()

    def save(self) -> None:
        """Write the state; it is on disk when this returns."""
        replace_file(self._file, msgspec.json.encode(self.state))

    def put(self, made: Object) -> Object:
        self.state.objects[made["id"]] = made
        self.save()
        return made

    def get(self, kind: str, object_id: str) -> Object:
        """The object of that kind. Raises StripeProblem when there is none."""
        found = self.state.objects.get(object_id)
        if found is None or found["object"] != kind:
            raise missing(kind, object_id)
        return found

    def endpoint_secret(self, endpoint_id: str) -> str:
        """What signs the events that an endpoint gets; made when it is first asked for."""
        secret = self.state.endpoint_secrets.setdefault(endpoint_id, f"whsec_{secrets.token_hex(16)}")
        self.save()
        return secret

    def all(self, kind: str, **values: object) -> list[Object]:
        """Objects of a kind with those values, newest first."""
        found = [
            made
            for made in self.state.objects.values()
            if made["object"] == kind and all(made.get(name) == value for name, value in values.items())
        ]
        # Of those made in the same second, the last one first.
        return sorted(found, key=lambda made: made["created"])[::-1]
