-- Why: files are deleted through the Storage API, never by SQL, and rows go by cascade. So each deleted row leaves the
-- names of its files in a queue, in the same transaction; the webhook handlers, which hold the service role, empty it.
-- A crash anywhere leaves names in the queue, never a file that nothing knows of.
-- Running code sees: deleting variants and accounts writes to a private table.
set local lock_timeout = '5s';

create table private.file_removals (
  bucket text not null,
  name text not null,
  queued_at timestamptz not null default now(),
  primary key (bucket, name)
);

create index file_removals_queued_at_idx on private.file_removals (queued_at);

alter table private.file_removals enable row level security;

create function private.queue_variant_files() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into private.file_removals (bucket, name)
  values ('renders', old.path), ('renders', old.thumbnail_path)
  on conflict do nothing;
  return null;
end
$$;

create trigger queue_variant_files after delete on public.render_variants
  for each row execute function private.queue_variant_files();

-- Everything under the account's folders: photos have no rows of their own.
create function private.queue_account_files() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into private.file_removals (bucket, name)
  select object.bucket_id, object.name
  from storage.objects as object
  where object.bucket_id in ('inputs', 'renders') and starts_with(object.name, old.id || '/')
  on conflict do nothing;
  return null;
end
$$;

create trigger queue_account_files after delete on public.profiles
  for each row execute function private.queue_account_files();

-- The oldest names, at most `most`: [{"bucket", "name"}].
create function private.next_file_removals(most integer) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('bucket', queued.bucket, 'name', queued.name)), '[]'::jsonb)
  from (select bucket, name from private.file_removals order by queued_at limit most) as queued
$$;

-- Storage no longer has these files.
create function private.confirm_file_removals(removed jsonb) returns void
language sql volatile security definer set search_path = ''
as $$
  delete from private.file_removals as queued
  using jsonb_to_recordset(removed) as done (bucket text, name text)
  where queued.bucket = done.bucket and queued.name = done.name
$$;

create function public.next_file_removals(most integer) returns jsonb
language sql stable security invoker set search_path = ''
as $$ select private.next_file_removals(most) $$;

create function public.confirm_file_removals(removed jsonb) returns void
language sql volatile security invoker set search_path = ''
as $$ select private.confirm_file_removals(removed) $$;
