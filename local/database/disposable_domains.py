"""The domains of mailboxes for single use, from the package `disposable-email-domains`, without privacy relays.

They are in no migration: the list changes every week, and a migration stays for ever.
"""

import textwrap
from collections.abc import Iterable
from typing import Final

import psycopg
from disposable_email_domains import blocklist
from psycopg.sql import SQL, Composed, Literal

from libs.app_config.mailboxes import DISPOSABLE_MAILBOXES_HAVE_FREE_CREDITS, PRIVACY_RELAYS

_COLUMNS: Final = 110
_REMOVE: Final = SQL("delete from private.disposable_domains where domain = any ({}::text[]);\n")
_ADD: Final = SQL("insert into private.disposable_domains (domain) select unnest({}::text[]) on conflict do nothing;\n")


def listed_domains(*, have_free_credits: bool = DISPOSABLE_MAILBOXES_HAVE_FREE_CREDITS) -> frozenset[str]:
    """The domains without free credits; none when their mailboxes have them."""
    # A relay on the list, or a subdomain of one, would refuse everybody behind it.
    return frozenset(() if have_free_credits else (domain for domain in blocklist if not _is_relay(domain)))


def disposable_rows(connection: psycopg.Connection, wanted: frozenset[str]) -> str:
    """SQL that makes private.disposable_domains the wanted list; empty when it is. Reads only."""
    present: set[str] = set()
    (exists,) = connection.execute("select to_regclass('private.disposable_domains') is not null").fetchall()
    if exists == (True,):
        present = {domain for (domain,) in connection.execute("select domain from private.disposable_domains")}
    statements: list[Composed] = []
    if gone := present - wanted:
        statements.append(_REMOVE.format(_array(gone)))
    if new := wanted - present:
        statements.append(_ADD.format(_array(new)))
    return "".join(statement.as_string() for statement in statements)


def _is_relay(domain: str) -> bool:
    return any(domain == relay or domain.endswith(f".{relay}") for relay in PRIVACY_RELAYS)


def _array(domains: Iterable[str]) -> Literal:
    lines = textwrap.wrap(", ".join(sorted(domains)), _COLUMNS, break_long_words=False, break_on_hyphens=False)
    return Literal("{" + "\n".join(lines) + "}")
