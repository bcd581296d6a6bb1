"""The rows that are in no migration: the proof key, what each Stripe price buys, and disposable domains."""

from collections.abc import Mapping
from typing import Final

import psycopg
from psycopg.sql import SQL

from libs.app_config.runtime import PLANS
from libs.repositories.proof import padded_halves
from local.database.disposable_domains import disposable_rows, listed_domains

LOCAL_PRICES: Final = {
    price.price_id_setting: f"price_local_{plan.id}_{price.interval}" for plan in PLANS for price in plan.prices
}
"""Settings that name the prices of the local Stripe."""

# The key that this one replaces is accepted for a day more, while the processes that have it are restarted.
_PROOF_KEY = SQL("""\
delete from private.proof_key where accepted_until <= now();
update private.proof_key set accepted_until = now() + interval '1 day'
where accepted_until is null and inner_pad <> {inner}::bytea;
insert into private.proof_key (inner_pad, outer_pad) values ({inner}::bytea, {outer}::bytea)
on conflict (inner_pad) do update set accepted_until = null;
""")
_PRICE = SQL("""\
insert into public.plan_prices (price_id, plan_id) values ({}, {})
on conflict (price_id) do update set plan_id = excluded.plan_id;
""")


def plan_of_price(environ: Mapping[str, str]) -> dict[str, str]:
    """Which plan each Stripe price buys, by the settings of runtime.py's prices that the environment has."""
    return {
        environ[price.price_id_setting]: plan.id
        for plan in PLANS
        for price in plan.prices
        if environ.get(price.price_id_setting)
    }


def deployment_rows(connection: psycopg.Connection, proof_secret: str | None, plan_of_price: Mapping[str, str]) -> str:
    """SQL that stores them in the database of the connection. It contains the key, if one is given: whoever reads it
    can sign as the API."""
    rows = disposable_rows(connection, listed_domains())
    return _environment_rows(proof_secret, plan_of_price) + rows if proof_secret else rows


def _environment_rows(proof_secret: str, plan_of_price: Mapping[str, str]) -> str:
    inner, outer = (f"\\x{half.hex()}" for half in padded_halves(proof_secret.encode()))
    statements = [
        _PROOF_KEY.format(inner=inner, outer=outer),
        *(_PRICE.format(*row) for row in sorted(plan_of_price.items())),
    ]
    return "".join(statement.as_string() for statement in statements)
