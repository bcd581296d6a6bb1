"""The superuser's view of the database: what really happened, and what only an operator could arrange."""

from typing import Any

import msgspec
import psycopg
from psycopg.rows import DictRow

from tests.support.clients.database_user import DatabaseUser, Row


class Superuser(msgspec.Struct, frozen=True):
    """A superuser's connection that commits each statement."""

    connection: psycopg.Connection[DictRow]

    def rows(self, query: str, *parameters: object) -> list[Row]:
        """The rows of a query."""
        return self.connection.execute(query.encode(), parameters).fetchall()

    def value(self, query: str, *parameters: object) -> Any:
        """The one value of a query."""
        (row,) = self.rows(query, *parameters)
        (value,) = row.values()
        return value

    def run(self, statement: str, *parameters: object) -> None:
        """A statement."""
        self.connection.execute(statement.encode(), parameters)

    def grant_cap(self, user: DatabaseUser, cap: int) -> None:
        """Put a user on a plan of `cap` credits a month."""
        plan = f"test-{cap}"
        self.run("insert into plans values (%s, %s, 4, 1000) on conflict do nothing", plan, cap)
        self.run("insert into plan_prices values (%s, %s) on conflict do nothing", plan, plan)
        self.run("update profiles set price_id = %s where id = %s", plan, user.id)

    def net_debit(self, job_id: str) -> object:
        """The credits that a job took in the end."""
        return self.value("select coalesce(-sum(amount), 0)::integer from usage_ledger where job_id = %s", job_id)
