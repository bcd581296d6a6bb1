"""`.env.example` names what settings.py reads, and its defaults are those of settings.py."""

import msgspec

from libs.app_config.settings import load_settings
from local.env_example import FILE, MEANINGS, env_example, variables
from tests.unit.test_settings import HOSTED

# Shown as examples: without them something is off or left out.
EXAMPLES = {"INTERNAL_PORT", "REDIS_URL", "STRIPE_PORTAL_CONFIGURATION", "TRUSTED_PROXIES"}


def test_the_file_is_up_to_date() -> None:
    assert FILE.read_text() == env_example(), "run: python -m local.env_example --write"


def test_every_variable_has_a_meaning_and_every_meaning_a_variable() -> None:
    assert MEANINGS.keys() == variables().keys()


def test_the_environment_that_is_needed_is_marked() -> None:
    needed = {name for name, is_needed in variables().items() if is_needed}
    assert needed == HOSTED.keys() - {"PUBLIC_URL"}


def test_a_default_that_is_written_down_is_the_default() -> None:
    optional = {name: MEANINGS[name][1] for name, is_needed in variables().items() if not is_needed}
    written = {
        name: value for name, value in optional.items() if name not in EXAMPLES and not name.startswith("STRIPE_PRICE_")
    }
    assert len(written) == 7
    unset, _ = load_settings({name: value for name, value in HOSTED.items() if name != "PUBLIC_URL"})
    given, _ = load_settings({**HOSTED, **written})
    assert msgspec.structs.asdict(given) == msgspec.structs.asdict(unset)
