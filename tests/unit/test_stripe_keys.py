"""Idempotency keys of calls to Stripe: one for calls at once, another when a person comes back later."""

import pytest

from libs.services.external.stripe_client import KEY_SECONDS, idempotency_key


def test_calls_at_once_have_one_key_and_a_later_try_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stripe repeats a 500 to the key that met it, for a day."""
    start = 1_800_000_000.0 // KEY_SECONDS * KEY_SECONDS
    keys: list[str] = []
    for timestamp in (start, start + 1, start + KEY_SECONDS):
        monkeypatch.setattr("time.time", lambda timestamp=timestamp: timestamp)
        keys.append(idempotency_key("checkout", "cus_1", "price_1", "first"))

    assert keys[0] == keys[1] != keys[2]
    assert idempotency_key("checkout", "cus_2", "price_1", "first") != keys[2]
