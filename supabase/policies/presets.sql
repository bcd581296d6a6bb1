-- presets: everybody reads what a picture costs. Rows come from supabase/rows.
revoke all on public.presets from public, anon, authenticated, service_role;
grant select on public.presets to anon, authenticated;

drop policy if exists "presets: everybody reads" on public.presets;
create policy "presets: everybody reads" on public.presets
  for select to anon, authenticated using (true);
