-- Why: a sitemap names every published set, which list_community answers page by page and with its pictures.
-- Running code sees: a new RPC.
set local lock_timeout = '5s';

-- Every published set's slug and when something was last added to it, in the operators' order.
create function public.community_addresses() returns jsonb
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
