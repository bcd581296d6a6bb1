"""Where the browser of the e2e tests comes from, and what a person is told when there is none."""

import os
from pathlib import Path

import pytest

from local.cli import browser, steps
from local.cli.steps import StepError


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any browser or package manager."""
    monkeypatch.delenv("CHROMIUM_PATH", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(browser, "MAC_APPLICATIONS", ())
    monkeypatch.setattr(steps, "LOG", tmp_path / "setup.log")
    return tmp_path


def program(path: Path, script: str) -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_machine_without_browser_and_package_manager_is_told_what_to_install(bare: Path) -> None:
    with pytest.raises(StepError, match="sudo apt-get install chromium"):
        browser.ensure_chromium()


def test_root_without_network_is_told_so(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    program(bare / "apt-get", "echo \"Temporary failure resolving 'deb.debian.org'\"; exit 100")
    with pytest.raises(StepError, match=r"Updating the package list failed\. A package registry cannot be reached"):
        browser.ensure_chromium()


def test_chosen_browser_that_is_none_is_named(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM_PATH", str(bare / "absent"))
    with pytest.raises(StepError, match="absent, which is no program"):
        browser.ensure_chromium()
    monkeypatch.setenv("CHROMIUM_PATH", str(program(bare / "mine", "exit 0")))
    assert browser.ensure_chromium() == str(bare / "mine")
