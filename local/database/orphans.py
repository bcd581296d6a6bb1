"""Files that no row names, and rows whose file is gone. Reads only."""

from collections.abc import Iterator

import psycopg

# What the queue of removals holds is on its way out; a folder whose job still runs is being filled, and so is a set
# whose pictures were uploaded within the hour.
_FILES_WITHOUT_ROWS = """
select object.bucket_id || '/' || object.name
from storage.objects as object
where not exists (
    select from private.file_changes as queued
    where queued.bucket = object.bucket_id and object.name in (queued.name, queued.new_name)
  )
  and case object.bucket_id
    when 'renders' then
      not exists (select from public.render_variants where object.name in (path, thumbnail_path))
      and not exists (
        select from public.generation_jobs as job
        where job.status in ('queued', 'processing', 'expired')
          and starts_with(object.name, job.owner_id || '/' || job.id || '/')
      )
    when 'community' then
      object.created_at < now() - interval '1 hour'
      and not exists (select from public.community_items where object.name in (path, thumbnail_path))
    when 'inputs' then
      not exists (select from public.profiles as profile where starts_with(object.name, profile.id || '/'))
    else false
  end
order by 1
"""

_ROWS_WITHOUT_FILES = """
select named.bucket || '/' || named.name, named.owner
from (
  select 'renders', unnest(array[path, thumbnail_path]), 'a variant' from public.render_variants
  union all
  select 'community', unnest(array[path, thumbnail_path]), 'a community item' from public.community_items
) as named (bucket, name, owner)
where not exists (
  select from storage.objects as object where object.bucket_id = named.bucket and object.name = named.name
)
and not exists (
  select from private.file_changes as queued
  where queued.bucket = named.bucket and queued.name = named.name and queued.new_name is not null
)
order by 1
"""


def orphans(connection: psycopg.Connection) -> Iterator[str]:
    """One sentence for each orphan; none when files and rows agree."""
    for (name,) in connection.execute(_FILES_WITHOUT_ROWS):
        yield f"{name} is a file that no row names"
    for name, owner in connection.execute(_ROWS_WITHOUT_FILES):
        yield f"{name} is named by {owner}, but there is no such file"
