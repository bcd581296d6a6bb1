"""Issue 16: a thousand random histories of runs, payments and accounts, against the rules of billing alone."""

import pytest

from tests.support.money.history import History

HISTORIES = 1000


@pytest.mark.parametrize("seed", range(0, HISTORIES, 100))
def test_E5_E6_A10_A11_the_provider_works_for_what_is_paid_or_free_and_who_paid_has_what_was_bought(seed: int) -> None:
    for one in range(seed, seed + 100):
        History(one).run()
