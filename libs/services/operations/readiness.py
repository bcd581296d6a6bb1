"""Whether the process can do its work."""

from libs.repositories.database import DatabasePool
from libs.repositories.plans import PlanRepository


async def check_database(pool: DatabasePool) -> None:
    """One cheap read without a caller. Raises MaquetteError database_unavailable."""
    await PlanRepository(pool.as_anonymous()).ids()
