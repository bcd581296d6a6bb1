-- Why: a word inside a large collection was searched among all that its owner has, scattered over the table. Now the
-- collection's items are read in their order until the page is full; a rare word is still found by its own index.
-- Running code sees: the same answers.
set local lock_timeout = '5s';

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
