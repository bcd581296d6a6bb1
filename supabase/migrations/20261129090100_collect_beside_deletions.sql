-- Why: what was deleted for ever while it was put into a collection, or the collection while renders were put into it,
-- was found missing by a foreign key at the end: the whole change failed with an error that nobody expected.
-- Running code sees: such renders are left out, such a collection is not found.
set local lock_timeout = '5s';

-- Move the renders of a filter to the trash or out of it, or put them into a collection or take them out.
-- Answers {"changed": n, "at": the moment it happened}: with "at" as deleted_at or added_at, a filter names the same
-- renders again, for an undo. `action`: trash | restore | collect | uncollect; without `collection` the last two mean
-- "My Favorites", whose `added_at` the filter then means. Locks the collection, then what is put into it.
-- Raises PT404 collection_not_found.
create or replace function public.change_renders(filter jsonb, action text, collection uuid default null) returns jsonb
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  conditions text;
  changed bigint;
begin
  if action in ('collect', 'uncollect') then
    select id into collection from public.collections
    where owner_id = auth.uid() and case when collection is null then is_favorites else id = collection end
    for key share;
    if not found then
      raise sqlstate 'PT404' using message = 'collection_not_found', detail = '{}';
    end if;
    if filter ? 'added_at' then
      filter := filter || jsonb_build_object('collection_id', collection);
    end if;
  end if;
  conditions := private.render_conditions(filter);
  case action
    when 'trash' then
      execute format('update public.renders as render set deleted_at = now() where %s', conditions);
    when 'restore' then
      execute format('update public.renders as render set deleted_at = null where %s', conditions);
    when 'collect' then
      execute format(
        $statement$
          insert into public.collection_items (collection_id, render_id, position)
          select %1$L, chosen.id, last.position + row_number() over (order by chosen.created_at, chosen.id)
          from
            (
              select render.id, render.created_at from public.renders as render where %2$s for key share of render
            ) as chosen,
            (
              select coalesce(max(position), 0) as position
              from public.collection_items where collection_id = %1$L
            ) as last
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
