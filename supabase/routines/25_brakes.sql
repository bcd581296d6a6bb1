-- Brakes: an operator's pause switch, and a ceiling for what the provider may cost in a day (UTC), over everybody.
-- docs/operations.md has the SQL for both.


-- Refuses while submits are paused. Called by reserve_generation(). Raises PT503 submits_paused.
create or replace function private.refuse_while_paused() returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  brakes private.brakes;
begin
  select * into brakes from private.brakes;
  if not found or brakes.paused then
    raise sqlstate 'PT503' using
      message = 'submits_paused',
      detail = jsonb_strip_nulls(jsonb_build_object('sentence', brakes.pause_sentence))::text;
  end if;
end
$$;

revoke execute on function private.refuse_while_paused from public, anon, authenticated, service_role;


-- Adds to the provider cost of today, unless that passes the ceiling. The submits of everybody wait for each other here,
-- so reserve_generation() calls it last. Locks the day, after all other locks. Raises PT503 daily_ceiling_reached.
create or replace function private.add_provider_cost(cost numeric) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  today record;
begin
  select * into today from private.day_of(now());
  insert into private.provider_days (day, dollars) values (today.day, 0) on conflict do nothing;

  update private.provider_days
  set dollars = dollars + cost
  where day = today.day
    and dollars + cost <= (select coalesce(brakes.ceiling, brakes.planned_ceiling) from private.brakes as brakes);
  if not found then
    raise sqlstate 'PT503' using
      message = 'daily_ceiling_reached',
      detail = jsonb_build_object(
        'until', today.ends, 'retry_after', ceil(extract(epoch from today.ends - now()))::integer
      )::text;
  end if;
end
$$;

revoke execute on function private.add_provider_cost from public, anon, authenticated, service_role;


-- Takes the cost of a job whose prediction does not exist off its day again. Called by release_generation(), which holds
-- the lock of the job. Locks the day.
create or replace function private.subtract_provider_cost(job public.generation_jobs) returns void
language sql security definer set search_path = ''
as $$
  update private.provider_days as spent
  set dollars = greatest(spent.dollars - cost.dollars * job.variants, 0)
  from private.preset_costs as cost, private.day_of(job.created_at) as made
  where spent.day = made.day and cost.preset_id = job.preset_id
$$;

revoke execute on function private.subtract_provider_cost from public, anon, authenticated, service_role;


-- What the provider cost today and may cost, in US dollars, and the time: {"dollars", "ceiling", "now"}. Called by
-- GET /metrics as `anon`. Guarded.
create or replace function private.provider_cost_today(request text, proof text) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  perform private.verify_proof('provider_cost_today', request, proof);
  return (
    select jsonb_build_object(
      'dollars', coalesce(
        (select spent.dollars from private.provider_days as spent join private.day_of(now()) as today using (day)), 0
      ),
      'ceiling', coalesce(brakes.ceiling, brakes.planned_ceiling),
      'now', clock_timestamp()
    )
    from private.brakes as brakes
  );
end
$$;

create or replace function public.provider_cost_today(request text, proof text) returns jsonb
language sql stable security invoker set search_path = ''
as $$ select private.provider_cost_today(request, proof) $$;

revoke execute on function private.provider_cost_today, public.provider_cost_today
  from public, anon, authenticated, service_role;
grant execute on function private.provider_cost_today, public.provider_cost_today to anon;
