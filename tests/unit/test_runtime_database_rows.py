"""The files of supabase/rows are what runtime.py says, and leave alone what operators switch."""

import re

import msgspec

from libs.app_config.database_rows import FOLDER, row_files
from libs.app_config.runtime import PLANS, PRESETS

# What operators switch, as docs/operations.md tells them.
SWITCHES = ("active", "paused", "pause_sentence", "ceiling")


def test_the_files_are_up_to_date() -> None:
    written = {path.name: path.read_text() for path in FOLDER.iterdir()}
    assert written == row_files(PLANS, PRESETS), "run: python -m libs.app_config.database_rows --write"


def test_a_changed_price_changes_the_row() -> None:
    dearer = msgspec.structs.replace(PRESETS[0], credits=3)
    assert "('warm-minimal', 3, 4, false)" in row_files(PLANS, (dearer, *PRESETS[1:]))["presets.sql"]


def test_a_removed_preset_is_retired_by_the_last_statement() -> None:
    last = row_files(PLANS, PRESETS[1:])["presets.sql"].rpartition("\n\n")[2]
    assert last.startswith("update public.presets set retired = true")
    assert "'warm-minimal'" not in last
    assert "'room-makeover'" in last


def test_what_operators_switch_is_not_overwritten() -> None:
    files = row_files(PLANS, PRESETS)
    statements = [line for sql in files.values() for line in sql.splitlines() if not line.startswith("--")]
    assert "  credits = excluded.credits," in statements
    assert "  planned_ceiling = excluded.planned_ceiling;" in statements
    assert not [line for line in statements for word in SWITCHES if re.search(rf"\b{word}\b", line)]


def test_every_preset_has_a_provider_cost() -> None:
    costs = row_files(PLANS, PRESETS)["presets.sql"].partition("private.preset_costs")[2]
    assert "('warm-minimal', 0.025)" in costs
    assert all(f"('{preset.id}', 0." in costs for preset in PRESETS)


def test_quotes_are_escaped() -> None:
    odd = msgspec.structs.replace(PLANS[0], id="o'plan")
    assert "('o''plan', 40, 2, 8)" in row_files((odd,), PRESETS)["plans.sql"]
