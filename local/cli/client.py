"""The OpenAPI document of the API and the web client that is generated from it."""

import json
import tempfile
from pathlib import Path

from libs.app_config.settings import load_settings
from local.cli.node import WEB, environment, install_web, npm
from local.cli.parts import api_environment
from local.cli.state import DEFAULT_PORTS
from local.cli.steps import StepError, run_step
from local.secrets import LocalSecrets

DOCUMENT = WEB / "openapi.json"
CLIENT = WEB / "src" / "api" / "schema.d.ts"


def document() -> str:
    """The document as JSON text, the same for the same code."""
    # This imports the whole API, which takes a second.
    from api.app import create_app
    from api.openapi import document_of

    # Any complete settings will do: the document does not depend on where the API runs.
    app = create_app(*load_settings(api_environment(DEFAULT_PORTS, LocalSecrets())))
    return json.dumps(document_of(app), indent=2, ensure_ascii=False) + "\n"


def write_client() -> None:
    """Bring the checked-in document and client up to date. Raises StepError."""
    install_web()
    DOCUMENT.write_text(document())
    _generate(CLIENT)


def require_current_client() -> None:
    """Raise StepError when the checked-in document or client is not what the API's code gives."""
    install_web()
    if DOCUMENT.read_text() != document():
        raise StepError(f"{DOCUMENT.name} is not the API's document any more. Run `./maquette openapi --write`.")
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder, CLIENT.name)
        _generate(fresh)
        if fresh.read_text() != CLIENT.read_text():
            raise StepError(f"{CLIENT.name} is not generated from {DOCUMENT.name}. Run `./maquette openapi --write`.")


def _generate(target: Path) -> None:
    command = npm("exec", "--no", "--", "openapi-typescript", str(DOCUMENT), "--output", str(target))
    run_step("Generating the client", command, cwd=WEB, environment=environment())
