-- Why: lists, counts and bulk changes share one filter, so "all matching this filter" means the same rows everywhere.
-- A filter is a JSON object; each key that is there narrows: ids, presets, text (every word, anywhere in title or
-- prompt), favorite, collection_id, added_at, created_from, created_before, trashed (default false), deleted_at.
-- Running code sees: new RPCs.
set local lock_timeout = '5s';

-- The caller's renders whose title or prompt contains every one of these words, as LIKE patterns.
-- SECURITY DEFINER: ILIKE is not leakproof, so under RLS no index could serve it. The owner is asked for explicitly.
create function private.renders_with_words(patterns text[]) returns setof uuid
language plpgsql stable security definer set search_path = '' rows 100
as $$
declare
  pattern text;
  conditions text := '';
begin
  foreach pattern in array patterns loop
    conditions := conditions || format(' and (title || E''\n'' || prompt) ilike %L', pattern);
  end loop;
  return query execute 'select id from public.renders where owner_id = $1' || conditions using auth.uid();
end
$$;

-- SQL conditions on `render` for a filter. Every value is quoted as a literal; keys are fixed here.
create function private.render_conditions(filter jsonb) returns text
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
      ' and render.id in (select private.renders_with_words(%L::text[]))',
      array(
        select '%' || regexp_replace(word, '([\\%_])', '\\\1', 'g') || '%'
        from regexp_split_to_table(btrim(filter ->> 'text'), '\s+') as word
      )
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

