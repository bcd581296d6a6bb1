"""The lock of the running stack, and its ports."""

import socket
from pathlib import Path

import msgspec
import pytest

from local.cli.state import DEFAULT_PORTS, StackError, State, require_free
from local.machine import HOST
from tests.support.processes.supabase_stack import free_ports


def test_second_stack_is_refused_and_told_where_the_first_runs(tmp_path: Path) -> None:
    state = State(tmp_path)
    with state.locked(DEFAULT_PORTS):
        with pytest.raises(StackError, match=r"already runs on http://127\.0\.0\.1:8000"), State(tmp_path).locked():
            pass
        assert State(tmp_path).running_ports() == DEFAULT_PORTS
    with State(tmp_path).locked(DEFAULT_PORTS):
        pass


def test_ports_are_known_only_while_the_stack_runs(tmp_path: Path) -> None:
    state = State(tmp_path)
    with pytest.raises(StackError, match="does not run"):
        state.running_ports()
    with state.locked(DEFAULT_PORTS):
        pass
    with pytest.raises(StackError, match="does not run"):
        state.running_ports()


def test_forgetting_leaves_nothing_but_the_lock(tmp_path: Path) -> None:
    state = State(tmp_path)
    with state.locked():
        (tmp_path / "postgres" / "base").mkdir(parents=True)
        (tmp_path / "secrets.json").touch()
        state.forget()
        assert [path.name for path in tmp_path.iterdir()] == ["up.lock"]


def test_busy_port_is_named_with_the_option_that_changes_it() -> None:
    names = [field.name for field in msgspec.structs.fields(DEFAULT_PORTS)]
    ports = type(DEFAULT_PORTS)(**dict(zip(names, free_ports(len(names)), strict=True)))
    require_free(ports)  # the positive control
    with socket.socket() as taken:
        taken.bind((HOST, ports.inbox))
        taken.listen()
        with pytest.raises(StackError) as refused:
            require_free(ports)
    assert f"Port {ports.inbox}" in str(refused.value)
    assert "--inbox-port or MAQUETTE_INBOX_PORT" in str(refused.value)
    assert str(ports.app) not in str(refused.value)


def test_two_parts_on_one_port_are_refused() -> None:
    with pytest.raises(StackError, match="same port"):
        require_free(msgspec.structs.replace(DEFAULT_PORTS, inbox=DEFAULT_PORTS.smtp))
