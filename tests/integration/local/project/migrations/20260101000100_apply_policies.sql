-- Who may do what in this project.
revoke execute on all functions in schema public from public, anon, authenticated, service_role;
grant execute on function public.echo(jsonb) to authenticated;
grant execute on function public.setting(text) to anon, authenticated;
grant execute on function public.delete_files() to authenticated;
grant execute on function public.knows_the_color() to anon;
revoke all on public.notes from public, anon, authenticated, service_role;
grant select (id, owner_id, body, created_at), insert (body) on public.notes to authenticated;

drop policy if exists "notes: owner reads" on public.notes;
create policy "notes: owner reads" on public.notes
  for select to authenticated using (owner_id = (select auth.uid()));

drop policy if exists "notes: owner adds" on public.notes;
create policy "notes: owner adds" on public.notes
  for insert to authenticated with check (owner_id = (select auth.uid()));
drop policy if exists "files: owner reads" on storage.objects;
create policy "files: owner reads" on storage.objects for select to authenticated
  using (bucket_id = 'files' and (storage.foldername(name))[1] = (select auth.uid())::text);

drop policy if exists "files: owner adds" on storage.objects;
create policy "files: owner adds" on storage.objects for insert to authenticated
  with check (bucket_id = 'files' and (storage.foldername(name))[1] = (select auth.uid())::text);

drop policy if exists "files: owner deletes" on storage.objects;
create policy "files: owner deletes" on storage.objects for delete to authenticated
  using (bucket_id = 'files' and (storage.foldername(name))[1] = (select auth.uid())::text);

drop policy if exists "files: whoever knows the color reads" on storage.objects;
create policy "files: whoever knows the color reads" on storage.objects for select to anon
  using (bucket_id = 'files' and public.knows_the_color());
