-- What a hosted project has before its first migration, and lite does not make: the roles of the API and their grants.
-- Runs at every start of the gateway, after lite made the schemas auth and storage.

do $$
begin
  if not exists (select from pg_roles where rolname = 'anon') then
    create role anon nologin noinherit;
  end if;
  if not exists (select from pg_roles where rolname = 'authenticated') then
    create role authenticated nologin noinherit;
  end if;
  if not exists (select from pg_roles where rolname = 'service_role') then
    create role service_role nologin noinherit bypassrls;
  end if;
end
$$;

-- A role's statements end after this time, as upstream (supabase.com/docs/guides/database/postgres/timeouts): what is too
-- slow for a hosted project fails here first. service_role has the time of PostgREST's own role.
alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role service_role set statement_timeout = '8s';

create schema if not exists extensions;
grant usage on schema public, auth, storage, extensions to anon, authenticated, service_role;

-- Storage works as the caller's role; row level security decides.
grant all on storage.buckets, storage.objects to anon, authenticated, service_role;

-- Files are deleted through the Storage API: deleting a row by SQL would leave its file. As upstream, connections of
-- Storage have a setting that allows it. Here they serve PostgREST too, whose requests set a request method.
create or replace function storage.protect_delete() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if coalesce(current_setting('storage.allow_delete_query', true), '') <> 'true'
    or coalesce(current_setting('request.method', true), '') <> ''
  then
    raise sqlstate '42501' using
      message = 'Direct deletion from storage tables is not allowed. Use the Storage API instead.',
      hint = 'This prevents accidental data loss from orphaned objects.';
  end if;
  return null;
end
$$;

create or replace trigger protect_objects_delete before delete on storage.objects
  for each statement execute function storage.protect_delete();
create or replace trigger protect_buckets_delete before delete on storage.buckets
  for each statement execute function storage.protect_delete();

-- As upstream: names of one folder are read by this index.
create index if not exists idx_objects_bucket_id_name on storage.objects (bucket_id, name collate "C");
