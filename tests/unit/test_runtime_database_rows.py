"""supabase/seed.sql is what runtime.py says."""

from pathlib import Path

import msgspec

from libs.app_config.database_rows import seed_sql
from libs.app_config.runtime import PLANS, PRESETS

SEED = Path(__file__).parents[2] / "supabase" / "seed.sql"


def test_the_seed_file_is_up_to_date() -> None:
    assert SEED.read_text() == seed_sql(PLANS, PRESETS), (
        "run: python -m libs.app_config.database_rows > supabase/seed.sql"
    )


def test_a_changed_price_changes_the_seed() -> None:
    dearer = msgspec.structs.replace(PRESETS[0], credits=3)
    assert "('warm-minimal', 'interior', 3, 4, 'optional', true)" in seed_sql(PLANS, (dearer, *PRESETS[1:]))


def test_a_removed_preset_is_retired_by_the_last_statement() -> None:
    last = seed_sql(PLANS, PRESETS[1:]).splitlines()[-1]
    assert last.startswith("update public.presets set active = false")
    assert "'warm-minimal'" not in last
    assert "'room-makeover'" in last


def test_quotes_are_escaped() -> None:
    odd = msgspec.structs.replace(PLANS[0], id="o'plan")
    assert "('o''plan', 40, 2)" in seed_sql((odd,), PRESETS)
