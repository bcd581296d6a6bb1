-- renders: people read and retitle their own, choose the cover and move them to and from the trash;
-- complete_generation() alone makes rows, delete_trashed_renders() and purge_trash() alone delete them.
revoke all on public.renders from public, anon, authenticated, service_role;
grant select, update (title, cover_variant_id, deleted_at) on public.renders to authenticated;

drop policy if exists "renders: owner reads" on public.renders;
create policy "renders: owner reads" on public.renders
  for select to authenticated using (owner_id = (select private.caller_id()));

drop policy if exists "renders: owner retitles" on public.renders;
create policy "renders: owner retitles" on public.renders
  for update to authenticated
  using (owner_id = (select private.caller_id())) with check (owner_id = (select private.caller_id()));
