-- Render lists: lists, counts and bulk changes share one filter, so "all matching this filter" means the same rows everywhere.
-- A filter is a JSON object; each key that is there narrows: ids, presets, text (every word, anywhere in title or
-- prompt), favorite, collection_id, added_at, created_from, created_before, trashed (default false), deleted_at.


-- SQL conditions on `render`: every word, anywhere in title or prompt. The expression is the index's.
create or replace function private.word_conditions(words text) returns text
language sql immutable set search_path = ''
as $$
  select string_agg(
    format(
      ' and (render.title || E''\n'' || render.prompt) ilike %L',
      '%' || regexp_replace(word, '([\\%_])', '\\\1', 'g') || '%'
    ),
    ''
  )
  from regexp_split_to_table(btrim(words), '\s+') as word
$$;

revoke execute on function private.word_conditions(text) from public, anon, authenticated, service_role;


create or replace function private.renders_with_words(words text) returns setof uuid
language plpgsql stable security definer set search_path = '' rows 1000
as $$
begin
  return query execute
    'select render.id from public.renders as render where render.owner_id = $1' || private.word_conditions(words)
    using auth.uid();
end
$$;

revoke execute on function private.renders_with_words(text) from public, anon, authenticated, service_role;
grant execute on function private.renders_with_words(text) to authenticated;


-- SQL conditions on `render` for a filter. Every value is quoted as a literal; keys are fixed here. Words are searched
-- once for a query: unless it is told so, Postgres may do it again for every item of a collection.
create or replace function private.render_conditions(filter jsonb) returns text
language plpgsql stable set search_path = ''
as $$
declare
  conditions text := format('render.owner_id = %L', auth.uid());
begin
  if coalesce((filter ->> 'trashed')::boolean, false) then
    conditions := conditions || ' and render.deleted_at is not null';
  else
    conditions := conditions || ' and render.deleted_at is null';
  end if;
  if filter ? 'deleted_at' then
    conditions := conditions || format(' and render.deleted_at = %L', (filter ->> 'deleted_at')::timestamptz);
  end if;
  if filter ? 'ids' then
    conditions := conditions || format(
      ' and render.id = any (%L::uuid[])', array(select jsonb_array_elements_text(filter -> 'ids'))::uuid[]
    );
  end if;
  if jsonb_array_length(filter -> 'presets') = 1 then
    -- An index gives its rows in order behind one equal value, not behind an array of one.
    conditions := conditions || format(' and render.preset_id = %L', filter -> 'presets' ->> 0);
  elsif filter ? 'presets' then
    conditions := conditions || format(
      ' and render.preset_id = any (%L::text[])', array(select jsonb_array_elements_text(filter -> 'presets'))
    );
  end if;
  if filter ? 'created_from' then
    conditions := conditions || format(' and render.created_at >= %L', (filter ->> 'created_from')::timestamptz);
  end if;
  if filter ? 'created_before' then
    conditions := conditions || format(' and render.created_at < %L', (filter ->> 'created_before')::timestamptz);
  end if;
  if filter ? 'text' then
    conditions := conditions || format(
      $condition$
        and render.id in (
          with found as materialized (select private.renders_with_words(%L) as id) select id from found
        )
      $condition$,
      filter ->> 'text'
    );
  end if;
  if filter ? 'collection_id' then
    conditions := conditions || format(
      ' and render.id in (select item.render_id from public.collection_items as item where item.collection_id = %L%s)',
      (filter ->> 'collection_id')::uuid,
      case when filter ? 'added_at' then format(' and item.added_at = %L', (filter ->> 'added_at')::timestamptz) end
    );
  end if;
  if (filter ->> 'favorite')::boolean then
    conditions := conditions || format(
      ' and render.id in (select item.render_id from public.collection_items as item where item.collection_id = %L)',
      (select id from public.collections where owner_id = auth.uid() and is_favorites)
    );
  end if;
  return conditions;
end
$$;

