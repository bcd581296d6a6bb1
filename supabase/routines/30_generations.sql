-- Generations: what the submit of a person does to a job. The job's row is what the API builds the prediction from.
-- Lock order, here and in every other function: profile, collection, variant, job, mailbox, the day's provider cost.


-- Gives `credits` of a job back, once, counted in the period of the debit. The caller holds the lock of the job.
-- Called by close_job() and complete_generation().
create or replace function private.refund_job(job public.generation_jobs, credits integer, why text) returns void
language sql security definer set search_path = ''
as $$
  insert into public.usage_ledger (owner_id, job_id, kind, amount, reason, is_free, effective_at)
  select job.owner_id, job.id, 'refund', credits, why, debit.is_free, debit.effective_at
  from public.usage_ledger as debit
  where debit.job_id = job.id and debit.kind = 'debit' and credits > 0
  on conflict (job_id) where kind = 'refund' do nothing
$$;

revoke execute on function private.refund_job from public, anon, authenticated, service_role;


-- Ends a job that made nothing: terminal status, reason, all credits back. The caller holds the lock of the job.
-- Called by release_generation() and fail_generation().
create or replace function private.close_job(
  job public.generation_jobs, outcome public.job_status, code text
) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  -- `canceled` is the code of a run that the provider had begun.
  update public.generation_jobs
  set status = outcome, error_code = code, finished_at = now(), heard_at = now(),
    given_back_at = case when code in ('canceled', 'safety_blocked') then now() end
  where id = job.id;

  perform private.refund_job(job, job.credits, code);
end
$$;

revoke execute on function private.close_job from public, anon, authenticated, service_role;


