"""What the database must know of runtime.py, as SQL: prices and bounds that Postgres itself enforces.

`python -m libs.app_config.database_rows > supabase/seed.sql`; a test fails while that file is stale.
"""

import sys
from collections.abc import Sequence

from libs.app_config.runtime import PLANS, PRESETS, Plan, Preset

HEADER = """\
-- Generated from libs/app_config/runtime.py by `python -m libs.app_config.database_rows`. Safe to apply again.
-- Renders refer to retired presets, so their rows stay, and nothing new is made with them.
"""


def seed_sql(plans: Sequence[Plan], presets: Sequence[Preset]) -> str:
    """The rows of `plans` and `presets`; applied again it changes nothing."""
    plan_rows = [(plan.id, plan.monthly_credits, plan.max_variants) for plan in plans]
    preset_rows = [
        (preset.id, preset.family, preset.credits, preset.max_variants, preset.photo, True) for preset in presets
    ]
    ids = ", ".join(_literal(preset.id) for preset in presets)
    return "\n".join(
        (
            HEADER,
            _upsert("public.plans", ("id", "monthly_credits", "max_variants"), plan_rows),
            _upsert("public.presets", ("id", "family", "credits", "max_variants", "photo", "active"), preset_rows),
            f"update public.presets set active = false where active and id not in ({ids});\n",  # noqa: S608 - our literals
        )
    )


def _upsert(table: str, columns: Sequence[str], rows: Sequence[Sequence[str | int | bool]]) -> str:
    values = ",\n".join(f"  ({', '.join(_literal(value) for value in row)})" for row in rows)
    updates = ",\n".join(f"  {column} = excluded.{column}" for column in columns if column != "id")
    return f"insert into {table} ({', '.join(columns)})\nvalues\n{values}\non conflict (id) do update set\n{updates};\n"


def _literal(value: str | int | bool) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("'", "''")
    return f"'{escaped}'"


if __name__ == "__main__":
    sys.stdout.write(seed_sql(PLANS, PRESETS))
