-- Render changes: into the trash and out of it, into collections and out of them, and deletion for ever.


-- When a change happens: now, or the time of a change of many steps that began within the hour. Called by
-- change_renders() and by the triggers that stamp what people write directly.
create or replace function private.moment_of_change(began_at timestamptz) returns timestamptz
language sql stable set search_path = ''
as $$ select case when began_at between now() - interval '1 hour' and now() then began_at else now() end $$;

revoke execute on function private.moment_of_change from public, anon, authenticated, service_role;
grant execute on function private.moment_of_change to authenticated;


-- Moves the renders of a filter into the trash or out of it, or puts them into a collection or takes them out: 2,000 at
-- most, oldest first (in the trash: longest there first), so that no statement comes near to its timeout. `action`:
-- trash | restore | collect | uncollect; without `collection` the last two mean "My Favorites", and `added_at` in the
-- filter means that collection too.
-- Answers {"changed": n, "at": time, "next": {"place", "id"} or null}. While `next` is not null there are more: the next
-- call has it as `after_place` and `after_id`, and `at` as `changed_at`. With "at" as deleted_at or
-- added_at, a filter names the renders of all these calls again, for an undo. Renders that are deleted meanwhile are
-- left out.
-- Called by POST /renders/bulk and by the routes that change one render. Locks the collection, then what is put into
-- it. Raises PT400 malformed_request, PT404 collection_not_found, PT409 too_many_collection_items.
create or replace function public.change_renders(
  filter jsonb, action text, collection uuid default null, changed_at timestamptz default null,
  after_place timestamptz default null, after_id uuid default null
) returns jsonb
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  step constant integer := 2000;
  moment constant timestamptz := private.moment_of_change(changed_at);
  -- The order of the index that holds these rows: it is read from where the last step ended, however many there are.
  place constant text := case when (filter ->> 'trashed')::boolean then 'deleted_at' else 'created_at' end;
  chosen uuid[];
  last_place timestamptz;
  changed bigint;
begin
  if action in ('collect', 'uncollect') then
    if action = 'collect' then
      perform private.queue_inserts(auth.uid());
    end if;
    select id into collection from public.collections
    where owner_id = auth.uid() and case when collection is null then is_favorites else id = collection end
    for no key update;
    if not found then
      raise sqlstate 'PT404' using message = 'collection_not_found', detail = '{}';
    end if;
    if filter ? 'added_at' then
      filter := filter || jsonb_build_object('collection_id', collection);
    end if;
  end if;

  -- Locked here, so that no later statement asks for `deleted_at` again. Such a condition makes Postgres read the whole
  -- index of the trash for each step, when it does not know yet that somebody has just filled it.
  execute format(
    $statement$
      select array_agg(page.id order by page.place, page.id), max(page.place)
      from (
        select render.id, render.%1$I as place from public.renders as render
        where %2$s %3$s %4$s
        order by render.%1$I, render.id
        limit %5$s
        for %6$s of render
      ) as page
    $statement$,
    place,
    private.render_conditions(filter),
    case action
      when 'restore' then 'and render.deleted_at is not null'
      when 'uncollect' then ''
      else 'and render.deleted_at is null'
    end,
    case when after_id is not null then format('and (render.%I, render.id) > ($3, $4)', place) end,
    step,
    case when action in ('trash', 'restore') then 'no key update' else 'key share' end
  ) into chosen, last_place using private.caller_id(), private.word_patterns(filter), after_place, after_id;

  case action
    when 'trash' then
      update public.renders set deleted_at = moment where id = any (chosen);
    when 'restore' then
      update public.renders set deleted_at = null where id = any (chosen);
    when 'collect' then
      insert into public.collection_items (collection_id, render_id, position, added_at)
      select collection, kept.id, highest.position + kept.number, moment
      from
        unnest(chosen) with ordinality as kept (id, number),
        (
          select coalesce(max(item.position), 0) as position
          from public.collection_items as item where item.collection_id = collection
        ) as highest
      on conflict do nothing;
    when 'uncollect' then
      delete from public.collection_items as item
      where item.collection_id = collection and item.render_id = any (chosen);
    else
      raise sqlstate 'PT400' using message = 'malformed_request', detail = '{}';
  end case;
  get diagnostics changed = row_count;

  return jsonb_build_object(
    'changed', changed,
    'at', moment,
    'next', case when cardinality(chosen) = step then jsonb_build_object('place', last_place, 'id', chosen[step]) end
  );
