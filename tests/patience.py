"""How long tests wait for a server or for what it brings about: a busy machine keeps a process waiting for seconds."""

import httpx

SECONDS = 60.0


def wait_longer() -> None:
    """Make httpx wait as long wherever nothing else is said; its own default is five seconds."""
    default = httpx._config.DEFAULT_TIMEOUT_CONFIG
    default.connect = default.read = SECONDS
