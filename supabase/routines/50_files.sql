-- Files: the queue private.file_changes names the files that have no row any more or no row yet, and those that are to be
-- moved. The service role does through the Storage API what is due.


-- Queues the names of files that are about to be stored for a job, and renews those of an attempt that broke off. Under
-- the lock of the job, so that no name is queued after complete_generation() wrote its row. Ten minutes are many times
-- what storing takes: a file that is stored after its account was deleted is still removed. Answers the outcome.
-- Called by POST /webhooks/replicate before it stores files. Locks as claim_job().
create or replace function private.announce_files(job_id uuid, prediction text, names jsonb) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  claimed record;
begin
  select * into claimed from private.claim_job(job_id, prediction);
  if claimed.outcome = 'applied' then
    insert into private.file_changes (bucket, name, job_id, due_at)
    select 'renders', announced.name, announce_files.job_id, now() + interval '10 minutes'
    from jsonb_array_elements_text(names) as announced (name)
    on conflict (bucket, name) do update set due_at = excluded.due_at, job_id = excluded.job_id;
  end if;
  return claimed.outcome;
end
$$;

create or replace function public.announce_files(job_id uuid, prediction text, names jsonb) returns text
language sql volatile security invoker set search_path = ''
as $$ select private.announce_files(job_id, prediction, names) $$;

revoke execute on function private.announce_files, public.announce_files from public, anon, authenticated, service_role;
grant execute on function private.announce_files, public.announce_files to service_role;


-- A file whose row exists leaves the queue.
create or replace function private.keep_variant_files() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  delete from private.file_changes
  where bucket = 'renders' and name in (new.path, new.thumbnail_path);
  return null;
end
$$;

create or replace trigger keep_variant_files after insert on public.render_variants
  for each row execute function private.keep_variant_files();

revoke execute on function private.keep_variant_files from public, anon, authenticated, service_role;


-- The files of a deleted variant are due for removal.
create or replace function private.queue_variant_files() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into private.file_changes (bucket, name)
  values ('renders', old.path), ('renders', old.thumbnail_path)
  on conflict do nothing;
  return null;
end
$$;

create or replace trigger queue_variant_files after delete on public.render_variants
  for each row execute function private.queue_variant_files();

revoke execute on function private.queue_variant_files from public, anon, authenticated, service_role;


-- Everything in the folders of a deleted account is due for removal: photos have no rows of their own.
create or replace function private.queue_account_files() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into private.file_changes (bucket, name)
  select object.bucket_id, object.name
  from storage.objects as object
  where object.bucket_id in ('inputs', 'renders')
    and object.name collate "C" > old.id || '/' and object.name collate "C" < old.id || '0'
  on conflict do nothing;
  return null;
end
$$;

create or replace trigger queue_account_files after delete on public.profiles
  for each row execute function private.queue_account_files();

revoke execute on function private.queue_account_files from public, anon, authenticated, service_role;


-- The files of a deleted item are due for removal, and so are files that an item exchanged for others: their addresses
-- are public. The files of an item that came back under the same names leave the queue.
create or replace function private.queue_community_files() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op <> 'INSERT' then
    insert into private.file_changes (bucket, name)
    values ('community', old.path), ('community', old.thumbnail_path)
    on conflict do nothing;
  end if;
  if tg_op <> 'DELETE' then
    delete from private.file_changes
    where bucket = 'community' and name in (new.path, new.thumbnail_path);
  end if;
  return null;
end
$$;

create or replace trigger queue_community_files
  after insert or delete or update of path, thumbnail_path on public.community_items
  for each row execute function private.queue_community_files();

revoke execute on function private.queue_community_files from public, anon, authenticated, service_role;


-- What is due longest, `max_count` at most: [{"bucket", "name", "new_name"}]; a file without a new name is removed. Names
-- of a job that has not ended wait: it may still write their rows. Called by POST /webhooks/replicate/file-changes.
create or replace function private.next_file_changes(max_count integer) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(
    jsonb_agg(jsonb_build_object('bucket', due.bucket, 'name', due.name, 'new_name', due.new_name)), '[]'::jsonb
  )
  from (
    select bucket, name, new_name from private.file_changes as queued
    where due_at <= now() and not exists (
      select from public.generation_jobs as job
      where job.id = queued.job_id and job.status in ('queued', 'processing', 'expired')
    )
    order by due_at
    limit max_count
  ) as due
$$;

create or replace function public.next_file_changes(max_count integer) returns jsonb
language sql stable security invoker set search_path = ''
as $$ select private.next_file_changes(max_count) $$;