end
$$;

revoke execute on function public.change_renders from public, anon, authenticated, service_role;
grant execute on function public.change_renders to authenticated;


-- A direct caller writes null or not null; the time is the database's own, or that of a change that goes on.
create or replace function private.stamp_trashed_render() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.deleted_at := case
    when new.deleted_at is not null then coalesce(old.deleted_at, private.moment_of_change(new.deleted_at))
  end;
  return new;
end
$$;

create or replace trigger stamp_trashed_render before update of deleted_at on public.renders
  for each row execute function private.stamp_trashed_render();

revoke execute on function private.stamp_trashed_render from public, anon, authenticated, service_role;


-- Deletes the caller's renders of a filter for ever, if they are in the trash: 500 at most, so that one statement
-- neither locks nor lasts too long. Answers how many. Their files are queued.
-- SECURITY DEFINER: people have no DELETE on renders, so nothing but the trash can be deleted, whatever the filter is.
-- Called by POST /renders/bulk. Locks the renders by id; the lock checks the conditions of a restored row again.
create or replace function private.delete_trashed_renders(filter jsonb) returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
  deleted bigint;
begin
  execute format(
    $statement$
      delete from public.renders where id = any (array(
        select render.id from public.renders as render
        where render.owner_id = $1 and render.deleted_at is not null and %s
        order by render.id limit 500
        for update of render
      ))
    $statement$,
    private.render_conditions(filter || '{"trashed": true}')
  ) using private.caller_id(), private.word_patterns(filter);
  get diagnostics deleted = row_count;
  return deleted;
end
$$;

create or replace function public.delete_trashed_renders(filter jsonb) returns bigint
language sql volatile security invoker set search_path = ''
as $$ select private.delete_trashed_renders(filter) $$;

revoke execute on function private.delete_trashed_renders, public.delete_trashed_renders
  from public, anon, authenticated, service_role;
grant execute on function private.delete_trashed_renders, public.delete_trashed_renders to authenticated;


-- Deletes what has been in the trash for `days`, over everybody, `limit` renders at most. Answers how many. What
-- somebody is restoring or deleting is left to the next call. Called by reconcile as `anon`. Guarded.
create or replace function private.purge_trash(request text, proof text) returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
  payload jsonb;
  purged bigint;
begin
  perform private.verify_proof('purge_trash', request, proof);
  payload := request::jsonb;

  delete from public.renders
  where id = any (array(
    select id from public.renders
    where deleted_at <= now() - make_interval(days => (payload ->> 'days')::integer)
    order by deleted_at
    limit (payload ->> 'limit')::integer
    for update skip locked
  ));
  get diagnostics purged = row_count;
  return purged;
end
$$;

create or replace function public.purge_trash(request text, proof text) returns bigint
language sql volatile security invoker set search_path = ''
as $$ select private.purge_trash(request, proof) $$;

revoke execute on function private.purge_trash, public.purge_trash from public, anon, authenticated, service_role;
grant execute on function private.purge_trash, public.purge_trash to anon;


-- Deletes one variant of the caller's for ever; the last one stays. The next variant becomes the cover.
-- Called by DELETE /renders/variants/{id}. Locks the render: two deletes at once must not take the last two variants.
-- Raises PT404 variant_not_found, PT409 last_variant.
create or replace function private.delete_variant(variant uuid) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  render public.renders;
begin
  -- The render's row is the lock: two deletes at once must not take the last two.
  select owned.* into render
  from public.renders as owned
  join public.render_variants as chosen on chosen.render_id = owned.id
  where chosen.id = variant and owned.owner_id = private.caller_id()
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
    select first.id from public.render_variants as first
    where first.render_id = render.id order by first.index limit 1
  )
  where id = render.id and cover_variant_id is null;
end
$$;

create or replace function public.delete_variant(variant uuid) returns void
language sql volatile security invoker set search_path = ''
as $$ select private.delete_variant(variant) $$;

revoke execute on function private.delete_variant, public.delete_variant from public, anon, authenticated, service_role;
grant execute on function private.delete_variant, public.delete_variant to authenticated;
