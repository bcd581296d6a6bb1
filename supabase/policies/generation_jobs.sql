-- generation_jobs: people read their own. Functions alone move them.
revoke all on public.generation_jobs from public, anon, authenticated, service_role;
grant select on public.generation_jobs to authenticated;

drop policy if exists "generation_jobs: owner reads" on public.generation_jobs;
create policy "generation_jobs: owner reads" on public.generation_jobs
  for select to authenticated using (owner_id = (select private.caller_id()));
