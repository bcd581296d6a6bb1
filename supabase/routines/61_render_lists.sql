-- Render lists: pages of cards, months with their numbers, and one render in detail.


-- How many rows a list reads for a page: one more than the page, which has 1 to 100 rows whatever a direct caller asks
-- for. Called by every list.
create or replace function private.page_rows(page_size integer) returns integer
language sql immutable set search_path = ''
as $$ select least(greatest(coalesce(page_size, 1), 1), 100) + 1 $$;

revoke execute on function private.page_rows from public, anon, authenticated, service_role;
grant execute on function private.page_rows to anon, authenticated;


-- How a page of renders is read: SQL for `from` (`source`), `where` (`conditions`) and `order by` (`key`, then `tie`,
-- both in `direction`); `type` is that of the key. Inside a collection its items are read, in the order of one of their
-- indexes; of two collections, "My Favorites" is a condition. Key and tie are columns of one index, so that the index
-- is read from where the page starts. Called by render_page(). Raises PT400 malformed_request.
create or replace function private.render_order(
  filter jsonb, sort text,
  out source text, out conditions text, out key text, out tie text, out type text, out direction text
)
language plpgsql stable set search_path = ''
as $$
declare
  -- the key of the filter that names the collection whose items are read
  inside constant text := case
    when sort = 'deleted' or filter ? 'added_at' then ''
    when filter ? 'collection_id' then 'collection_id'
    when (filter ->> 'favorite')::boolean then 'favorite'
    else ''
  end;
  collection constant uuid := case inside
    when 'collection_id' then (filter ->> 'collection_id')::uuid
    when 'favorite' then private.my_favorites()
  end;
begin
  if sort is null or sort not in ('newest', 'oldest', 'deleted', 'manual', 'added')
    or sort in ('manual', 'added') and inside <> 'collection_id'
  then
    raise sqlstate 'PT400' using message = 'malformed_request', detail = '{}';
  end if;

  key := case sort
    when 'deleted' then 'render.deleted_at'
    when 'manual' then 'item.position'
    when 'added' then 'item.added_at'
    else case inside when '' then 'render.created_at' else 'item.render_created_at' end
  end;
  tie := case inside when '' then 'render.id' else 'item.render_id' end;
  type := case sort when 'manual' then 'double precision' else 'timestamptz' end;
  direction := case when sort in ('oldest', 'manual') then 'asc' else 'desc' end;

  conditions := concat(
    private.render_conditions(filter - 'text' - inside),
    case when filter ? 'text' then private.word_conditions(private.word_patterns(filter)) end
  );
  if inside = '' then
    source := 'public.renders as render';
  elsif filter ? 'text' then
    -- Postgres chooses the order of the items or the index of the words. Joined by both columns of the foreign key, it
    -- knows that every item has its render.
    source := format(
      'public.collection_items as item join public.renders as render'
      ' on render.id = item.render_id and render.owner_id = item.owner_id and item.collection_id = %L',
      collection
    );
  else
    -- `offset 0` keeps the subquery apart: renders are looked up only for the items that the page comes to.
    source := format(
      'public.collection_items as item cross join lateral ('
      'select * from public.renders as render where render.id = item.render_id and %s offset 0) as render',
      conditions
    );
    conditions := format('item.collection_id = %L', collection);
  end if;
end
$$;

revoke execute on function private.render_order from public, anon, authenticated, service_role;
grant execute on function private.render_order to authenticated;


-- The places of one page of the caller's renders, in order: [{"id", "key"}], one row more than `page_size` when there
-- is a next page. `after_key` and
-- `after_id` are those of the last place before the page. Called by list_renders(), and by searched_render_page().
create or replace function private.render_page(
  filter jsonb, sort text, page_size integer, after_key text, after_id uuid
) returns jsonb
language plpgsql stable security invoker set search_path = ''
as $$
declare
  chosen record;
  start text;
  page jsonb;
begin
  select * into chosen from private.render_order(filter, sort);
  if after_key is not null then
    start := format(
      'and (%s, %s) %s (%L::%s, %L::uuid)',
      chosen.key, chosen.tie, case chosen.direction when 'asc' then '>' else '<' end, after_key, chosen.type, after_id
    );
  end if;
  execute concat_ws(
    ' ',
    'select coalesce(jsonb_agg(place), ''[]'') from (',
    'select render.id,', chosen.key, 'as key from', chosen.source, 'where', chosen.conditions, start,
    'order by', chosen.key, chosen.direction, ',', chosen.tie, chosen.direction, 'limit', private.page_rows(page_size),
    ') as place'
  ) into page using private.caller_id(), private.word_patterns(filter);
  return page;
