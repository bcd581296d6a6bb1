"""The rows that differ between deployments: the proof key and what each Stripe price buys.

They come from the environment, so they are in no file of the repository.
"""

from collections.abc import Mapping
from typing import Final

from psycopg.sql import SQL

from libs.app_config.runtime import PLANS
from libs.repositories.proof import padded_halves

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


def deployment_rows(proof_secret: str, plan_of_price: Mapping[str, str]) -> str:
    """SQL that stores them. It contains the key: whoever reads it can sign as the API."""
    inner, outer = (f"\\x{half.hex()}" for half in padded_halves(proof_secret.encode()))
    statements = [
        _PROOF_KEY.format(inner=inner, outer=outer),
        *(_PRICE.format(*row) for row in sorted(plan_of_price.items())),
    ]
    return "".join(statement.as_string() for statement in statements)
