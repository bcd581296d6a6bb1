"""The files of supabase/rows are what runtime.py says, and leave alone what operators switch."""

import msgspec

from libs.app_config.database_rows import FOLDER, row_files
from libs.app_config.runtime import PLANS, PRESETS


def test_the_files_are_up_to_date() -> None:
    written = {path.name: path.read_text() for path in FOLDER.iterdir()}
    assert written == row_files(PLANS, PRESETS), "run: python -m libs.app_config.database_rows --write"


def test_a_changed_price_changes_the_row() -> None:
    dearer = msgspec.structs.replace(PRESETS[0], credits=3)
    assert "('warm-minimal', 3, 4)" in row_files(PLANS, (dearer, *PRESETS[1:]))["presets.sql"]


def test_a_removed_preset_is_retired_by_the_last_statement() -> None:
    last = row_files(PLANS, PRESETS[1:])["presets.sql"].rpartition("\n\n")[2]
    assert last.startswith("update public.presets set active = false")
    assert "'warm-minimal'" not in last
    assert "'room-makeover'" in last


def test_what_operators_switch_is_not_overwritten() -> None:
    upsert, _, retire = row_files(PLANS, PRESETS)["presets.sql"].rpartition("\n\n")
    assert "credits = excluded.credits" in upsert
    assert "active = excluded" not in upsert
    assert "active = true" not in upsert + retire


def test_quotes_are_escaped() -> None:
    odd = msgspec.structs.replace(PLANS[0], id="o'plan")
    assert "('o''plan', 40, 2)" in row_files((odd,), PRESETS)["plans.sql"]
