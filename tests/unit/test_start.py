"""`python -m api` says in a sentence why it does not start."""

import socket

import pytest

from api.__main__ import main
from local.cli.parts import api_environment
from local.cli.state import DEFAULT_PORTS
from local.machine import HOST
from local.secrets import LocalSecrets


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in api_environment(DEFAULT_PORTS, LocalSecrets()).items():
        monkeypatch.setenv(name, value)


def refusal() -> str:
    with pytest.raises(SystemExit) as ending:
        main()
    return str(ending.value.code)


def test_a_busy_port_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server((HOST, 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        assert f"cannot listen on port {port} of {HOST}: Address already in use. HOST" in refusal()


def test_a_bad_setting_is_named_and_not_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPLICATE_WEBHOOK_SECRET", "whsec_a")
    assert refusal() == "The environment is not complete:\nREPLICATE_WEBHOOK_SECRET must be base64 after whsec_"