revoke execute on function private.render_conditions(jsonb) from public, anon, authenticated, service_role;
grant execute on function private.render_conditions(jsonb) to authenticated;


-- The first `most` of the caller's renders of a filter with a text, in the order of My Renders, from behind a place on.
-- SECURITY DEFINER as renders_with_words(), and for the same reason; render_conditions() asks for the owner. Here Postgres
-- knows the order and the number too: a word that is everywhere is found on the way, a rare one by its own index.
create or replace function private.first_with_words(
  filter jsonb, sort text, most integer, after_created_at timestamptz, after_id uuid
) returns setof uuid
language plpgsql stable security definer set search_path = '' rows 20
as $$
declare
  direction constant text := case sort when 'oldest' then 'asc' else 'desc' end;
  -- As in list_renders(): inside one collection the items are read; of two, favorites are the condition.
  drives constant text := case
    when filter ? 'added_at' then ''
    when filter ? 'collection_id' then 'collection_id'
    when (filter ->> 'favorite')::boolean then 'favorite'
    else ''
  end;
  collection constant uuid := case drives
    when 'collection_id' then (filter ->> 'collection_id')::uuid
    when 'favorite' then (select id from public.collections where owner_id = auth.uid() and is_favorites)
  end;
  made constant text := case drives when '' then 'render.created_at' else 'item.render_created_at' end;
  tie constant text := case drives when '' then 'render.id' else 'item.render_id' end;
begin
  return query execute format(
    $query$
      select render.id
      from %1$s
      where %2$s %3$s %4$s
      order by %5$s %7$s, %6$s %7$s
      limit %8$s
    $query$,
    case drives
      when '' then 'public.renders as render'
      else format(
        -- By both columns of the foreign key: Postgres knows then that every item has its render.
        $source$
          public.collection_items as item
          join public.renders as render on render.id = item.render_id and render.owner_id = item.owner_id
            and item.collection_id = %L
        $source$,
        collection
      )
    end,
    private.render_conditions(filter - 'text' - drives),
    private.word_conditions(filter ->> 'text'),
    case when after_id is not null then
      format(
        'and (%s, %s) %s (%L::timestamptz, %L::uuid)',
        made, tie, case direction when 'asc' then '>' else '<' end, after_created_at, after_id
      )
    end,
    made,
    tie,
    direction,
    most
  );
end
$$;

revoke execute on function private.first_with_words(jsonb, text, integer, timestamp with time zone, uuid)
  from public, anon, authenticated, service_role;
grant execute on function private.first_with_words(jsonb, text, integer, timestamp with time zone, uuid)
  to authenticated;


