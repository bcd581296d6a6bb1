-- collections: people make, read, rename and delete their own and choose a cover. "My Favorites" comes with the
-- account: no policy lets a second one be made, and keep_my_favorites() keeps it from being renamed or deleted.
-- owner_id and is_favorites are not writable; their defaults are the caller and false.
revoke all on public.collections from public, anon, authenticated, service_role;
grant select, insert (name), update (name, cover_render_id), delete on public.collections to authenticated;

drop policy if exists "collections: owner reads" on public.collections;
create policy "collections: owner reads" on public.collections
  for select to authenticated using (owner_id = (select private.caller_id()));

drop policy if exists "collections: owner makes" on public.collections;
create policy "collections: owner makes" on public.collections
  for insert to authenticated with check (owner_id = (select private.caller_id()) and not is_favorites);

drop policy if exists "collections: owner renames" on public.collections;
create policy "collections: owner renames" on public.collections
  for update to authenticated
  using (owner_id = (select private.caller_id())) with check (owner_id = (select private.caller_id()));

drop policy if exists "collections: owner deletes" on public.collections;
create policy "collections: owner deletes" on public.collections
  for delete to authenticated using (owner_id = (select private.caller_id()));
