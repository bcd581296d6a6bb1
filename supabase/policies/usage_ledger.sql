-- usage_ledger: people read their own. Append-only, by functions alone.
revoke all on public.usage_ledger from public, anon, authenticated, service_role;
grant select on public.usage_ledger to authenticated;

drop policy if exists "usage_ledger: owner reads" on public.usage_ledger;
create policy "usage_ledger: owner reads" on public.usage_ledger
  for select to authenticated using (owner_id = (select private.caller_id()));
