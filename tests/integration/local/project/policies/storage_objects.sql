drop policy if exists "files: owner reads" on storage.objects;
create policy "files: owner reads" on storage.objects for select to authenticated
  using (bucket_id = 'files' and (storage.foldername(name))[1] = (select auth.uid())::text);

drop policy if exists "files: owner adds" on storage.objects;
create policy "files: owner adds" on storage.objects for insert to authenticated
  with check (bucket_id = 'files' and (storage.foldername(name))[1] = (select auth.uid())::text);

drop policy if exists "files: owner deletes" on storage.objects;
create policy "files: owner deletes" on storage.objects for delete to authenticated
  using (bucket_id = 'files' and (storage.foldername(name))[1] = (select auth.uid())::text);
