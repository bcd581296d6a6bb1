"""The browsers of the tests: found, or installed where apt-get is there."""

import os
import shutil
from pathlib import Path

from local.cli.steps import StepError, run_step

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FIREFOX_NAMES = ("firefox-esr", "firefox")
MAC_FIREFOX = Path("/Applications/Firefox.app/Contents/MacOS/firefox")
MAC_APPLICATIONS = (
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
)


def find_chromium() -> str | None:
    """The path of CHROMIUM_PATH, or of an installed Chromium or Chrome. Raises StepError when that is no program."""
    if chosen := os.environ.get("CHROMIUM_PATH"):
        if not os.access(chosen, os.X_OK):
            raise StepError(f"CHROMIUM_PATH is {chosen}, which is no program. Correct it, or unset it.")
        return chosen
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return found or next((str(path) for path in MAC_APPLICATIONS if path.exists()), None)


def ensure_chromium() -> str:
    """Find a browser, or install Debian's when this user may. Raises StepError saying what to install."""
    if found := find_chromium() or (_install("chromium") and find_chromium()):
        return found
    raise StepError(
        "The browser tests need Chromium or Chrome, and none was found. Install one (on Debian: "
        "sudo apt-get install chromium), or set CHROMIUM_PATH to it."
    )


def find_firefox() -> str | None:
    """The path of an installed Firefox."""
    found = next(filter(None, map(shutil.which, FIREFOX_NAMES)), None)
    return found or (str(MAC_FIREFOX) if MAC_FIREFOX.exists() else None)


def ensure_firefox() -> str | None:
    """Find Firefox, or install Debian's when this user may; None elsewhere: what needs it is skipped."""
    return find_firefox() or (find_firefox() if _install("firefox-esr") else None)


def _install(package: str) -> bool:
    """Install a package of Debian. False where this user or machine cannot. Raises StepError when that fails."""
    apt = shutil.which("apt-get")
    if not apt or os.geteuid() != 0:
        return False
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    run_step("Updating the package list", [apt, "update"], environment=quiet)
    run_step(f"Installing {package}", [apt, "install", "-y", "--no-install-recommends", package], environment=quiet)
    return True
