-- Webhooks: what a verified delivery of Replicate does to a job. For the service role alone. A status only moves
-- forward: a repeated, late or foreign delivery changes nothing. Outcomes: applied | repeated (the job had succeeded) |
-- settled (it had failed or was canceled) | unknown_job (also when its account is closed) | foreign_prediction.


-- Locks the job that a delivery names and decides whether the delivery may change it. The `?job=` of the URL is not
-- signed, so the prediction must be the job's own; a job without one takes a prediction that no other job has, because
-- the webhook may come before the API attaches it. Called by every function of this file and by announce_files().
-- Locks profile, collection and variant before the job, because the rows that are written later lock them for their
-- foreign keys, and somebody may be deleting them.
create or replace function private.claim_job(
  job_id uuid, prediction text, out job public.generation_jobs, out outcome text
)
language plpgsql security definer set search_path = ''
as $$
declare
  named public.generation_jobs;
begin
  select * into named from public.generation_jobs where id = job_id;
  perform from public.profiles where id = named.owner_id and closed_at is null for key share;
  if not found then
    outcome := 'unknown_job';
    return;
  end if;
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

revoke execute on function private.claim_job from public, anon, authenticated, service_role;


-- Notes a delivery and its outcome. Called by complete_generation() and fail_generation().
create or replace function private.record_event(event text, job_id uuid, kind text, outcome text) returns void
language sql security definer set search_path = ''
as $$
  insert into public.webhook_events (provider, event_id, job_id, kind, outcome)
  values ('replicate', event, job_id, kind, outcome)
  on conflict do nothing
$$;

revoke execute on function private.record_event from public, anon, authenticated, service_role;


