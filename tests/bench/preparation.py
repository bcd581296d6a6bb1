"""What a bench needs on this machine: found, or installed as `./maquette up` and `./maquette test` install it."""

import sys

from local.cli.browser import ensure_chromium
from local.cli.node import install_stack
from local.cli.steps import StepError


def prepare_stack() -> None:
    """Whatever the product takes from npm. What a person can mend ends the bench with a sentence."""
    try:
        install_stack()
    except StepError as error:
        sys.exit(str(error))


def prepare_browser() -> str:
    """The path of a Chromium. What a person can mend ends the bench with a sentence."""
    try:
        return ensure_chromium()
    except StepError as error:
        sys.exit(str(error))
