-- Why: a job and a render refer to a collection and a variant, whose rows their foreign keys lock after the job was locked.
-- Somebody who deleted that collection or variant at that moment locked the same two the other way round (the deletion
-- takes itself out of the jobs): a deadlock, and either the deletion failed or the delivery did. Now the lock order is
-- profile, collection, variant, job, everywhere. A submit also finds what it refers to still there when it writes its job.
-- Running code sees: nothing new.
set local lock_timeout = '5s';

create or replace function private.claim_job(
  job_id uuid, prediction text, out job public.generation_jobs, out outcome text
)
language plpgsql security definer set search_path = ''
as $$
declare
  named public.generation_jobs;
begin
  select * into named from public.generation_jobs where id = job_id;
  perform from public.profiles where id = named.owner_id for key share;
  perform from public.collections where id = named.collection_id for key share;
  perform from public.render_variants where id = named.source_variant_id for key share;
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

-- One job, one debit, in one transaction, for the caller. A repeat of the same key and body answers with the first job.
-- Answers {"job": ..., "created": bool}.
-- Raises PT401 account_gone, PT402 plan_cap_reached, PT404 input_not_found | collection_not_found,
-- PT409 generation_in_flight, PT422 idempotency_key_reused | preset_unavailable | too_many_variants.
create or replace function private.reserve_generation(request text, proof text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  caller constant uuid := auth.uid();
  asked jsonb;
  job public.generation_jobs;
  preset public.presets;
  usage record;
  price integer;
begin
  perform private.verify_proof('reserve_generation', request, proof);
  asked := request::jsonb;

  -- All submits of one person queue here. `no key`: a webhook that writes rows of this person meanwhile is not held up.
  perform from public.profiles where id = caller for no key update;
  if not found then
    raise sqlstate 'PT401' using message = 'account_gone', detail = '{}';
  end if;

  select * into job from public.generation_jobs
  where owner_id = caller and idempotency_key = asked ->> 'idempotency_key';
  if found then
    if job.request_hash <> asked ->> 'request_hash' then
      raise sqlstate 'PT422' using message = 'idempotency_key_reused', detail = '{}';
    end if;
    return jsonb_build_object('job', to_jsonb(job), 'created', false);
  end if;

  -- What the run refers to stays until its job is written.
  perform from public.collections where id = (asked ->> 'collection_id')::uuid and owner_id = caller for key share;
  perform from public.render_variants
  where id = (asked ->> 'source_variant_id')::uuid and owner_id = caller
  for key share;

  update public.generation_jobs set status = 'expired', error_code = 'timed_out'
  where owner_id = caller and status in ('queued', 'processing') and deadline_at <= now();

  select * into job from public.generation_jobs where owner_id = caller and status in ('queued', 'processing');
  if found then
    raise sqlstate 'PT409' using
      message = 'generation_in_flight', detail = jsonb_build_object('job_id', job.id)::text;
  end if;

  select * into preset from public.presets where id = asked ->> 'preset_id' and active;
  if not found then
    raise sqlstate 'PT422' using message = 'preset_unavailable', detail = '{}';
  end if;

  select * into usage from private.usage_of(caller);
  if (asked ->> 'variants')::integer > least(preset.max_variants, usage.max_variants) then
    raise sqlstate 'PT422' using
      message = 'too_many_variants',
      detail = jsonb_build_object('max', least(preset.max_variants, usage.max_variants), 'plan', usage.plan_id)::text;
  end if;

  price := preset.credits * (asked ->> 'variants')::integer;
  if usage.used + price > usage.credit_limit then
    raise sqlstate 'PT402' using
      message = 'plan_cap_reached',
      detail = jsonb_build_object(
        'plan', usage.plan_id, 'used', usage.used, 'limit', usage.credit_limit, 'needed', price,
        'remaining', greatest(usage.credit_limit - usage.used, 0), 'resets_at', usage.resets_at
      )::text;
  end if;

  if asked ->> 'input_path' is not null and split_part(asked ->> 'input_path', '/', 2) <> caller::text
    or asked ->> 'source_variant_id' is not null and not exists (
      select from public.render_variants where id = (asked ->> 'source_variant_id')::uuid and owner_id = caller
    )
  then
    raise sqlstate 'PT404' using message = 'input_not_found', detail = '{}';
  end if;

  if asked ->> 'collection_id' is not null and not exists (
    select from public.collections where id = (asked ->> 'collection_id')::uuid and owner_id = caller
  ) then
    raise sqlstate 'PT404' using message = 'collection_not_found', detail = '{}';
  end if;

  insert into public.generation_jobs (
    owner_id, idempotency_key, request_hash, preset_id, title, prompt, settings, variants, seed, input_path,
    source_variant_id, collection_id, credits, expected_seconds, deadline_at
  )
  values (
    caller, asked ->> 'idempotency_key', asked ->> 'request_hash', preset.id, asked ->> 'title', asked ->> 'prompt',
    asked -> 'settings', (asked ->> 'variants')::integer, (asked ->> 'seed')::bigint, asked ->> 'input_path',
    (asked ->> 'source_variant_id')::uuid, (asked ->> 'collection_id')::uuid, price,
    coalesce(
      (select seconds from public.preset_timings where preset_id = preset.id),
      (asked ->> 'expected_seconds')::real
    ),
    now() + make_interval(secs => (asked ->> 'deadline_seconds')::integer)
  )
  returning * into job;

  insert into public.usage_ledger (owner_id, job_id, kind, amount, reason)
  values (caller, job.id, 'debit', -price, 'generation');

  return jsonb_build_object('job', to_jsonb(job), 'created', true);
end
$$;
