-- storage.objects: people keep photos in inputs/{their id}/{sha256}.jpg and read what the webhooks store in
-- renders/{their id}/, through our API alone: every policy asks for its proof too, because Storage asks a policy once
-- and then completes an upload as its service role, and signs for as long as somebody likes. has_room_for_photo() bounds
-- the number of photos. No policy for UPDATE: a photo that was checked cannot be replaced in place. No policy names the
-- bucket `community`: its files are public by address and not listed. open_account() is null for an account that is
-- closed or gone, whose JWT stays valid until it expires: nothing is equal to null.
drop policy if exists "inputs: owner reads" on storage.objects;
create policy "inputs: owner reads" on storage.objects
  for select to authenticated
  using (
    bucket_id = 'inputs' and (storage.foldername(name))[1] = (select private.open_account())::text
    and (select private.api_asks())
  );

drop policy if exists "inputs: owner adds" on storage.objects;
create policy "inputs: owner adds" on storage.objects
  for insert to authenticated
  with check (
    bucket_id = 'inputs'
    and (select private.api_asks())
    and name ~ ('^' || (select private.open_account()) || '/[0-9a-f]{64}\.jpg$')
    and private.has_room_for_photo(name)
  );

drop policy if exists "inputs: owner deletes" on storage.objects;
create policy "inputs: owner deletes" on storage.objects
  for delete to authenticated
  using (
    bucket_id = 'inputs' and (storage.foldername(name))[1] = (select private.open_account())::text
    and (select private.api_asks())
  );

drop policy if exists "renders: owner reads files" on storage.objects;
create policy "renders: owner reads files" on storage.objects
  for select to authenticated
  using (
    bucket_id = 'renders' and (storage.foldername(name))[1] = (select private.open_account())::text
    and (select private.api_asks())
  );

-- The API reads for a visitor what a live link opens.
drop policy if exists "renders: a live link reads files" on storage.objects;
create policy "renders: a live link reads files" on storage.objects
  for select to anon
  using (bucket_id = 'renders' and (select private.api_asks()) and private.share_opens_file(name));
