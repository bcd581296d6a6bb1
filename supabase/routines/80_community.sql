-- Community: the published sets. RLS decides what is published; anybody calls these functions.


-- Published sets in the operators' order, each with its first three items and their number. One row more than
-- `page_size` when there is a next page. `wanted`: the set of that slug alone, with all its items.
-- Called by GET /community and GET /community/{slug}.
create or replace function public.list_community(
  page_size integer, tag text default null, after_position integer default null, after_id uuid default null,
  wanted text default null
) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  with page as (
    select curated.*
    from public.community_collections as curated
    where (wanted is null or curated.slug = wanted)
      and (tag is null or tag = any (curated.tags))
      and (after_id is null or (curated.position, curated.id) > (after_position, after_id))
    order by curated.position, curated.id
    limit private.page_rows(page_size)
  )
  select coalesce(
    jsonb_agg(
      to_jsonb(page) || jsonb_build_object(
        'count', (select count(*) from public.community_items as item where item.collection_id = page.id),
        'items', (
          select coalesce(jsonb_agg(to_jsonb(shown) order by shown.position, shown.id), '[]'::jsonb)
          from (
            select item.*
            from public.community_items as item
            where item.collection_id = page.id
            order by item.position, item.id
            -- 200: more than an operator puts into a set
            limit case when wanted is null then 3 else 200 end
          ) as shown
        )
      )
      order by page.position, page.id
    ),
    '[]'::jsonb
  )
  from page
$$;

revoke execute on function public.list_community from public, anon, authenticated, service_role;
grant execute on function public.list_community to anon, authenticated;


-- The tags of published sets, the commonest first. Called by GET /community/tags.
create or replace function public.community_tags() returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select coalesce(jsonb_agg(used.tag order by used.sets desc, used.tag), '[]'::jsonb)
  from (
    select tag, count(*) as sets
    from public.community_collections as curated
    cross join unnest(curated.tags) as given (tag)
    group by tag
  ) as used
$$;

revoke execute on function public.community_tags from public, anon, authenticated, service_role;
grant execute on function public.community_tags to anon, authenticated;


-- The slug of every published set and when something was last added to it, in the operators' order.
-- Called by GET /sitemap.xml.
create or replace function public.community_addresses() returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select coalesce(
    jsonb_agg(
      jsonb_build_object(
        'slug', curated.slug,
        'changed_at', greatest(
          curated.published_at,
          (select max(item.created_at) from public.community_items as item where item.collection_id = curated.id)
        )
      )
      order by curated.position, curated.id
    ),
    '[]'::jsonb
  )
  from public.community_collections as curated
$$;

revoke execute on function public.community_addresses from public, anon, authenticated, service_role;
grant execute on function public.community_addresses to anon, authenticated;
