-- What a hosted project holds before its first migration and lite does not make: the API's roles and their grants.
-- Run at every start of the gateway, after lite made the schemas auth and storage.

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

create schema if not exists extensions;
grant usage on schema public, auth, storage, extensions to anon, authenticated, service_role;

-- Storage asks as the caller's role; its row level security decides.
grant all on storage.buckets, storage.objects to anon, authenticated, service_role;
