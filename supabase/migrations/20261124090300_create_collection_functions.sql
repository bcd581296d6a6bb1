-- Why: collections with what their cards show come in one query, and a render keeps the place it was dragged to.
-- Running code sees: new RPCs list_collections, move_collection_item.
set local lock_timeout = '5s';

-- The caller's collections, "My Favorites" first and then the latest, with the number of renders outside the trash and
-- up to three covers: the chosen one, then the latest. One row more than `page_size` when there is a next page.
-- `containing`: each also says whether that render is in it. `wanted`: that collection alone.
create function public.list_collections(
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
  )
  select coalesce(
    jsonb_agg(
      to_jsonb(page) - 'owner_id' || jsonb_build_object(
        'count', (
          select count(*)
          from public.collection_items as item
          join public.renders as render on render.id = item.render_id and render.deleted_at is null
          where item.collection_id = page.id
        ),
        'covers', (
          select coalesce(jsonb_agg(to_jsonb(cover) order by cover.is_chosen desc, cover.added_at desc), '[]'::jsonb)
          from (
            select variant.*, item.added_at, item.render_id is not distinct from page.cover_render_id as is_chosen
            from public.collection_items as item
            join public.renders as render on render.id = item.render_id and render.deleted_at is null
            join public.render_variants as variant on variant.id = render.cover_variant_id
            where item.collection_id = page.id
            order by is_chosen desc, item.added_at desc
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

-- Put an item behind another one of its collection, or first without `behind`. Its new place lies halfway to the next
-- item; where halves run out, the whole collection is numbered anew.
-- Raises PT404 render_not_found when either is not in the collection.
create function public.move_collection_item(collection uuid, render uuid, behind uuid default null) returns void
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  low double precision;
  high double precision;
  middle double precision;
begin
  -- Moves within one collection queue here.
  perform from public.collection_items where collection_id = collection order by render_id for no key update;

  if not exists (select from public.collection_items where collection_id = collection and render_id = render)
    or behind is not null
      and not exists (select from public.collection_items where collection_id = collection and render_id = behind)
    or behind = render
  then
    raise sqlstate 'PT404' using message = 'render_not_found', detail = '{}';
  end if;

  for attempt in 1..2 loop
    select position into low from public.collection_items where collection_id = collection and render_id = behind;
    select min(position) into high from public.collection_items as item
    where item.collection_id = collection and item.render_id <> render
      and (behind is null or (item.position, item.render_id) > (low, behind));
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
