"""Whether the items that operators curate can still be made: each is checked against runtime.py."""

from collections.abc import Iterator

import psycopg

from libs.services.publishing.recipe import recipe_problem

_ITEMS = """
select curated.slug, item.title, item.preset_id, item.prompt, item.settings, item.seed
from public.community_items as item
join public.community_collections as curated on curated.id = item.collection_id
order by curated.position, curated.id, item.position, item.id
"""


def problems(connection: psycopg.Connection) -> Iterator[str]:
    """One sentence for each item that the community shows without "Apply settings"."""
    for slug, title, *recipe in connection.execute(_ITEMS):
        problem = recipe_problem(*recipe)
        if problem is not None:
            yield f"{slug}, {title!r}: {problem}"
