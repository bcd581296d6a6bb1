"""Functions of the database called as PostgREST calls them, inside a transaction that a test rolls back."""

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.types.json import Jsonb


class Refused(Exception):
    """A function refused and its work is undone; the text is the code of our API's error."""


def call_as(
    connection: psycopg.Connection, role: str, subject: str, function: str, arguments: Mapping[str, object]
) -> Any:
    """What a public function answers to a role and a JWT's subject. Raises Refused."""
    named = ", ".join(f"{name} => %({name})s" for name in arguments)
    values = {name: Jsonb(value) if isinstance(value, list | dict) else value for name, value in arguments.items()}
    try:
        with connection.transaction():
            connection.execute(
                "select set_config('request.jwt.claim.sub', %s, true), set_config('role', %s, true)", (subject, role)
            )
            row = connection.execute(f"select public.{function}({named})".encode(), values).fetchone()
            connection.execute("reset role")
    except psycopg.Error as error:
        if not (error.sqlstate or "").startswith("PT"):
            raise
        raise Refused(error.diag.message_primary) from error
    assert row is not None
    return row[0]
