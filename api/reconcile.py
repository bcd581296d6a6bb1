"""`python -m api.reconcile [--every SECONDS]`: settle jobs whose webhook never came, and purge the trash.

It also goes on with the deletion of closed accounts. Run it every few minutes.
"""

import argparse
import asyncio
import os
import sys

import structlog

from api.logging import configure_logging
from api.services import ReconcileServices
from libs.app_config.settings import ReconcileSettings, SettingsError, load_reconcile_settings
from libs.errors import MaquetteError, causes_of
from libs.repositories.database import DatabaseRefused

log = structlog.get_logger()


async def reconcile(settings: ReconcileSettings, every: int | None) -> None:
    """One round, or rounds without end with a pause of `every` seconds. Raises as `Reconciliation.reconcile`."""
    services = ReconcileServices(settings)
    try:
        while True:
            try:
                jobs = await services.reconciliation.reconcile()
                purged = await services.purge.run()
                await services.closing.advance()
                log.info("reconciled", jobs=jobs, purged=purged)
            except (MaquetteError, DatabaseRefused) as error:
                # The database does not answer or refuses: the next round finds the same jobs.
                log.warning("reconcile_failed", **causes_of(error))
                if every is None:
                    raise
            if every is None:
                return
            await asyncio.sleep(every)
    finally:
        await services.aclose()


def main() -> None:
    """Exit with 1 when the environment is not complete, or the database does not answer or refuses."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, metavar="SECONDS", help="keep running, with this pause between rounds")
    every: int | None = parser.parse_args().every
    try:
        settings = load_reconcile_settings(os.environ)
    except SettingsError as error:
        sys.exit(f"The environment is not complete:\n{error}")
    configure_logging(settings.log_level)
    try:
        asyncio.run(reconcile(settings, every))
    except (MaquetteError, DatabaseRefused) as error:
        sys.exit(f"Could not reconcile: {error}")


if __name__ == "__main__":
    main()
