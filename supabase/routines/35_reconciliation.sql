-- Reconciliation: jobs without a prediction, and jobs of which no webhook came for a while.


-- Ends a job whose prediction surely does not exist, and gives its debit back. Changes nothing once a prediction is
-- attached or the job has ended, nor before it is `older_than_seconds` old by this clock, where that is given.
-- Called by POST /generations as the owner, and by reconcile as `anon`. Guarded.
-- Locks the profile, then the job, then the day's provider cost. Raises PT404 generation_not_found.
create or replace function private.release_generation(request text, proof text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  payload jsonb;
  job public.generation_jobs;
begin
  perform private.verify_proof('release_generation', request, proof);
  payload := request::jsonb;

  perform from public.profiles
  where id = (select owner_id from public.generation_jobs where id = (payload ->> 'job_id')::uuid)
  for key share;
  select * into job from public.generation_jobs
  where id = (payload ->> 'job_id')::uuid and (auth.uid() is null or owner_id = private.caller_id())
  for update;
  if not found then
    raise sqlstate 'PT404' using message = 'generation_not_found', detail = '{}';
  end if;

  if job.prediction_id is null and job.status in ('queued', 'expired')
    and job.created_at <= now() - make_interval(secs => coalesce((payload ->> 'older_than_seconds')::integer, 0))
  then
    perform private.close_job(
      job,
      case when job.cancel_requested_at is null then 'failed' else 'canceled' end::public.job_status,
      payload ->> 'error_code'
    );
    perform private.subtract_provider_cost(job);
    select * into job from public.generation_jobs where id = job.id;
  end if;
  return to_jsonb(job);
end
$$;

create or replace function public.release_generation(request text, proof text) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select private.release_generation(request, proof) $$;

revoke execute on function private.release_generation, public.release_generation
  from public, anon, authenticated, service_role;
grant execute on function private.release_generation, public.release_generation to anon, authenticated;


-- The open jobs without news for `older_than_seconds`, `limit` at most: those first that were not asked about for the
-- longest time. What is given out goes to the back, so that jobs which cannot be settled do not keep the others waiting.
-- Called by reconcile as `anon`. Guarded. Locks the jobs; what somebody is changing is left to the next call.
create or replace function private.stale_generations(request text, proof text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  payload jsonb;
  stale jsonb;
begin
  perform private.verify_proof('stale_generations', request, proof);
  payload := request::jsonb;

  with given as (
    update public.generation_jobs set asked_at = now()
    where id = any (array(
      select id from public.generation_jobs
      where status in ('queued', 'processing', 'expired')
        and heard_at <= now() - make_interval(secs => (payload ->> 'older_than_seconds')::integer)
      order by asked_at
      limit (payload ->> 'limit')::integer
      for no key update skip locked
    ))
    returning *
  )
  select coalesce(jsonb_agg(to_jsonb(given) order by given.heard_at), '[]'::jsonb) into stale from given;
  return stale;
end
$$;

create or replace function public.stale_generations(request text, proof text) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select private.stale_generations(request, proof) $$;

revoke execute on function private.stale_generations, public.stale_generations
  from public, anon, authenticated, service_role;
grant execute on function private.stale_generations, public.stale_generations to anon;
