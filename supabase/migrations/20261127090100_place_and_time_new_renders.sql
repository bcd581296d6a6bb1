-- Why: a run that went straight into a collection got position 0, so its place among others like it was left to its id.
-- And a run that was settled long after it ended, as after an outage, taught its preset that everybody waits so long.
-- Running code sees: new renders at the end of their collection; a run counts as three times what was expected at most.
set local lock_timeout = '5s';

-- Render, variants, cover, collection and job in one transaction. `outputs` is an array of
-- {index, path, thumbnail_path, mime, width, height, bytes, placeholder}. Pictures that were paid for and did not come
-- are given back; pictures that came and were not paid for are left out.
create or replace function private.complete_generation(event text, job_id uuid, prediction text, outputs jsonb) returns text
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

  -- Behind everything that is in it, as change_renders() adds.
  insert into public.collection_items (collection_id, render_id, owner_id, position)
  select job.collection_id, render, job.owner_id, coalesce(max(item.position), 0) + 1
  from public.collection_items as item
  where item.collection_id = job.collection_id
  having job.collection_id is not null;

  update public.generation_jobs
  set status = 'succeeded', progress = 100, ready = delivered, error_code = null, finished_at = now(),
    started_at = coalesce(started_at, now())
  where id = job.id
  returning * into job;

  perform private.refund_job(job, (job.credits / job.variants) * (job.variants - delivered), 'missing_outputs');

  -- An exponentially weighted mean over about the last ten runs. A clock that was set back must not fail a run, and a
  -- run that was settled long after it ended says nothing about its preset: it counts as three times what was expected.
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
