-- profiles: people read their own. The account trigger makes rows; Stripe's webhook alone changes them.
revoke all on public.profiles from public, anon, authenticated, service_role;
grant select on public.profiles to authenticated;

drop policy if exists "profiles: owner reads" on public.profiles;
create policy "profiles: owner reads" on public.profiles
  for select to authenticated using (id = (select private.caller_id()));
