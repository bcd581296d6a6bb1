"""Whether the process can do its work."""

from libs.repositories.database import DatabasePool


async def check_database(pool: DatabasePool) -> None:
    """Raises MaquetteError database_unavailable."""
    await pool.ping()
