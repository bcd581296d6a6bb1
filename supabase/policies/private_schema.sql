-- The schema private: the API's roles call functions in it, each granted by name in supabase/routines. Its tables,
-- views and sequences have no grants and no policies: its functions and operators alone reach them.
revoke all on schema private from public, anon, authenticated, service_role;
grant usage on schema private to anon, authenticated, service_role;

revoke all on all tables in schema private from public, anon, authenticated, service_role;
revoke all on all sequences in schema private from public, anon, authenticated, service_role;
