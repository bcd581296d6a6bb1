-- Render filters: lists, counts and bulk changes share one filter, so "all matching this filter" means the same rows
-- everywhere. A filter is a JSON object, and each key that is present narrows it: ids, presets, text (every word,
-- anywhere in title or prompt), favorite, collection_id, added_at, created_from, created_before, trashed (default
-- false), deleted_at.


-- The id of the caller's "My Favorites".
create or replace function private.my_favorites() returns uuid
language sql stable set search_path = ''
as $$ select id from public.collections where owner_id = auth.uid() and is_favorites $$;

revoke execute on function private.my_favorites from public, anon, authenticated, service_role;
grant execute on function private.my_favorites to authenticated;


-- What a text searches for: a pattern for each of its words. Null without a text.
-- Called by everything that runs conditions of a filter.
create or replace function private.word_patterns(filter jsonb) returns text[]
language sql immutable set search_path = ''
as $$
  select array_agg('%' || regexp_replace(word, '([\\%_])', '\\\1', 'g') || '%')
  from regexp_split_to_table(btrim(filter ->> 'text'), '\s+') as word
$$;

revoke execute on function private.word_patterns from public, anon, authenticated, service_role;
grant execute on function private.word_patterns to authenticated;


-- SQL conditions on `render`: every word, anywhere in title or prompt. The expression is that of renders_words_idx, and
-- the patterns are $2. Called by renders_with_words() and render_order().
create or replace function private.word_conditions(patterns text[]) returns text
language sql immutable set search_path = ''
as $$
  select string_agg(format(' and (render.title || E''\n'' || render.prompt) ilike $2[%s]', place), '')
  from generate_subscripts(patterns, 1) as place
$$;

revoke execute on function private.word_conditions from public, anon, authenticated, service_role;
grant execute on function private.word_conditions to authenticated;


-- The caller's renders with all these words.
-- SECURITY DEFINER: ILIKE is not leakproof, so under RLS no index could serve it. The condition on the owner replaces
-- RLS.
-- Called in the conditions of render_conditions().
create or replace function private.renders_with_words(patterns text[]) returns setof uuid
language plpgsql stable security definer set search_path = '' rows 1000
as $$
begin
  return query execute
    'select render.id from public.renders as render where render.owner_id = $1' || private.word_conditions(patterns)
    using private.caller_id(), patterns;
end
$$;

revoke execute on function private.renders_with_words from public, anon, authenticated, service_role;
grant execute on function private.renders_with_words to authenticated;


-- SQL conditions on `render` for a filter; keys are fixed here, and values are quoted as literals. The owner and the
-- words are parameters, $1 and $2, because Postgres writes a statement that fails into its log:
-- `execute … using private.caller_id(), private.word_patterns(filter)`.
-- Words are searched once for a query: without `materialized`, Postgres may search them again for every item of a
-- collection.
-- Called by everything that takes a filter, with the rights of its caller.
create or replace function private.render_conditions(filter jsonb) returns text
language plpgsql stable set search_path = ''
as $$
declare
  presets constant text[] := array(select jsonb_array_elements_text(filter -> 'presets'));
  in_collection constant text :=
    'render.id in (select item.render_id from public.collection_items as item where item.collection_id = %L%s)';
begin
  return concat_ws(
    ' and ',
    'render.owner_id = $1',
    case when (filter ->> 'trashed')::boolean then 'render.deleted_at is not null' else 'render.deleted_at is null' end,
    case when filter ? 'deleted_at' then format('render.deleted_at = %L', (filter ->> 'deleted_at')::timestamptz) end,
    case when filter ? 'ids' then
      format('render.id = any (%L::uuid[])', array(select jsonb_array_elements_text(filter -> 'ids'))::uuid[])
    end,
    case
      -- An index gives its rows in order after one equal value, not after an array of one.
      when cardinality(presets) = 1 then format('render.preset_id = %L', presets[1])
      when filter ? 'presets' then format('render.preset_id = any (%L::text[])', presets)
    end,
    case when filter ? 'created_from' then
      format('render.created_at >= %L', (filter ->> 'created_from')::timestamptz)
    end,
    case when filter ? 'created_before' then
      format('render.created_at < %L', (filter ->> 'created_before')::timestamptz)
    end,
    case when filter ? 'text' then
      'render.id in (with found as materialized (select private.renders_with_words($2) as id) select id from found)'
    end,
    case when filter ? 'collection_id' then
      format(
        in_collection, (filter ->> 'collection_id')::uuid,
        case when filter ? 'added_at' then format(' and item.added_at = %L', (filter ->> 'added_at')::timestamptz) end
      )
    end,
    case when (filter ->> 'favorite')::boolean then format(in_collection, private.my_favorites(), '') end
  );
end
$$;

revoke execute on function private.render_conditions from public, anon, authenticated, service_role;
grant execute on function private.render_conditions to authenticated;
