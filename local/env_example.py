"""`.env.example`: every variable that settings.py reads, with its meaning.

`python -m local.env_example --write` writes the file, without `--write` it prints it. A test fails while the
file is stale, and while a variable has no meaning here.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from libs.app_config.environment import MIN_SECRET_BYTES
from libs.app_config.runtime import PLANS
from libs.app_config.settings import SettingsError, load_settings

FILE: Final = Path(__file__).parents[1] / ".env.example"

HEADER: Final = """\
# The environment of the API. Generated: python -m local.env_example --write
# Copy this file to .env and fill in what has no value. Lines with # are optional and show the default or an example.
# docs/deploy.md says where each value comes from. A missing or wrong value stops the start, with its name.
"""

# Name to what it means and, for an optional variable, its default or an example.
MEANINGS: Final[dict[str, tuple[str, str]]] = {
    "SUPABASE_SECRET_KEY": ("Secret key of the Supabase project. Only the webhook handlers use it.", ""),
    "PUBLIC_URL": (
        "Where people reach the app. Webhook and return URLs are built from it, never from a Host header.",
        "http://127.0.0.1:8000",
    ),
    "HOST": ("The address on which the API listens.", "127.0.0.1"),
    "PORT": ("The port on which the API listens.", "8000"),
    "INTERNAL_PORT": ("Where /metrics and /readyz answer instead of PORT. Without it PORT has them.", "9000"),
    "SUPABASE_URL": ("URL of the Supabase project.", ""),
    "SUPABASE_PUBLISHABLE_KEY": ("Publishable key of the Supabase project. Browsers get it too.", ""),
    "SUPABASE_JWT_SECRET": (
        "Legacy projects only: the secret of HS256 tokens. Other tokens are checked with the project's public keys.",
        "",
    ),
    "API_PROOF_SECRET": (
        f"Key of the proof that guarded functions demand, {MIN_SECRET_BYTES} bytes or more: openssl rand -hex 32",
        "",
    ),
    "REPLICATE_API_TOKEN": ("Replicate's API token.", ""),
    "REPLICATE_API_URL": ("Replicate's API.", "https://api.replicate.com"),
    "REPLICATE_WEBHOOK_SECRET": ("Signing secret of Replicate's webhooks, starts with whsec_.", ""),
    "STRIPE_SECRET_KEY": ("Stripe's secret key.", ""),
    "STRIPE_API_URL": ("Stripe's API.", "https://api.stripe.com"),
    "STRIPE_WEBHOOK_SECRET": ("Signing secret of Stripe's webhook endpoint, starts with whsec_.", ""),
    **{
        price.price_id_setting: (
            f"Stripe's price of the {plan.name} plan per {price.interval}. Not for sale without it.",
            "price_…",
        )
        for plan in PLANS
        for price in plan.prices
    },
    "STRIPE_PORTAL_CONFIGURATION": (
        "The customer portal's configuration, made by ./maquette setup. Without it Stripe takes its default one.",
        "bpc_…",
    ),
    "REDIS_URL": (
        "Where several replicas count rate limits together. Without it each replica counts for itself.",
        "redis://127.0.0.1:6379",
    ),
    "TRUSTED_PROXIES": (
        "Addresses and networks whose X-Forwarded-For is believed, separated by commas. None without it.",
        "10.0.0.0/8",
    ),
    "LOG_LEVEL": ("debug, info, warning or error.", "info"),
}


class _Recorder(Mapping[str, str]):
    """An empty environment that remembers which names it was asked for."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def __getitem__(self, name: str) -> str:
        if name not in self.names:
            self.names.append(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def variables() -> dict[str, bool]:
    """Every variable that settings.py reads, in its order, and whether the start needs it."""
    environ = _Recorder()
    problems = ""
    try:
        load_settings(environ)
    except SettingsError as error:
        problems = str(error)
    return {name: f"{name} is missing" in problems for name in environ.names}


def env_example() -> str:
    """The content of `.env.example`."""
    parts = [HEADER]
    for name, is_required in variables().items():
        meaning, value = MEANINGS[name]
        parts.append(f"# {meaning}\n{name}=\n" if is_required else f"# {meaning}\n# {name}={value}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="The environment of the API with the meaning of each variable.")
    parser.add_argument("--write", action="store_true", help="write .env.example instead of printing")
    write: bool = parser.parse_args().write
    if write:
        FILE.write_text(env_example())
    else:
        sys.stdout.write(env_example())
