-- renders: people read and retitle their own and choose the cover; complete_generation() alone makes rows.
revoke all on public.renders from public, anon, authenticated, service_role;
grant select, update (title, cover_variant_id) on public.renders to authenticated;

drop policy if exists "renders: owner reads" on public.renders;
create policy "renders: owner reads" on public.renders
  for select to authenticated using (owner_id = (select auth.uid()));

drop policy if exists "renders: owner retitles" on public.renders;
create policy "renders: owner retitles" on public.renders
  for update to authenticated
  using (owner_id = (select auth.uid())) with check (owner_id = (select auth.uid()));
