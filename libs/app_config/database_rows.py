"""The part of runtime.py that the database needs, as SQL: prices and bounds that Postgres itself enforces.

`python -m libs.app_config.database_rows --write` writes the files of supabase/rows, without `--write` it prints them; a
test fails while they are stale.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

from libs.app_config.runtime import LIMITS, MODELS, PLANS, PRESETS, Plan, Preset

FOLDER: Final = Path(__file__).parents[2] / "supabase" / "rows"

_GENERATED = "Generated from libs/app_config/runtime.py by `python -m libs.app_config.database_rows --write`.\n"
_BOUNDS = f"-- row_bounds: how many rows of a table one person may have. {_GENERATED}"
_PLANS = f"-- plans: what a plan allows. {_GENERATED}"
_PRESETS = f"""\
-- presets: what a picture costs. {_GENERATED}\
-- `active` is left alone: operators take a preset off sale, and it stays so. Rows of presets that are gone from
-- runtime.py stay, because renders refer to them, and are retired.
"""
_COSTS = "-- What Replicate takes for a picture, in US dollars.\n"
_BRAKES = f"""\
-- brakes: the planned ceiling of provider cost a day, in US dollars. {_GENERATED}\
-- The other columns are left alone: operators switch them.
"""

Value = str | int | bool | Decimal


def row_files(plans: Sequence[Plan], presets: Sequence[Preset]) -> Mapping[str, str]:
    """SQL by file name; applied again it changes nothing."""
    bound_rows = [
        ("collections", LIMITS.max_collections),
        ("collection_items", LIMITS.max_collection_items),
        ("share_links", LIMITS.max_share_links),
    ]
    plan_rows = [(plan.id, plan.monthly_credits, plan.max_variants, plan.daily_given_back) for plan in plans]
    preset_rows = [(preset.id, preset.credits, preset.max_variants, False) for preset in presets]
    dollars = {model.id: model.picture_dollars for model in MODELS}
    cost_rows = [(preset.id, dollars[preset.model]) for preset in presets]
    ids = ",\n".join(f"  {_literal(preset.id)}" for preset in presets)
    retire = f"update public.presets set retired = true where not retired and id not in (\n{ids}\n);\n"  # noqa: S608 - our literals
    bounds_sql = _upsert("private.row_bounds", ("id", "max_rows"), bound_rows)
    plans_sql = _upsert("public.plans", ("id", "monthly_credits", "max_variants", "daily_given_back"), plan_rows)
    presets_sql = _upsert("public.presets", ("id", "credits", "max_variants", "retired"), preset_rows)
    costs_sql = _upsert("private.preset_costs", ("preset_id", "dollars"), cost_rows)
    brakes_sql = _upsert("private.brakes", ("id", "planned_ceiling"), [(True, LIMITS.daily_provider_dollars)])
    return {
        "row_bounds.sql": f"{_BOUNDS}{bounds_sql}",
        "plans.sql": f"{_PLANS}{plans_sql}",
        "presets.sql": f"{_PRESETS}{presets_sql}\n{_COSTS}{costs_sql}\n{retire}",
        "brakes.sql": f"{_BRAKES}{brakes_sql}",
    }


def _upsert(table: str, columns: Sequence[str], rows: Sequence[Sequence[Value]]) -> str:
    """Rows by their first column, which is their key; columns that are not named are left alone."""
    key, *others = columns
    values = ",\n".join(f"  ({', '.join(_literal(value) for value in row)})" for row in rows)
    updates = ",\n".join(f"  {column} = excluded.{column}" for column in others)
    return (
        f"insert into {table} ({', '.join(columns)})\nvalues\n{values}\non conflict ({key}) do update set\n{updates};\n"
    )


def _literal(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | Decimal):
        return str(value)
    escaped = value.replace("'", "''")
    return f"'{escaped}'"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="The rows of bounds, plans, presets and brakes as SQL.")
    parser.add_argument("--write", action="store_true", help="write the files of supabase/rows instead of printing")
    write: bool = parser.parse_args().write
    for name, sql in row_files(PLANS, PRESETS).items():
        if write:
            (FOLDER / name).write_text(sql)
        else:
            sys.stdout.write(sql)
