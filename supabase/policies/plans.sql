-- plans: everybody reads the caps. Rows come from supabase/rows.
revoke all on public.plans from public, anon, authenticated, service_role;
grant select on public.plans to anon, authenticated;

drop policy if exists "plans: everybody reads" on public.plans;
create policy "plans: everybody reads" on public.plans
  for select to anon, authenticated using (true);
