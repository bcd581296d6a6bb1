revoke execute on all functions in schema public from public, anon, authenticated, service_role;
grant execute on function public.echo(jsonb) to authenticated;
grant execute on function public.delete_files() to authenticated;
