-- Why: a render says what it cost; when variants did not come, it also says what came back and why.
-- Running code sees: one more field of render_detail, `refund`: {credits, reason}, null when nothing came back.
set local lock_timeout = '5s';

-- Everything about one render of the caller's, in an array that is empty when there is none: variants, the collections it
-- is in, the picture it came from, the latest renders that were made from it, and what it cost.
create or replace function public.render_detail(render_id uuid) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select coalesce(jsonb_agg(to_jsonb(render) || jsonb_build_object(
    'variants', (
      select jsonb_agg(to_jsonb(variant) order by variant.index)
      from public.render_variants as variant where variant.render_id = render.id
    ),
    'collections', (
      select coalesce(
        jsonb_agg(
          jsonb_build_object('id', collection.id, 'name', collection.name, 'is_favorites', collection.is_favorites)
          order by collection.is_favorites desc, collection.name
        ),
        '[]'::jsonb
      )
      from public.collection_items as item
      join public.collections as collection on collection.id = item.collection_id
      where item.render_id = render.id
    ),
    'source', (
      select jsonb_build_object(
        'render_id', parent.id, 'title', parent.title, 'deleted_at', parent.deleted_at, 'variant', to_jsonb(variant)
      )
      from public.render_variants as variant
      join public.renders as parent on parent.id = variant.render_id
      where variant.id = render.source_variant_id
    ),
    'made_from_it', (
      select coalesce(jsonb_agg(to_jsonb(made) order by made.created_at desc), '[]'::jsonb)
      from (
        select child.id as render_id, child.title, child.created_at, to_jsonb(cover) as variant
        from public.render_variants as variant
        join public.renders as child on child.source_variant_id = variant.id and child.owner_id = variant.owner_id
        left join public.render_variants as cover on cover.id = child.cover_variant_id
        where variant.render_id = render.id and child.deleted_at is null
        order by child.created_at desc
        limit 24
      ) as made
    ),
    'credits', (select job.credits from public.generation_jobs as job where job.id = render.job_id),
    'refund', (
      select jsonb_build_object('credits', entry.amount, 'reason', entry.reason)
      from public.usage_ledger as entry
      where entry.job_id = render.job_id and entry.kind = 'refund'
    )
  )), '[]'::jsonb)
  from public.renders as render
  where render.id = render_detail.render_id
$$;
