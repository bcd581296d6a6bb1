"""Whether what operators curate can still be made: every item held against runtime.py."""

from collections.abc import Iterator

import psycopg

from libs.app_config.runtime import LIMITS
from libs.services.applicable import recipe_problem

_ITEMS = """
select curated.slug, item.title, item.preset_id, item.settings, item.seed
from public.community_items as item
join public.community_collections as curated on curated.id = item.collection_id
order by curated.position, curated.id, item.position, item.id
"""


def problems(connection: psycopg.Connection) -> Iterator[str]:
    """One sentence for each item that the community shows without "Apply settings"."""
    for slug, title, preset_id, settings, seed in connection.execute(_ITEMS):
        problem = recipe_problem(preset_id, settings)
        if problem is None and not LIMITS.min_seed <= seed <= LIMITS.max_seed:
            problem = f"The seed {seed} is not between {LIMITS.min_seed} and {LIMITS.max_seed}."
        if problem is not None:
            yield f"{slug}, {title!r}: {problem}"
