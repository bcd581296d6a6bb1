"""The rows that differ between deployments: the proof key and what each Stripe price buys.

They come from the environment, so they are in no file of the repository.
"""

from collections.abc import Mapping

from psycopg.sql import SQL

from libs.repositories.proof import padded_halves

_PROOF_KEY = SQL("""\
insert into private.proof_key (inner_pad, outer_pad) values ({}::bytea, {}::bytea)
on conflict (id) do update set inner_pad = excluded.inner_pad, outer_pad = excluded.outer_pad;
""")
_PRICE = SQL("""\
insert into public.plan_prices (price_id, plan_id) values ({}, {})
on conflict (price_id) do update set plan_id = excluded.plan_id;
""")


def deployment_rows(proof_secret: str, plan_of_price: Mapping[str, str]) -> str:
    """SQL that stores them. It contains the key: whoever reads it can sign as the API."""
    halves = [f"\\x{half.hex()}" for half in padded_halves(proof_secret.encode())]
    statements = [_PROOF_KEY.format(*halves), *(_PRICE.format(*row) for row in sorted(plan_of_price.items()))]
    return "".join(statement.as_string() for statement in statements)
