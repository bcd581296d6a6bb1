revoke all on public.notes from public, anon, authenticated, service_role;
grant select (id, owner_id, body, created_at), insert (body) on public.notes to authenticated;

drop policy if exists "notes: owner reads" on public.notes;
create policy "notes: owner reads" on public.notes
  for select to authenticated using (owner_id = (select auth.uid()));

drop policy if exists "notes: owner adds" on public.notes;
create policy "notes: owner adds" on public.notes
  for insert to authenticated with check (owner_id = (select auth.uid()));
