-- Why: a file is stored before the row that names it is written. A crash in between, or an account deleted meanwhile, left
-- a file that nothing knew of. Now its name waits in the queue of removals from before it is stored until its row exists.
-- Running code sees: new RPC announce_files; a queued name may be due later. Old code that does not announce works as before.
set local lock_timeout = '5s';

alter table private.file_removals rename column queued_at to due_at;
alter index private.file_removals_queued_at_idx rename to file_removals_due_at_idx;
-- The job whose picture the file is to become; null for the files of rows that were deleted.
alter table private.file_removals add column job_id uuid;

-- Queues the names of files that are about to be stored for a job, and renews those of an attempt that died. Under the
-- lock of the job, so that no name is queued after complete_generation() wrote its row. Ten minutes are many times what
-- storing takes: a file that is stored after its account was deleted is still removed. Outcomes as record_progress().
create function private.announce_files(job_id uuid, prediction text, names jsonb) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  claimed record;
begin
  select * into claimed from private.claim_job(job_id, prediction);
  if claimed.outcome = 'applied' then
    insert into private.file_removals (bucket, name, job_id, due_at)
    select 'renders', announced.name, announce_files.job_id, now() + interval '10 minutes'
    from jsonb_array_elements_text(names) as announced (name)
    on conflict (bucket, name) do update set due_at = excluded.due_at, job_id = excluded.job_id;
  end if;
  return claimed.outcome;
end
$$;

create function private.keep_variant_files() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  delete from private.file_removals
  where bucket = 'renders' and name in (new.path, new.thumbnail_path);
  return null;
end
$$;

create trigger keep_variant_files after insert on public.render_variants
  for each row execute function private.keep_variant_files();

-- The names that are due longest, at most `most`: [{"bucket", "name"}]. A job that is not settled may still claim its own.
create or replace function private.next_file_removals(most integer) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('bucket', due.bucket, 'name', due.name)), '[]'::jsonb)
  from (
    select bucket, name from private.file_removals as queued
    where due_at <= now() and not exists (
      select from public.generation_jobs as job
      where job.id = queued.job_id and job.status in ('queued', 'processing', 'expired')
    )
    order by due_at
    limit most
  ) as due
$$;

create function public.announce_files(job_id uuid, prediction text, names jsonb) returns text
language sql volatile security invoker set search_path = ''
as $$ select private.announce_files(job_id, prediction, names) $$;
