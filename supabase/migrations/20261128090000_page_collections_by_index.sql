-- Why: a page of a large collection looked at every item, and for each at a render somewhere in the table; the list of
-- collections counted the same way, and a search looked at all that matches. Now a page is read in the order of an index
-- and stops when it is full.
-- Running code sees: the same answers. collection_items has a column more, which nobody can write.
set local lock_timeout = '5s';

-- When the render was made, which never changes: the order of My Renders, inside a collection.
alter table public.collection_items add column render_created_at timestamptz not null default now();

update public.collection_items as item
set render_created_at = render.created_at
from public.renders as render
where render.id = item.render_id;

create index collection_items_made_idx
  on public.collection_items (collection_id, render_created_at desc, render_id desc);

-- SECURITY DEFINER: a render of somebody else is read here and refused by the foreign key right after, exactly as one
-- that does not exist.
create function private.copy_render_time() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  new.render_created_at := coalesce(
    (select created_at from public.renders where id = new.render_id), new.render_created_at
  );
  return new;
end
$$;

create trigger copy_render_time before insert on public.collection_items
  for each row execute function private.copy_render_time();

-- SQL conditions on `render`: every word, anywhere in title or prompt. The expression is the index's.
create function private.word_conditions(words text) returns text
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

-- The caller's renders with all these words.
-- SECURITY DEFINER: ILIKE is not leakproof, so under RLS no index could serve it. The owner is asked for explicitly.
drop function private.renders_with_words(text[]);
create function private.renders_with_words(words text) returns setof uuid
language plpgsql stable security definer set search_path = '' rows 1000
as $$
begin
  return query execute
    'select render.id from public.renders as render where render.owner_id = $1' || private.word_conditions(words)
    using auth.uid();
end
$$;

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

-- The first `most` of the caller's renders of a filter with a text, in the order of My Renders, from behind a place on.
-- SECURITY DEFINER as renders_with_words(), and for the same reason; render_conditions() asks for the owner. Here Postgres
-- knows the order and the number too: a word that is everywhere is found on the way, a rare one by its own index.
create function private.first_with_words(
  filter jsonb, sort text, most integer, after_created_at timestamptz, after_id uuid
) returns setof uuid
language plpgsql stable security definer set search_path = '' rows 20
as $$
declare
  direction constant text := case sort when 'oldest' then 'asc' else 'desc' end;
begin
  return query execute format(
    $query$
      select render.id from public.renders as render
      where %1$s %2$s %3$s
      order by render.created_at %4$s, render.id %4$s
      limit %5$s
    $query$,
    private.render_conditions(filter - 'text'),
    private.word_conditions(filter ->> 'text'),
    case when after_id is not null then
      format(
        'and (render.created_at, render.id) %s (%L::timestamptz, %L::uuid)',
        case direction when 'asc' then '>' else '<' end, after_created_at, after_id
      )
    end,
    direction,
    most
  );
end
$$;

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

-- The caller's collections, "My Favorites" first and then the latest, with the number of renders outside the trash and
-- up to three covers: the chosen one, then the latest. One row more than `page_size` when there is a next page.
-- `containing`: each also says whether that render is in it. `wanted`: that collection alone.
create or replace function public.list_collections(
  page_size integer,
  after_favorites boolean default null, after_created_at timestamptz default null, after_id uuid default null,
  containing uuid default null, wanted uuid default null
) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  with page as (
    select collection.*
    from public.collections as collection
    where collection.owner_id = auth.uid()
      and (wanted is null or collection.id = wanted)
      and (
        after_id is null
        or (collection.is_favorites, collection.created_at, collection.id)
          < (after_favorites, after_created_at, after_id)
      )
    order by collection.is_favorites desc, collection.created_at desc, collection.id desc
    limit page_size + 1
  ),
  -- What does not count is looked for, because it is little: an index alone tells how many items there are.
  trashed as (
    select item.collection_id, count(*) as count
    from public.renders as render
    join public.collection_items as item on item.render_id = render.id
    where render.owner_id = auth.uid() and render.deleted_at is not null
    group by item.collection_id
  )
  select coalesce(
    jsonb_agg(
      to_jsonb(page) - 'owner_id' || jsonb_build_object(
        'count', (
          select count(*) from public.collection_items as item where item.collection_id = page.id
        ) - coalesce((select trashed.count from trashed where trashed.collection_id = page.id), 0),
        'covers', (
          select coalesce(jsonb_agg(to_jsonb(cover) order by cover.is_chosen desc, cover.added_at desc), '[]'::jsonb)
          from (
            select variant.*, item.added_at, item.is_chosen
            from (
              (
                select chosen.render_id, chosen.added_at, true as is_chosen
                from public.collection_items as chosen
                where chosen.collection_id = page.id and chosen.render_id = page.cover_render_id
              )
              union all
              (
                select latest.render_id, latest.added_at, false as is_chosen
                from public.collection_items as latest
                where latest.collection_id = page.id and latest.render_id is distinct from page.cover_render_id
                  -- Held apart: asked of the latest items until three are found, not of all.
                  and exists (
                    select from public.renders as kept where kept.id = latest.render_id and kept.deleted_at is null
                    offset 0
                  )
                order by latest.added_at desc, latest.render_id desc
                limit 3
              )
            ) as item
            join public.renders as render on render.id = item.render_id and render.deleted_at is null
            join public.render_variants as variant on variant.id = render.cover_variant_id
            order by item.is_chosen desc, item.added_at desc
            limit 3
          ) as cover
        ),
        'contains', exists (
          select from public.collection_items as item
          where item.collection_id = page.id and item.render_id = containing
        )
      )
      order by page.is_favorites desc, page.created_at desc, page.id desc
    ),
    '[]'::jsonb
  )
  from page
$$;
