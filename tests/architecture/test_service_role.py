"""The service role exists inside the two webhook handlers: nothing else can name its key, client or services."""

import asyncio
import gc
import re
from pathlib import Path
from types import FrameType, FunctionType, ModuleType

import pytest

from api.app import create_app
from libs.app_config.settings import load_settings
from libs.services.billing.sync import BillingSync
from libs.services.generation.ingest import WebhookIngest
from libs.services.media.file_changes import FileChanger
from local.cli.parts import api_environment
from local.cli.state import DEFAULT_PORTS
from local.secrets import LocalSecrets
from supabase import AsyncClient

ROOT = Path(__file__).parents[2]
WEBHOOKS = {f"api/controllers/webhooks/{name}.py" for name in ("replicate", "service_role", "stripe")}

# By route, the service that is given to it.
GIVEN = {
    "replicate": WebhookIngest,
    "replicate/redeliveries": WebhookIngest,
    "replicate/file-changes": FileChanger,
    "stripe": BillingSync,
}

# What leaves the objects of an application: types, modules, and the loop, whose tasks hold the test itself.
OUTSIDE = (type, ModuleType, FrameType, asyncio.AbstractEventLoop, asyncio.Future)


@pytest.mark.parametrize(
    ("word", "places"),
    [
        ("SUPABASE_SECRET_KEY", {"libs/app_config/settings.py"}),
        (r"ServiceRole\b", {"libs/app_config/settings.py", "api/__main__.py", "api/app.py", *WEBHOOKS}),
        (r"service_role\.key\b", {"libs/app_config/settings.py", "api/controllers/webhooks/service_role.py"}),
        (r"create_client", {"api/controllers/webhooks/service_role.py"}),
        (r"os\.environ|getenv", {"api/__main__.py", "api/reconcile.py"}),
    ],
)
def test_what_leads_to_the_key_is_named_in_these_places_alone(word: str, places: set[str]) -> None:
    found = {
        str(path.relative_to(ROOT))
        for folder in ("api", "libs")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(word, path.read_text())
    }
    assert found == places


async def test_nothing_that_a_handler_is_given_leads_to_the_service_role() -> None:
    secrets = LocalSecrets()
    app = create_app(*load_settings(api_environment(DEFAULT_PORTS, secrets)))
    async with app.lifespan():
        given = reachable(app.state)
        assert secrets.api_proof_secret in given, "the walk looks in the wrong place"
        assert not privileged(given, secrets)
        # The positive control: the webhook routes alone are given it.
        for path, service in GIVEN.items():
            (route,) = [route for route in app.routes if route.path == f"/api/v1/webhooks/{path}"]
            found = privileged(reachable(route), secrets)
            assert {service, AsyncClient} <= {type(one) for one in found}, path


def reachable(root: object) -> list[object]:
    """Every object that code with `root` in hand can get at without leaving the application's own objects."""
    seen: dict[int, object] = {}
    ahead = [root]
    while ahead:
        here = ahead.pop()
        if id(here) in seen or isinstance(here, OUTSIDE):
            continue
        seen[id(here)] = here
        if isinstance(here, FunctionType):
            ahead.extend(cell.cell_contents for cell in here.__closure__ or ())
        else:
            ahead.extend(gc.get_referents(here))
    return list(seen.values())


def privileged(objects: list[object], secrets: LocalSecrets) -> list[object]:
    kinds = (AsyncClient, *GIVEN.values())
    return [one for one in objects if isinstance(one, kinds) or one == secrets.supabase_secret_key]
