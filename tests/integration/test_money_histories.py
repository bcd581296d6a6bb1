"""Issue 16: random histories of runs, payments and accounts, told to the real functions of the database too."""

import psycopg
import pytest

from tests.support.money.database_books import DatabaseBooks, prepared
from tests.support.money.history import History
from tests.support.processes.supabase_stack import SupabaseStack

HISTORIES = 50


@pytest.mark.timeout(180)
def test_E5_E6_A10_A11_the_database_says_what_the_model_says_in_every_history(supabase: SupabaseStack) -> None:
    """Seeds beside those of tests/unit/test_money_histories.py: sums are checked here too."""
    with psycopg.connect(supabase.gateway.database_url) as connection, prepared(connection):
        for seed in range(10_000, 10_000 + HISTORIES):
            with connection.transaction(force_rollback=True):
                History(seed, lambda clock: [DatabaseBooks(clock, connection, supabase.proof_secret)]).run()