revoke execute on function private.next_file_changes, public.next_file_changes
  from public, anon, authenticated, service_role;
grant execute on function private.next_file_changes, public.next_file_changes to service_role;


-- Takes from the queue what Storage has done. A variant whose file was moved gets its new name; where the variant was
-- deleted meanwhile, the file under the new name is due for removal. Called by POST /webhooks/replicate/file-changes.
create or replace function private.confirm_file_changes(done jsonb) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  moved record;
begin
  for moved in
    delete from private.file_changes as queued
    using jsonb_to_recordset(done) as finished (bucket text, name text)
    where queued.bucket = finished.bucket and queued.name = finished.name
    returning queued.bucket, queued.name, queued.new_name
  loop
    continue when moved.new_name is null;
    update public.render_variants as variant
    set path = case variant.path when moved.name then moved.new_name else variant.path end,
      thumbnail_path = case variant.thumbnail_path when moved.name then moved.new_name else variant.thumbnail_path end
    where moved.name in (variant.path, variant.thumbnail_path);
    if not found then
      insert into private.file_changes (bucket, name) values (moved.bucket, moved.new_name) on conflict do nothing;
    end if;
  end loop;
end
$$;

create or replace function public.confirm_file_changes(done jsonb) returns void
language sql volatile security invoker set search_path = ''
as $$ select private.confirm_file_changes(done) $$;

revoke execute on function private.confirm_file_changes, public.confirm_file_changes
  from public, anon, authenticated, service_role;
grant execute on function private.confirm_file_changes, public.confirm_file_changes to service_role;


-- The files of a render that is taken down are due for a move, to names that nobody can guess and in a folder that no
-- policy opens: what was signed before opens nothing then, and nothing can be signed. Called by take_down_render().
create or replace function private.hide_render_files(render uuid) returns void
language sql volatile security definer set search_path = ''
as $$
  insert into private.file_changes (bucket, name, new_name)
  select 'renders', file.name, 'taken-down/' || replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')
  from public.render_variants as variant
  cross join lateral (values (variant.path), (variant.thumbnail_path)) as file (name)
  where variant.render_id = render
  on conflict do nothing
$$;

revoke execute on function private.hide_render_files from public, anon, authenticated, service_role;


-- Whether the caller may keep a photo under this name: 1,000 at most, and a photo that is there already takes no room.
-- Uploads that run at the same time do not see each other. Called by the policy "inputs: owner adds", because a policy
-- cannot read its own table.
create or replace function private.has_room_for_photo(object_name text) returns boolean
language sql stable security definer set search_path = ''
as $$
  select
    (
      select count(*) from storage.objects
      where bucket_id = 'inputs'
        and name collate "C" > auth.uid()::text || '/' and name collate "C" < auth.uid()::text || '0'
    ) < 1000
    or exists (select from storage.objects where bucket_id = 'inputs' and name = object_name)
$$;

revoke execute on function private.has_room_for_photo from public, anon, authenticated, service_role;
grant execute on function private.has_room_for_photo to authenticated;


-- The second line behind the policies. Storage asks a policy when an upload begins and completes it as its service role,
-- so an upload that began earlier, or by a signed address, ends past the policies; a trigger sees the end. A photo is
-- never written over, and nothing is stored in the folder of an account that is closed or gone. The lock decides between
-- an upload and a deletion at the same time: either the deletion waits and queue_account_files() sees the file, or the
-- profile is gone here. The error is the one of a policy, so that it does not tell which accounts there are. Raises
-- 42501.
create or replace function private.guard_stored_file() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  folder constant text := split_part(new.name, '/', 1);
  refused boolean := false;
begin
  if new.bucket_id not in ('inputs', 'renders') then
    return new;
  end if;
  if tg_op = 'UPDATE' and new.bucket_id = 'inputs' then
    refused := new.version is distinct from old.version;
  end if;
  -- Folders of other names belong to nobody: the service role alone writes them.
  if not refused and folder ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    perform from public.profiles where id = folder::uuid and closed_at is null for key share;
    refused := not found;
  end if;
  if refused then
    raise sqlstate '42501' using message = 'new row violates row-level security policy for table "objects"';
  end if;
  return new;
end
$$;

create or replace trigger guard_stored_file before insert or update of bucket_id, name, version on storage.objects
  for each row execute function private.guard_stored_file();

revoke execute on function private.guard_stored_file from public, anon, authenticated, service_role;
