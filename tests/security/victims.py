"""A user with a row in every table, for the tests that try each table or function on somebody else's rows."""

import msgspec

from tests.security.catalog import content, tables
from tests.support.clients.api_rpc import ApiRpc, Render
from tests.support.clients.database_user import DatabaseUser, Row
from tests.support.clients.superuser import Superuser

# A published set with one item; again is once.
COMMUNITY = """
with curated as (
  insert into community_collections (slug, title, description, tags, published_at)
  values ('published', 'Published', '', '{interior}', now()) on conflict do nothing returning id
)
insert into community_items
  (collection_id, title, credit, preset_id, prompt, settings, seed, path, thumbnail_path, width, height, placeholder)
select id, 'Item', 'Maquette', 'one-credit', 'Oak', '{}', 1, 'item.webp', 'item.thumb.webp', 64, 48, 'AA==' from curated
"""


class Victim(msgspec.Struct, frozen=True, kw_only=True):
    """A user with a row in every table. `rows` has one of theirs by table."""

    user: DatabaseUser
    render: Render
    rows: dict[str, Row]


async def make_victim(user: DatabaseUser, api_rpc: ApiRpc, superuser: Superuser, variants: int = 1) -> Victim:
    """Give a user a row in every table that has an owner, and every other table one at all."""
    (collection,) = (await user.rest("POST", "collections", {"name": "Ideas"}, prefer="return=representation")).json()
    render = await api_rpc.render(user, variants, collection_id=collection["id"])
    superuser.run("insert into plan_prices values ('price_pro', 'pro') on conflict do nothing")
    superuser.run("update profiles set stripe_customer_id = 'cus_' || md5(id::text) where id = %s", user.id)
    (await user.rest("POST", "share_links", {"render_id": render.id})).raise_for_status()
    superuser.run(COMMUNITY)
    rows: dict[str, Row] = {}
    for table in tables(superuser.connection):
        found = [row for row in content(superuser.connection, table) if _belongs(row, table, user.id, collection["id"])]
        assert found, f"the victim has no row of {table}: add one above"
        rows[table] = found[0]
    return Victim(user=user, render=render, rows=rows)


def _belongs(row: Row, table: str, owner: str, collection: str) -> bool:
    if table == "collections":
        return row["id"] == collection
    if table == "profiles":
        return row["id"] == owner
    return row.get("owner_id", owner) == owner