-- One page of the caller's renders as cards with their cover, one row more than `page_size` when there is a next page.
-- `sort`: newest | oldest | deleted (the trash, latest first) | manual | added (a collection's own order, latest first).
-- `after_key` and `after_id` are the `key` and `id` of the last card before the page.
create function public.list_renders(
  filter jsonb, sort text, page_size integer, after_key text default null, after_id uuid default null
) returns jsonb
language plpgsql stable security invoker set search_path = ''
as $$
declare
  -- [key, its type, direction]
  ordering constant text[] := case sort
    when 'newest' then array['render.created_at', 'timestamptz', 'desc']
    when 'oldest' then array['render.created_at', 'timestamptz', 'asc']
    when 'deleted' then array['render.deleted_at', 'timestamptz', 'desc']
    when 'manual' then array['item.position', 'double precision', 'asc']
    when 'added' then array['item.added_at', 'timestamptz', 'desc']
  end;
  in_collection constant boolean := sort in ('manual', 'added');
  -- An index is read from where the page starts when it can compare its own columns with a row.
  tie constant text := case when in_collection then 'item.render_id' else 'render.id' end;
  page jsonb;
begin
  if ordering is null or in_collection and not filter ? 'collection_id' then
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
          from public.renders as render %6$s
          where %2$s %7$s
          order by %1$s %3$s, %8$s %3$s
          limit %4$s
        ) as page
      ) as card
    $query$,
    ordering[1],
    private.render_conditions(case when in_collection then filter - 'collection_id' else filter end),
    ordering[3],
    page_size + 1,
    (select id from public.collections where owner_id = auth.uid() and is_favorites),
    case when in_collection then
      format(
        'join public.collection_items as item on item.render_id = render.id and item.collection_id = %L',
        (filter ->> 'collection_id')::uuid
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

-- How many renders of a filter each month has, UTC, latest first: [{"month": "2026-11", "count": 12}].
create function public.count_renders_by_month(filter jsonb) returns jsonb
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

-- Move the renders of a filter to the trash or out of it, or put them into a collection or take them out.
-- Answers {"changed": n, "at": the moment it happened}: with "at" as deleted_at or added_at, a filter names the same
-- renders again, for an undo. `action`: trash | restore | collect | uncollect; without `collection` the last two mean
-- "My Favorites". Raises PT404 collection_not_found.
create function public.change_renders(filter jsonb, action text, collection uuid default null) returns jsonb
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  conditions constant text := private.render_conditions(filter);
  changed bigint;
begin
  if action in ('collect', 'uncollect') then
    select id into collection from public.collections
    where owner_id = auth.uid() and case when collection is null then is_favorites else id = collection end;
    if not found then
      raise sqlstate 'PT404' using message = 'collection_not_found', detail = '{}';
    end if;
  end if;
  case action
    when 'trash' then
      execute format('update public.renders as render set deleted_at = now() where %s', conditions);
    when 'restore' then
      execute format('update public.renders as render set deleted_at = null where %s', conditions);
    when 'collect' then
      execute format(
        $statement$
          insert into public.collection_items (collection_id, render_id, position)
          select %1$L, render.id, last.position + row_number() over (order by render.created_at, render.id)
          from public.renders as render,
            (
              select coalesce(max(position), 0) as position
              from public.collection_items where collection_id = %1$L
            ) as last
          where %2$s
          on conflict do nothing
        $statement$,
        collection, conditions
      );
    when 'uncollect' then
      execute format(
        $statement$
          delete from public.collection_items as item
          using public.renders as render
          where item.collection_id = %L and item.render_id = render.id and %s
        $statement$,
        collection, conditions
      );
    else
      raise sqlstate 'PT400' using message = 'malformed_request', detail = '{}';
  end case;
  get diagnostics changed = row_count;
  return jsonb_build_object('changed', changed, 'at', now());
end
$$;

-- Delete the caller's renders of a filter for ever, if they are in the trash; answers how many. Their files follow by
-- the queue of removals. SECURITY DEFINER: people have no DELETE on renders, so nothing but the trash can be deleted.
create function private.delete_trashed_renders(filter jsonb) returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
  deleted bigint;
begin
  execute format(
    'delete from public.renders as render where render.owner_id = %L and render.deleted_at is not null and %s',
    auth.uid(), private.render_conditions(filter || '{"trashed": true}')
  );
  get diagnostics deleted = row_count;
  return deleted;
end
$$;

create function public.delete_trashed_renders(filter jsonb) returns bigint
language sql volatile security invoker set search_path = ''
as $$ select private.delete_trashed_renders(filter) $$;

-- Delete what has been in the trash for `days`, over everybody, at most `limit` renders; answers how many.
-- Called as `anon`: the proof alone opens it.
create function private.purge_trash(request text, proof text) returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
  asked jsonb;
  purged bigint;
begin
  perform private.verify_proof('purge_trash', request, proof);
  asked := request::jsonb;

  delete from public.renders
  where id in (
    select id from public.renders
    where deleted_at <= now() - make_interval(days => (asked ->> 'days')::integer)
    order by deleted_at
    limit (asked ->> 'limit')::integer
  );
  get diagnostics purged = row_count;
  return purged;
end
$$;

create function public.purge_trash(request text, proof text) returns bigint
language sql volatile security invoker set search_path = ''
as $$ select private.purge_trash(request, proof) $$;

-- Delete one variant for ever; the last one stays. The cover passes on to the first that is left.
-- Raises PT404 variant_not_found, PT409 last_variant.
create function private.delete_variant(variant uuid) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  render public.renders;
begin
  -- The render's row is the lock: two deletes at once must not take the last two.
  select owned.* into render
  from public.renders as owned
  join public.render_variants as doomed on doomed.render_id = owned.id
  where doomed.id = variant and owned.owner_id = auth.uid()
  for no key update of owned;
  if not found then
    raise sqlstate 'PT404' using message = 'variant_not_found', detail = '{}';
  end if;
  if (select count(*) from public.render_variants where render_id = render.id) = 1 then
    raise sqlstate 'PT409' using message = 'last_variant', detail = '{}';
  end if;

  delete from public.render_variants where id = variant;

  update public.renders
  set cover_variant_id = (
    select left_over.id from public.render_variants as left_over
    where left_over.render_id = render.id order by left_over.index limit 1
  )
  where id = render.id and cover_variant_id is null;
end
$$;

create function public.delete_variant(variant uuid) returns void
language sql volatile security invoker set search_path = ''
as $$ select private.delete_variant(variant) $$;

-- Everything about one render of the caller's, in an array that is empty when there is none: variants, the collections it is in, the picture it came from,
-- and the latest renders that were made from it.
create function public.render_detail(render_id uuid) returns jsonb
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
    'credits', (select job.credits from public.generation_jobs as job where job.id = render.job_id)
  )), '[]'::jsonb)
  from public.renders as render
  where render.id = render_detail.render_id
$$;
