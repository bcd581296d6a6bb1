-- Why: rows that a settled job gets (render, ledger, collection) lock its owner's profile for their foreign keys, after the
-- job was locked. An account that was deleted at that moment locked the same two the other way round: a deadlock, and
-- either the deletion failed or the delivery did. Now the lock order is profile, then job, everywhere.
-- Running code sees: nothing new.
set local lock_timeout = '5s';

create or replace function private.claim_job(
  job_id uuid, prediction text, out job public.generation_jobs, out outcome text
)
language plpgsql security definer set search_path = ''
as $$
begin
  perform from public.profiles
  where id = (select owner_id from public.generation_jobs where id = job_id)
  for key share;
  select * into job from public.generation_jobs where id = job_id for update;
  if not found then
    outcome := 'unknown_job';
  elsif job.prediction_id is distinct from prediction and (
    job.prediction_id is not null
    or exists (select from public.generation_jobs where prediction_id = prediction)
  ) then
    outcome := 'foreign_prediction';
  elsif job.status = 'succeeded' then
    outcome := 'repeated';
  elsif job.status in ('failed', 'canceled') then
    outcome := 'settled';
  else
    update public.generation_jobs set prediction_id = prediction, heard_at = now()
    where id = job.id
    returning * into job;
    outcome := 'applied';
  end if;
end
$$;

create or replace function private.release_generation(request text, proof text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  asked jsonb;
  job public.generation_jobs;
begin
  perform private.verify_proof('release_generation', request, proof);
  asked := request::jsonb;

  perform from public.profiles
  where id = (select owner_id from public.generation_jobs where id = (asked ->> 'job_id')::uuid)
  for key share;
  select * into job from public.generation_jobs
  where id = (asked ->> 'job_id')::uuid and (auth.uid() is null or owner_id = auth.uid())
  for update;
  if not found then
    raise sqlstate 'PT404' using message = 'generation_not_found', detail = '{}';
  end if;

  if job.prediction_id is null and job.status in ('queued', 'expired') then
    perform private.close_job(
      job,
      case when job.cancel_requested_at is null then 'failed' else 'canceled' end::public.job_status,
      asked ->> 'error_code'
    );
    select * into job from public.generation_jobs where id = job.id;
  end if;
  return to_jsonb(job);
end
$$;
