"""I1: names and titles that are written past the API hold no character that hides or reorders text."""

import re
import unicodedata

import psycopg
import pytest

from libs.text import JOINERS
from tests.support.clients.database_user import DatabaseUser
from tests.support.clients.superuser import Superuser
from tests.support.factories import Draft, add_renders

PERSIAN = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
# Format characters that are seen: signs over numbers, and what builds hieroglyphs.
SEEN = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD, *range(0x13430, 0x13460)}
# Refused beside control and format characters: line separators, and places in their blocks that are not assigned.
BESIDE = {0x2028, 0x2029, 0x2065, *range(0xE0002, 0xE0020)}


@pytest.mark.parametrize(("table", "column"), [("renders", "title"), ("collections", "name")])
@pytest.mark.parametrize(
    "hidden", ["\u202e", "\u2066", "\u200b", "\ufeff", "\x07", "\r\n", "\u00ad", "\U000e0041"], ids=ascii
)
async def test_I1_a_direct_write_with_a_hidden_character_is_refused(
    alice: DatabaseUser, superuser_connection: psycopg.Connection, table: str, column: str, hidden: str
) -> None:
    if table == "renders":
        (row,) = add_renders(superuser_connection, alice.id, [Draft(title="before")])
    else:
        row = (await alice.rest("POST", table, {column: "before"}, prefer="return=representation")).json()[0]["id"]

    refused = await alice.rest("PATCH", f"{table}?id=eq.{row}", {column: f"inv{hidden}gpj.exe"})
    before = (await alice.rest("GET", f"{table}?id=eq.{row}&select={column}")).json()
    taken = await alice.rest("PATCH", f"{table}?id=eq.{row}", {column: PERSIAN}, prefer="return=representation")

    assert (refused.status_code, refused.json()["code"]) == (400, "23514")
    assert before == [{column: "before"}]
    assert taken.json()[0][column] == PERSIAN


def test_I1_the_database_refuses_every_hidden_character_and_no_other(superuser: Superuser) -> None:
    definitions = superuser.rows(
        "select pg_get_constraintdef(oid) as definition from pg_constraint where conname like '%%\\_visible\\_%%'"
    )
    patterns = {re.findall(r"'(.+)'", str(row["definition"]))[0] for row in definitions}
    assert (len(definitions), len(patterns)) == (3, 1)

    query = "select point from generate_series(1, 917999) as point where point not between 55296 and 57343"
    refused = {row["point"] for row in superuser.rows(f"{query} and chr(point) ~ %s", *patterns)}

    hidden = {point for point in range(1, 918_000) if unicodedata.category(chr(point)) in {"Cc", "Cf"}}
    assert refused == hidden - SEEN - {ord(joiner) for joiner in JOINERS} | BESIDE