-- Start, log and output events, and the first step of every completion: progress (percent) and ready pictures only
-- grow. Answers {"outcome", "owner_id", "cancel_requested"}; the last two are null where there is no job.
-- Called by POST /webhooks/replicate. Locks as claim_job().
create or replace function private.record_progress(
  job_id uuid, prediction text, percent integer, ready integer
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  claimed record;
begin
  select * into claimed from private.claim_job(job_id, prediction);
  if claimed.outcome = 'applied' then
    update public.generation_jobs as job
    set
      status = case job.status when 'queued' then 'processing' else job.status end,
      started_at = coalesce(job.started_at, now()),
      progress = greatest(job.progress, least(percent, 99)),
      ready = greatest(job.ready, least(record_progress.ready, job.variants))
    where job.id = job_id;
  end if;
  return jsonb_build_object(
    'outcome', claimed.outcome,
    'owner_id', (claimed.job).owner_id,
    'cancel_requested', (claimed.job).cancel_requested_at is not null
  );
end
$$;

create or replace function public.record_progress(
  job_id uuid, prediction text, percent integer, ready integer
) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select private.record_progress(job_id, prediction, percent, ready) $$;

revoke execute on function private.record_progress, public.record_progress
  from public, anon, authenticated, service_role;
grant execute on function private.record_progress, public.record_progress to service_role;


-- Writes render, variants, cover, collection item and job in one transaction. `outputs` is an array of {index, path,
-- thumbnail_path, mime, width, height, bytes, placeholder}. Pictures that were paid for and did not come are given
-- back; pictures that came and were not paid for are left out. `was_stopped`: the prediction was canceled, and
-- these pictures were ready. Answers the outcome. Called by POST /webhooks/replicate. Locks as claim_job().
create or replace function private.complete_generation(
  event text, job_id uuid, prediction text, outputs jsonb, was_stopped boolean default false
) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  claimed record;
  job public.generation_jobs;
  render uuid;
  delivered integer;
begin
  select * into claimed from private.claim_job(job_id, prediction);
  perform private.record_event(event, job_id, 'succeeded', claimed.outcome);
  if claimed.outcome <> 'applied' then
    return claimed.outcome;
  end if;
  job := claimed.job;

  insert into public.renders (
    owner_id, job_id, preset_id, title, prompt, settings, seed, input_path, source_variant_id
  )
  values (
    job.owner_id, job.id, job.preset_id, job.title, job.prompt, job.settings, job.seed, job.input_path,
    job.source_variant_id
  )
  returning id into render;

  insert into public.render_variants (
    render_id, owner_id, index, path, thumbnail_path, mime, width, height, bytes, placeholder
  )
  select
    render, job.owner_id, output.index, output.path, output.thumbnail_path, output.mime, output.width, output.height,
    output.bytes, output.placeholder
  from jsonb_to_recordset(outputs) as output (
    index smallint, path text, thumbnail_path text, mime text, width integer, height integer, bytes integer,
    placeholder text
  )
  where output.index < job.variants;

  get diagnostics delivered = row_count;
  if delivered = 0 then
    raise exception 'complete_generation needs an output';
  end if;

  update public.renders
  set cover_variant_id = (
    select variant.id from public.render_variants as variant
    where variant.render_id = render order by variant.index limit 1
  )
  where id = render;

  -- After everything that is in it, as change_renders() adds.
  insert into public.collection_items (collection_id, render_id, owner_id, position)
  select job.collection_id, render, job.owner_id, coalesce(max(item.position), 0) + 1
  from public.collection_items as item
  where item.collection_id = job.collection_id
  having job.collection_id is not null;

  update public.generation_jobs
  set status = 'succeeded', progress = 100, ready = delivered, error_code = null, finished_at = now(),
    started_at = coalesce(started_at, now()),
    given_back_at = case when was_stopped and cancel_requested_at is not null and delivered < variants then now() end
  where id = job.id
  returning * into job;

  perform private.refund_job(
    job,
    (job.credits / job.variants) * (job.variants - delivered),
    case
      when not was_stopped then 'missing_outputs' when job.cancel_requested_at is null then 'timed_out' else 'canceled'
    end
  );

  -- A run that was stopped says nothing about how long its preset takes.
  if was_stopped then
    return claimed.outcome;
  end if;

  -- An exponentially weighted mean over about the last ten runs. One second at least: a clock that was set back must
  -- not fail a run. Three times what was expected at most: a run that was settled long after it ended, as after an
  -- outage, says nothing about its preset.
  insert into public.preset_timings (preset_id, seconds, runs)
  values (
    job.preset_id,
    least(greatest(extract(epoch from job.finished_at - job.created_at), 1)::real, 3 * job.expected_seconds),
    1
  )
  on conflict (preset_id) do update
  set
    seconds = preset_timings.seconds + (excluded.seconds - preset_timings.seconds) / least(preset_timings.runs + 1, 10),
    runs = preset_timings.runs + 1;

  return claimed.outcome;
end
$$;

create or replace function public.complete_generation(
  event text, job_id uuid, prediction text, outputs jsonb, was_stopped boolean default false
) returns text
language sql volatile security invoker set search_path = ''
as $$ select private.complete_generation(event, job_id, prediction, outputs, was_stopped) $$;

revoke execute on function private.complete_generation, public.complete_generation
  from public, anon, authenticated, service_role;
grant execute on function private.complete_generation, public.complete_generation to service_role;


-- The provider said that no picture came: the job becomes failed or canceled and its debit comes back, once. Answers
-- the outcome. Called by POST /webhooks/replicate. Locks as claim_job().
create or replace function private.fail_generation(
  event text, job_id uuid, prediction text, outcome public.job_status, code text
) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  claimed record;
begin
  if outcome not in ('failed', 'canceled') then
    raise exception 'fail_generation cannot end a job as %', outcome;
  end if;

  select * into claimed from private.claim_job(job_id, prediction);
  perform private.record_event(event, job_id, outcome::text, claimed.outcome);
  if claimed.outcome = 'applied' then
    perform private.close_job(claimed.job, fail_generation.outcome, code);
  end if;
  return claimed.outcome;
end
$$;

create or replace function public.fail_generation(
  event text, job_id uuid, prediction text, outcome public.job_status, code text
) returns text
language sql volatile security invoker set search_path = ''
as $$ select private.fail_generation(event, job_id, prediction, outcome, code) $$;

revoke execute on function private.fail_generation, public.fail_generation
  from public, anon, authenticated, service_role;
grant execute on function private.fail_generation, public.fail_generation to service_role;


-- Deletes the notes of deliveries that are older than `days`, `limit` at most. Both providers have stopped to repeat
-- them long before. Answers how many. Called by reconcile as `anon`. Guarded.
create or replace function private.purge_webhook_events(request text, proof text) returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
  payload jsonb;
  purged bigint;
begin
  perform private.verify_proof('purge_webhook_events', request, proof);
  payload := request::jsonb;

  delete from public.webhook_events
  where (provider, event_id, kind) in (
    select provider, event_id, kind from public.webhook_events
    where received_at <= now() - make_interval(days => (payload ->> 'days')::integer)
    order by received_at
    limit (payload ->> 'limit')::integer
  );
  get diagnostics purged = row_count;
  return purged;
end
$$;

create or replace function public.purge_webhook_events(request text, proof text) returns bigint
language sql volatile security invoker set search_path = ''
as $$ select private.purge_webhook_events(request, proof) $$;

revoke execute on function private.purge_webhook_events, public.purge_webhook_events
  from public, anon, authenticated, service_role;
grant execute on function private.purge_webhook_events, public.purge_webhook_events to anon;
