-- The default privileges of hosted projects made before 2026-05-30: every new object of the schema public belongs to
-- the API's roles until a migration takes it back. Loaded before our migrations, so that the role matrix is tested
-- under both defaults; newer projects grant nothing, as an empty local database does.
alter default privileges in schema public grant all on tables to anon, authenticated, service_role;
alter default privileges in schema public grant all on sequences to anon, authenticated, service_role;
alter default privileges in schema public grant execute on functions to anon, authenticated, service_role;