end
$$;

revoke execute on function private.render_page from public, anon, authenticated, service_role;
grant execute on function private.render_page to authenticated;


-- render_page() of a filter with a text.
-- SECURITY DEFINER: ILIKE is not leakproof, so under RLS no index could serve it. The condition on the owner, in
-- render_conditions(), replaces RLS. Called by list_renders().
create or replace function private.searched_render_page(
  filter jsonb, sort text, page_size integer, after_key text, after_id uuid
) returns jsonb
language sql stable security definer set search_path = ''
as $$ select private.render_page(filter, sort, page_size, after_key, after_id) $$;

revoke execute on function private.searched_render_page from public, anon, authenticated, service_role;
grant execute on function private.searched_render_page to authenticated;


-- One page of the caller's renders as cards with their cover, one row more than `page_size` when there is a next page.
-- `sort`: newest | oldest | deleted (the trash, latest first) | manual | added (both inside a collection).
-- `after_key` and `after_id` are the `key` and `id` of the last card before the page.
-- Called by GET /renders. Raises PT400 malformed_request.
create or replace function public.list_renders(
  filter jsonb, sort text, page_size integer, after_key text default null, after_id uuid default null
) returns jsonb
language plpgsql stable security invoker set search_path = ''
as $$
declare
  favorites constant uuid := private.my_favorites();
  page constant jsonb := case
    when filter ? 'text' then private.searched_render_page(filter, sort, page_size, after_key, after_id)
    else private.render_page(filter, sort, page_size, after_key, after_id)
  end;
begin
  return (
    select coalesce(
      jsonb_agg(
        jsonb_build_object(
          'id', render.id, 'key', place.key, 'title', render.title, 'preset_id', render.preset_id,
          'created_at', render.created_at, 'deleted_at', render.deleted_at,
          'is_taken_down', render.taken_down_at is not null,
          'variant_count', (select count(*) from public.render_variants as variant where variant.render_id = render.id),
          'is_favorite', exists (
            select from public.collection_items as favorite
            where favorite.render_id = render.id and favorite.collection_id = favorites
          ),
          'cover', (
            select to_jsonb(variant) from public.render_variants as variant
            where variant.render_id = render.id and render.taken_down_at is null
            order by variant.id = render.cover_variant_id desc nulls last, variant.index
            limit 1
          )
        )
        order by place.number
      ),
      '[]'::jsonb
    )
    from rows from (jsonb_to_recordset(page) as (id uuid, key jsonb)) with ordinality as place (id, key, number)
    -- `offset 0`: looked up one by one, however many places Postgres expects in the JSON.
    cross join lateral (select * from public.renders as owned where owned.id = place.id offset 0) as render
  );
end
$$;

revoke execute on function public.list_renders from public, anon, authenticated, service_role;
grant execute on function public.list_renders to authenticated;


-- How many renders of a filter each month has in a time zone, latest first: [{"month": "2026-11", "count": 12}].
-- Called by GET /renders/months.
create or replace function public.count_renders_by_month(filter jsonb, time_zone text) returns jsonb
language plpgsql stable security invoker set search_path = ''
as $$
declare
  months jsonb;
begin
  execute format(
    $query$
      select coalesce(jsonb_agg(to_jsonb(counted) order by counted.month desc), '[]'::jsonb)
      from (
        select to_char(render.created_at at time zone $3, 'YYYY-MM') as month, count(*) as count
        from public.renders as render
        where %s
        group by 1
      ) as counted
    $query$,
    private.render_conditions(filter)
  ) into months using private.caller_id(), private.word_patterns(filter), time_zone;
  return months;
end
$$;

revoke execute on function public.count_renders_by_month from public, anon, authenticated, service_role;
grant execute on function public.count_renders_by_month to authenticated;


-- Everything about one render of the caller's, in an array that is empty when there is none: variants, collections, the
-- picture that it was made from, the latest renders that were made from it, what it cost and what came back.
-- Called by GET /renders/{id}.
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

revoke execute on function public.render_detail from public, anon, authenticated, service_role;
grant execute on function public.render_detail to authenticated;