-- One page of the caller's renders as cards with their cover, one row more than `page_size` when there is a next page.
-- `sort`: newest | oldest | deleted (the trash, latest first) | manual | added (a collection's own order, latest first).
-- `after_key` and `after_id` are the `key` and `id` of the last card before the page.
create or replace function public.list_renders(
  filter jsonb, sort text, page_size integer, after_key text default null, after_id uuid default null
) returns jsonb
language plpgsql stable security invoker set search_path = ''
as $$
declare
  searched constant boolean := filter ? 'text' and sort in ('newest', 'oldest');
  favorites constant uuid := (select id from public.collections where owner_id = auth.uid() and is_favorites);
  -- Inside one collection the items are read, in the order of one of their indexes. Of two collections, favorites are
  -- the condition.
  collection constant uuid := case
    when searched or sort = 'deleted' or filter ? 'added_at' then null
    when filter ? 'collection_id' then (filter ->> 'collection_id')::uuid
    when (filter ->> 'favorite')::boolean then favorites
  end;
  made constant text := case when collection is null then 'render.created_at' else 'item.render_created_at' end;
  -- [key, its type, direction]
  ordering constant text[] := case sort
    when 'newest' then array[made, 'timestamptz', 'desc']
    when 'oldest' then array[made, 'timestamptz', 'asc']
    when 'deleted' then array['render.deleted_at', 'timestamptz', 'desc']
    when 'manual' then array['item.position', 'double precision', 'asc']
    when 'added' then array['item.added_at', 'timestamptz', 'desc']
  end;
  -- An index is read from where the page starts when it can compare its own columns with a row.
  tie constant text := case when collection is null then 'render.id' else 'item.render_id' end;
  conditions constant text := case
    when searched then
      format(
        'render.id = any (%L::uuid[])',
        array(select private.first_with_words(filter, sort, page_size + 1, after_key::timestamptz, after_id))
      )
    when collection is null then private.render_conditions(filter)
    when filter ? 'collection_id' then private.render_conditions(filter - 'collection_id')
    else private.render_conditions(filter - 'favorite')
  end;
  page jsonb;
begin
  if ordering is null or sort in ('manual', 'added') and not filter ? 'collection_id' then
    raise sqlstate 'PT400' using message = 'malformed_request', detail = '{}';
  end if;
  execute format(
    $query$
      select coalesce(jsonb_agg(to_jsonb(card) - 'place' order by card.place), '[]'::jsonb)
      from (
        select
          row_number() over (order by page.key %3$s, page.id %3$s) as place,
          page.id, page.key, page.title, page.preset_id, page.created_at, page.deleted_at,
          (select count(*) from public.render_variants as variant where variant.render_id = page.id) as variant_count,
          exists (
            select from public.collection_items as favorite
            where favorite.render_id = page.id and favorite.collection_id = %5$L
          ) as is_favorite,
          (
            select to_jsonb(variant) from public.render_variants as variant
            where variant.render_id = page.id
            order by variant.id = page.cover_variant_id desc nulls last, variant.index
            limit 1
          ) as cover
        from (
          select
            render.id, %1$s as key, render.title, render.preset_id, render.created_at, render.deleted_at,
            render.cover_variant_id
          from %6$s
          where %2$s %7$s
          order by %1$s %3$s, %8$s %3$s
          limit %4$s
        ) as page
      ) as card
    $query$,
    ordering[1],
    case when collection is null then conditions else format('item.collection_id = %L', collection) end,
    ordering[3],
    page_size + 1,
    favorites,
    case
      when collection is null then 'public.renders as render'
      else format(
        $source$
          public.collection_items as item
          cross join lateral (
            select * from public.renders as render where render.id = item.render_id and %s %s
          ) as render
        $source$,
        conditions,
        -- Held apart, renders are looked up for the items that the page comes to. Words are found by their own index.
        case when not filter ? 'text' then 'offset 0' end
      )
    end,
    case when after_key is not null then
      format(
        'and (%s, %s) %s (%L::%s, %L::uuid)',
        ordering[1], tie, case ordering[3] when 'asc' then '>' else '<' end, after_key, ordering[2], after_id
      )
    end,
    tie
  ) into page;
  return page;
end
$$;

revoke execute on function public.list_renders(jsonb, text, integer, text, uuid)
  from public, anon, authenticated, service_role;
grant execute on function public.list_renders(jsonb, text, integer, text, uuid) to authenticated;


-- How many renders of a filter each month has, UTC, latest first: [{"month": "2026-11", "count": 12}].
create or replace function public.count_renders_by_month(filter jsonb) returns jsonb
language plpgsql stable security invoker set search_path = ''
as $$
declare
  months jsonb;
begin
  execute format(
    $query$
      select coalesce(jsonb_agg(to_jsonb(counted) order by counted.month desc), '[]'::jsonb)
      from (
        select to_char(render.created_at at time zone 'UTC', 'YYYY-MM') as month, count(*) as count
        from public.renders as render
        where %s
        group by 1
      ) as counted
    $query$,
    private.render_conditions(filter)
  ) into months;
  return months;
end
$$;

revoke execute on function public.count_renders_by_month(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.count_renders_by_month(jsonb) to authenticated;


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

revoke execute on function public.render_detail(uuid) from public, anon, authenticated, service_role;
grant execute on function public.render_detail(uuid) to authenticated;
