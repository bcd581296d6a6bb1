-- Collections: the list with covers, the order of the items, and what keeps "My Favorites".


-- The caller's collections, "My Favorites" first and then the latest, with the number of renders outside the trash and
-- up to three covers: the chosen one, then the latest. One row more than `page_size` when there is a next page.
-- `containing`: each also says whether that render is in it. `wanted`: that collection alone. Called by GET
-- /collections.
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
    limit private.page_rows(page_size)
  ),
  -- Renders in the trash are few, so they are counted and taken off: an index alone gives the number of all items.
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
                  -- `offset 0` keeps it apart: it runs for the latest items until three are found, not for all.
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

revoke execute on function public.list_collections from public, anon, authenticated, service_role;
grant execute on function public.list_collections to authenticated;


-- Puts an item after another one of its collection, or first without `after`. Its new position is halfway to the next
-- item; where no number lies between two positions, the whole collection is numbered anew.
-- Called by PUT /collections/{id}/items/{render_id}/place. Locks the collection.
-- Raises PT404 render_not_found when either is not in the collection.
create or replace function public.move_collection_item(
  collection uuid, render uuid, after uuid default null
) returns void
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  low double precision;
  high double precision;
  middle double precision;
begin
  -- Moves within one collection wait for each other here, and for what change_renders() puts in and takes out.
  perform from public.collections where id = collection for no key update;

  if not exists (select from public.collection_items where collection_id = collection and render_id = render)
    or after is not null
      and not exists (select from public.collection_items where collection_id = collection and render_id = after)
    or after = render
  then
    raise sqlstate 'PT404' using message = 'render_not_found', detail = '{}';
  end if;

  for attempt in 1..2 loop
    select position into low from public.collection_items where collection_id = collection and render_id = after;
    select min(position) into high from public.collection_items as item
    where item.collection_id = collection and item.render_id <> render
      and (after is null or (item.position, item.render_id) > (low, after));
    middle := case
      when low is null and high is null then 0
      when low is null then high - 1
      when high is null then low + 1
      else low + (high - low) / 2
    end;
    exit when (low is null or middle > low) and (high is null or middle < high);

    update public.collection_items as item set position = numbered.place
    from (
      select other.render_id, row_number() over (order by other.position, other.render_id) as place
      from public.collection_items as other where other.collection_id = collection
    ) as numbered
    where item.collection_id = collection and item.render_id = numbered.render_id;
  end loop;

  update public.collection_items set position = middle where collection_id = collection and render_id = render;
end
$$;

revoke execute on function public.move_collection_item from public, anon, authenticated, service_role;
grant execute on function public.move_collection_item to authenticated;


-- Refuses rows that one person has too many of; triggers give it the code. Before the statement it makes the inserts of
-- one person wait for each other, after it it counts: so inserts at the same time do not pass the bound together. What
-- sign-up and webhooks write without a person's JWT is not bounded. The lock comes before that of the collection, also
-- in change_renders().
-- Raises PT409 and the code with {"limit"}.
create or replace function private.bound_rows() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  caller constant uuid := auth.uid();
  bound integer;
  kept integer;
begin
  if caller is null then
    return null;
  end if;
  if tg_when = 'BEFORE' then
    perform private.queue_inserts(caller);
    return null;
  end if;

  select max_rows into strict bound from private.row_bounds where id = tg_table_name;
  execute format('select count(*) from (select from public.%I where owner_id = $1 limit $2) as own', tg_table_name)
  into kept using caller, bound + 1;
  if kept > bound then
    raise sqlstate 'PT409' using message = tg_argv[0], detail = jsonb_build_object('limit', bound)::text;
  end if;
  return null;
end
$$;

revoke execute on function private.bound_rows from public, anon, authenticated, service_role;


-- Makes the bounded inserts of one person wait for each other until the transaction ends.
-- Called by bound_rows() and change_renders().
create or replace function private.queue_inserts(owner uuid) returns void
language sql volatile set search_path = ''
as $$ select pg_advisory_xact_lock(hashtextextended(owner::text, 0)) $$;

revoke execute on function private.queue_inserts from public, anon, authenticated, service_role;
grant execute on function private.queue_inserts to authenticated;

create or replace trigger queue_inserts before insert on public.collections
  for each statement execute function private.bound_rows();
create or replace trigger bound_rows after insert on public.collections
  for each statement execute function private.bound_rows('too_many_collections');

create or replace trigger queue_inserts before insert on public.collection_items
  for each statement execute function private.bound_rows();
create or replace trigger bound_rows after insert on public.collection_items
  for each statement execute function private.bound_rows('too_many_collection_items');

create or replace trigger queue_inserts before insert on public.share_links
  for each statement execute function private.bound_rows();
create or replace trigger bound_rows after insert on public.share_links
  for each statement execute function private.bound_rows('too_many_share_links');


-- Copies when the render was made, and keeps the time of the change. SECURITY DEFINER: it reads the render of somebody
-- else too, and the foreign key then refuses that row, exactly as it refuses an id that does not exist.
create or replace function private.copy_render_time() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  new.render_created_at := coalesce(
    (select created_at from public.renders where id = new.render_id), new.render_created_at
  );
  new.added_at := private.moment_of_change(new.added_at);
  return new;
end
$$;

create or replace trigger copy_render_time before insert on public.collection_items
  for each row execute function private.copy_render_time();

revoke execute on function private.copy_render_time from public, anon, authenticated, service_role;


-- Refuses to rename, hand over or delete "My Favorites", whoever asks, while its owner exists; with the account it
-- goes.
-- Raises PT409 favorites_fixed.
create or replace function private.keep_my_favorites() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if exists (select from public.profiles where id = old.owner_id) then
    raise sqlstate 'PT409' using message = 'favorites_fixed', detail = '{}';
  end if;
  return old;
end
$$;

create or replace trigger keep_my_favorites before delete on public.collections
  for each row when (old.is_favorites) execute function private.keep_my_favorites();

create or replace trigger keep_what_my_favorites_is before update of name, owner_id, is_favorites on public.collections
  for each row when (
    old.is_favorites
    and (old.name, old.owner_id, old.is_favorites) is distinct from (new.name, new.owner_id, new.is_favorites)
  ) execute function private.keep_my_favorites();

revoke execute on function private.keep_my_favorites from public, anon, authenticated, service_role;
