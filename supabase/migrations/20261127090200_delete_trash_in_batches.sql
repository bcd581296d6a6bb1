-- Why: emptying a trash was one statement however much was in it: long locks, and with thousands of renders more than the
-- time a statement has. And a render that its owner restored while the purge looked was deleted all the same.
-- And two deletions of the same renders could wait for each other.
-- Running code sees: delete_trashed_renders deletes at most 500 renders a call; old code empties a larger trash in part.
set local lock_timeout = '5s';

-- Delete the caller's renders of a filter for ever, if they are in the trash: 500 at most, answers how many. Their files
-- follow by the queue of removals. SECURITY DEFINER: people have no DELETE on renders, so nothing but the trash can be
-- deleted, whatever the filter is. The lock asks the conditions again of a row that was just restored.
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
        where render.owner_id = %L and render.deleted_at is not null and %s
        order by render.id limit 500
        for update of render
      ))
    $statement$,
    auth.uid(), private.render_conditions(filter || '{"trashed": true}')
  );
  get diagnostics deleted = row_count;
  return deleted;
end
$$;

-- Delete what has been in the trash for `days`, over everybody, at most `limit` renders; answers how many. What somebody
-- is restoring or deleting is left to the next time. Called as `anon`: the proof alone opens it.
create or replace function private.purge_trash(request text, proof text) returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
  asked jsonb;
  purged bigint;
begin
  perform private.verify_proof('purge_trash', request, proof);
  asked := request::jsonb;

  delete from public.renders
  where id = any (array(
    select id from public.renders
    where deleted_at <= now() - make_interval(days => (asked ->> 'days')::integer)
    order by deleted_at
    limit (asked ->> 'limit')::integer
    for update skip locked
  ));
  get diagnostics purged = row_count;
  return purged;
end
$$;
