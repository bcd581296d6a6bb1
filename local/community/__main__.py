"""`python -m local.community`: seed the running local stack. `up` does it at the first start."""

import sys

import httpx
import psycopg

from local.cli.parts import postgres_url
from local.cli.state import current_state
from local.community.seeding import seed
from local.secrets import load_or_create

UPLOAD_SECONDS = 30.0


def main() -> None:
    state = current_state()
    ports, secrets = state.running_ports(), load_or_create(state.folder)
    key = secrets.supabase_secret_key
    headers = {"apikey": key, "Authorization": f"Bearer {key}"}
    with (
        psycopg.connect(postgres_url(state, ports, secrets), autocommit=True) as connection,
        httpx.Client(base_url=ports.supabase_url, headers=headers, timeout=UPLOAD_SECONDS, trust_env=False) as storage,
    ):
        seed(connection, storage, lambda text: print(text, file=sys.stderr, flush=True))
    # Once only: sets that operators delete must not come back.
    state.seeded.touch()


if __name__ == "__main__":
    main()