-- One job and one debit, in one transaction, for the caller. A repeat with the same key and body answers with the first
-- job. Answers {"job": ..., "created": bool}. Called by POST /generations. Guarded.
-- Locks the caller's profile, then the collection and the variant that the request names, the mailbox, last the day's
-- provider cost.
-- Raises PT401 account_gone, PT402 plan_cap_reached, PT403 account_blocked | payment_disputed, PT404 input_not_found |
-- collection_not_found, PT409 generation_in_flight, PT422 idempotency_key_reused | preset_unavailable |
-- too_many_variants, PT429 too_many_given_back, PT503 submits_paused | daily_ceiling_reached.
create or replace function private.reserve_generation(request text, proof text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  caller constant uuid := private.caller_id();
  payload jsonb;
  job public.generation_jobs;
  preset public.presets;
  usage record;
  price integer;
  cost numeric;
begin
  perform private.verify_proof('reserve_generation', request, proof);
  payload := request::jsonb;

  -- All submits of one person wait for each other here. `no key`: a webhook that writes rows of this person meanwhile
  -- does not wait.
  perform from public.profiles where id = caller and closed_at is null for no key update;
  if not found then
    raise sqlstate 'PT401' using message = 'account_gone', detail = '{}';
  end if;

  select * into job from public.generation_jobs
  where owner_id = caller and idempotency_key = payload ->> 'idempotency_key';
  if found then
    if job.request_hash <> payload ->> 'request_hash' then
      raise sqlstate 'PT422' using message = 'idempotency_key_reused', detail = '{}';
    end if;
    return jsonb_build_object('job', to_jsonb(job), 'created', false);
  end if;

  perform private.refuse_blocked(caller);
  perform private.refuse_while_paused();
  if exists (select from private.fraud_warnings where owner_id = caller and dismissed_at is null) then
    raise sqlstate 'PT403' using message = 'payment_disputed', detail = '{}';
  end if;

  -- What the run refers to stays until its job is written.
  perform from public.collections where id = (payload ->> 'collection_id')::uuid and owner_id = caller for key share;
  perform from public.render_variants
  where id = (payload ->> 'source_variant_id')::uuid and owner_id = caller
  for key share;

  update public.generation_jobs set status = 'expired', error_code = 'timed_out'
  where owner_id = caller and status in ('queued', 'processing') and deadline_at <= now();

  select * into job from public.generation_jobs where owner_id = caller and status in ('queued', 'processing');
  if found then
    raise sqlstate 'PT409' using
      message = 'generation_in_flight', detail = jsonb_build_object('job_id', job.id)::text;
  end if;

  select * into preset from public.presets where id = payload ->> 'preset_id' and active and not retired;
  select dollars into cost from private.preset_costs where preset_id = preset.id;
  if cost is null then
    raise sqlstate 'PT422' using message = 'preset_unavailable', detail = '{}';
  end if;

  perform private.lock_mailbox(caller);
  select * into usage from private.usage_of(caller);
  perform private.refuse_given_back(caller, usage.plan_id);

  if (payload ->> 'variants')::integer > least(preset.max_variants, usage.max_variants) then
    raise sqlstate 'PT422' using
      message = 'too_many_variants',
      detail = jsonb_build_object('max', least(preset.max_variants, usage.max_variants), 'plan', usage.plan_id)::text;
  end if;

  price := preset.credits * (payload ->> 'variants')::integer;
  if usage.used + price > usage.credit_limit then
    raise sqlstate 'PT402' using
      message = 'plan_cap_reached',
      detail = jsonb_build_object(
        'plan', usage.plan_id, 'used', usage.used, 'limit', usage.credit_limit, 'needed', price,
        'remaining', greatest(usage.credit_limit - usage.used, 0), 'resets_at', usage.resets_at,
        'used_elsewhere', usage.used_elsewhere, 'disposable_mailbox', usage.lacks_mailbox
      )::text;
  end if;

  if payload ->> 'input_path' is not null and split_part(payload ->> 'input_path', '/', 2) <> caller::text
    or payload ->> 'source_variant_id' is not null and not exists (
      select from public.render_variants where id = (payload ->> 'source_variant_id')::uuid and owner_id = caller
    )
  then
    raise sqlstate 'PT404' using message = 'input_not_found', detail = '{}';
  end if;

  if payload ->> 'collection_id' is not null and not exists (
    select from public.collections where id = (payload ->> 'collection_id')::uuid and owner_id = caller
  ) then
    raise sqlstate 'PT404' using message = 'collection_not_found', detail = '{}';
  end if;

  insert into public.generation_jobs (
    owner_id, idempotency_key, request_hash, preset_id, title, prompt, settings, variants, seed, input_path,
    source_variant_id, collection_id, credits, expected_seconds, deadline_at
  )
  values (
    caller, payload ->> 'idempotency_key', payload ->> 'request_hash', preset.id, payload ->> 'title',
    payload ->> 'prompt', payload -> 'settings', (payload ->> 'variants')::integer, (payload ->> 'seed')::bigint,
    payload ->> 'input_path', (payload ->> 'source_variant_id')::uuid, (payload ->> 'collection_id')::uuid, price,
    coalesce(
      (select seconds from public.preset_timings where preset_id = preset.id),
      (payload ->> 'expected_seconds')::real
    ),
    now() + make_interval(secs => (payload ->> 'deadline_seconds')::integer)
  )
  returning * into job;

  insert into public.usage_ledger (owner_id, job_id, kind, amount, reason, is_free)
  values (caller, job.id, 'debit', -price, 'generation', usage.is_free);

  perform private.add_provider_cost(cost * job.variants);

  return jsonb_build_object('job', to_jsonb(job), 'created', true);
end
$$;

create or replace function public.reserve_generation(request text, proof text) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select private.reserve_generation(request, proof) $$;

revoke execute on function private.reserve_generation, public.reserve_generation
  from public, anon, authenticated, service_role;
grant execute on function private.reserve_generation, public.reserve_generation to authenticated;


-- Binds the caller's job to the prediction that runs it. The same id again changes nothing: the webhook may have come
-- first.
-- Called by POST /generations. Guarded. Locks the job.
-- Raises PT404 generation_not_found, PT409 prediction_mismatch | generation_settled.
create or replace function private.attach_prediction(request text, proof text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  payload jsonb;
  job public.generation_jobs;
begin
  perform private.verify_proof('attach_prediction', request, proof);
  payload := request::jsonb;

  select * into job from public.generation_jobs
  where id = (payload ->> 'job_id')::uuid and owner_id = private.caller_id()
  for update;
  if not found then
    raise sqlstate 'PT404' using message = 'generation_not_found', detail = '{}';
  end if;

  if job.prediction_id = payload ->> 'prediction_id' then
    return to_jsonb(job);
  end if;
  if job.prediction_id is not null
    or exists (select from public.generation_jobs where prediction_id = payload ->> 'prediction_id')
  then
    raise sqlstate 'PT409' using message = 'prediction_mismatch', detail = '{}';
  end if;
  if job.status in ('succeeded', 'failed', 'canceled') then
    raise sqlstate 'PT409' using message = 'generation_settled', detail = '{}';
  end if;

  update public.generation_jobs set prediction_id = payload ->> 'prediction_id', heard_at = now()
  where id = job.id
  returning * into job;
  return to_jsonb(job);
end
$$;

create or replace function public.attach_prediction(request text, proof text) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select private.attach_prediction(request, proof) $$;

revoke execute on function private.attach_prediction, public.attach_prediction
  from public, anon, authenticated, service_role;
grant execute on function private.attach_prediction, public.attach_prediction to authenticated;


-- Notes that the owner wants to stop the generation. The job stays open: only the provider knows whether a picture was
-- made. A job that has ended comes back unchanged. Called by POST /generations/{id}/cancel. Guarded. Locks the job.
-- Raises PT404 generation_not_found.
create or replace function private.request_cancel(request text, proof text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  payload jsonb;
  job public.generation_jobs;
begin
  perform private.verify_proof('request_cancel', request, proof);
  payload := request::jsonb;

  select * into job from public.generation_jobs
  where id = (payload ->> 'job_id')::uuid and owner_id = private.caller_id()
  for update;
  if not found then
    raise sqlstate 'PT404' using message = 'generation_not_found', detail = '{}';
  end if;

  if job.status in ('queued', 'processing') and job.cancel_requested_at is null then
    update public.generation_jobs set cancel_requested_at = now() where id = job.id returning * into job;
  end if;
  return to_jsonb(job);
end
$$;

create or replace function public.request_cancel(request text, proof text) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select private.request_cancel(request, proof) $$;

revoke execute on function private.request_cancel, public.request_cancel from public, anon, authenticated, service_role;
grant execute on function private.request_cancel, public.request_cancel to authenticated;
