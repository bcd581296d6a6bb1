-- Usage: which plan a person is on, and what is left of it. reserve_generation() and GET /usage read the same function.


-- The price whose features count now: none once access has ended. Called by paid_price() and usage_of().
create or replace function private.current_price(profile public.profiles) returns text
language sql stable set search_path = ''
as $$ select case when profile.access_until is null or profile.access_until > now() then profile.price_id end $$;

revoke execute on function private.current_price from public, anon, authenticated, service_role;


-- The price that credits come from: none once the time that was paid has ended, even while the plan's features go on.
-- Called by credit_period() and usage_of().
create or replace function private.paid_price(profile public.profiles) returns text
language sql stable set search_path = ''
as $$ select case when profile.paid_until is null or profile.paid_until > now() then private.current_price(profile) end $$;

revoke execute on function private.paid_price from public, anon, authenticated, service_role;


-- The plan that a Stripe price buys. Unknown or null price: free. Called by usage_of().
create or replace function private.plan_of(price text) returns public.plans
language sql stable security definer set search_path = ''
as $$
  select plan
  from public.plans as plan
  where plan.id = coalesce((select plan_id from public.plan_prices where price_id = price), 'free')
$$;

revoke execute on function private.plan_of from public, anon, authenticated, service_role;


-- The period that credits count in. Without a price it is the calendar month (UTC). With one it is a month of the
-- billing period, counted back from the renewal, because Stripe keeps the day of the purchase: counted forward, a
-- period from 28 February to 31 March would have a second month in it. Until a renewal is paid, the last month goes on,
-- for a few hours; without `paid_until`, a renewal that Stripe has not reported is a month like the others. A first
-- month may begin before the period, at `counted_from`: what was used there stays used. `rows 1`: otherwise Postgres expects a thousand periods and reads the whole ledger of the
-- person.
-- Called by usage_of() and my_usage_by_day().
create or replace function private.credit_period(profile public.profiles, as_of timestamptz)
returns table (starts timestamptz, ends timestamptz)
language plpgsql stable set search_path = '' rows 1
as $$
declare
  local_now constant timestamp := as_of at time zone 'UTC';
  anchor constant timestamp := profile.period_start at time zone 'UTC';
  renewal constant timestamp := profile.period_end at time zone 'UTC';
  months integer;
begin
  if private.paid_price(profile) is null or anchor is null or anchor > local_now then
    starts := date_trunc('month', local_now) at time zone 'UTC';
    ends := (date_trunc('month', local_now) + interval '1 month') at time zone 'UTC';
  elsif renewal <= local_now and profile.paid_until is not null then
    starts := greatest(renewal - interval '1 month', anchor) at time zone 'UTC';
    ends := profile.paid_until;
  elsif renewal > local_now then
    months := extract(year from age(renewal, local_now)) * 12 + extract(month from age(renewal, local_now));
    -- age() counts whole months by the days of one month; months before the renewal have their own.
    if renewal - make_interval(months => months) <= local_now then
      months := months - 1;
    elsif renewal - make_interval(months => months + 1) > local_now then
      months := months + 1;
    end if;
    starts := greatest(renewal - make_interval(months => months + 1), anchor) at time zone 'UTC';
    ends := (renewal - make_interval(months => months)) at time zone 'UTC';
  else
    months := extract(year from age(local_now, anchor)) * 12 + extract(month from age(local_now, anchor));
    -- From the 31st, a shorter month ends on its own last day, where age() still counts days.
    if anchor + make_interval(months => months + 1) <= local_now then
      months := months + 1;
    end if;
    starts := (anchor + make_interval(months => months)) at time zone 'UTC';
    ends := (anchor + make_interval(months => months + 1)) at time zone 'UTC';
  end if;
  if starts = profile.period_start then
    starts := coalesce(profile.counted_from, starts);
  end if;
  return next;
end
$$;

revoke execute on function private.credit_period from public, anon, authenticated, service_role;


-- The credits of a paid month, which begins at `starts`: those of the plan. Where a change of the plan began the paid time,
-- its first month has shares of two plans, and more of them may be used by then than was bought: the months after have
-- less, until that is made up for. Called by usage_of().
create or replace function private.month_credits(profile public.profiles, monthly integer, starts timestamptz)
returns integer
language plpgsql stable security definer set search_path = ''
as $$
declare
  first_ends timestamp;
  months integer;
  bought_and_left integer;
begin
  if profile.counted_from is null then
    return monthly;
  end if;
  if starts = profile.counted_from then
    return profile.first_credits;
  end if;
  select span.ends at time zone 'UTC' into first_ends
  from private.credit_period(profile, profile.period_start) as span;
  -- Months with this one. Each begins some months before the renewal, so their numbers tell how many there are.
  months := extract(year from starts at time zone 'UTC') * 12 + extract(month from starts at time zone 'UTC')
    - extract(year from first_ends) * 12 - extract(month from first_ends) + 1;
  select profile.first_credits + months * monthly + coalesce(sum(amount), 0) into bought_and_left
  from public.usage_ledger
  where owner_id = profile.id and effective_at >= profile.counted_from and effective_at < starts;
  return greatest(least(monthly, bought_and_left), 0);
end
$$;

revoke execute on function private.month_credits from public, anon, authenticated, service_role;


-- One row: plan, credits used (what running generations hold included), held, limit, and when the period begins and
-- ends. Without paid time the credits are free (`is_free`), and free credits belong to a mailbox: `used` includes
-- `used_elsewhere`, what other accounts of it used. Who `lacks_mailbox` has none until they have bought a plan.
-- Called by reserve_generation() and my_usage().
create or replace function private.usage_of(owner uuid)
returns table (
  plan_id text, max_variants integer, used integer, reserved integer, credit_limit integer,
  period_start timestamptz, resets_at timestamptz, is_free boolean, used_elsewhere integer,
  lacks_mailbox boolean
)
language sql stable security definer set search_path = '' rows 1
as $$
  with person as (
    select profile as row from public.profiles as profile where profile.id = owner
  ), period as (
    select span.starts, span.ends from person, private.credit_period(person.row, now()) as span
  ), entries as (
    select
      coalesce(-sum(amount) filter (where kind in ('debit', 'refund')), 0)::integer as used,
      coalesce(sum(amount) filter (where kind in ('grant', 'adjustment')), 0)::integer as extra
    from public.usage_ledger, period
    where owner_id = owner and effective_at >= period.starts and effective_at < period.ends
  ), held as (
    select coalesce(sum(credits), 0)::integer as reserved
    from public.generation_jobs, period
    where owner_id = owner
      and status in ('queued', 'processing', 'expired')
      and created_at >= period.starts and created_at < period.ends
  )
  select
    plan.id, plan.max_variants, entries.used + free.used_elsewhere, held.reserved,
    greatest(
      case
        when free.lacks_mailbox then 0
        when paid.id = 'free' then paid.monthly_credits
        else private.month_credits(person.row, paid.monthly_credits, period.starts)
      end + entries.extra,
      0
    ),
    period.starts, period.ends, paid.id = 'free', free.used_elsewhere, free.lacks_mailbox
  from
    person, private.plan_of(private.current_price(person.row)) as plan,
    private.plan_of(private.paid_price(person.row)) as paid, entries, held, period,
    private.used_elsewhere((person.row).id) as elsewhere,
    lateral (
      select
        case when paid.id = 'free' then elsewhere.credits else 0 end as used_elsewhere,
        paid.id = 'free' and (person.row).price_id is null and private.lacks_mailbox((person.row).id) as lacks_mailbox
    ) as free
$$;

revoke execute on function private.usage_of from public, anon, authenticated, service_role;


-- The caller's usage, with what was given back today (15_given_back.sql) and the block of the account if there is one;
-- null for a deleted account. Called by GET /usage.
create or replace function private.my_usage() returns jsonb
language sql stable security definer set search_path = ''
as $$
  select to_jsonb(usage)
    || jsonb_build_object('given_back', to_jsonb(given_back), 'block', private.block_of(caller))
  from private.caller_id() as caller, private.usage_of(caller) as usage,
    private.given_back_today(caller, usage.plan_id) as given_back
$$;

create or replace function public.my_usage() returns jsonb
language sql stable security invoker set search_path = ''
as $$ select private.my_usage() $$;

revoke execute on function private.my_usage, public.my_usage from public, anon, authenticated, service_role;
grant execute on function private.my_usage, public.my_usage to authenticated;


-- The net credits of each day of the caller's period in a time zone: [{"day": "2026-11-02", "credits": 8}].
-- Called by GET /usage/days.
create or replace function private.my_usage_by_day(time_zone text) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(jsonb_agg(to_jsonb(counted) order by counted.day), '[]'::jsonb)
  from (
    select to_char(entry.effective_at at time zone time_zone, 'YYYY-MM-DD') as day, -sum(entry.amount) as credits
    from public.profiles as profile, private.credit_period(profile, now()) as period, public.usage_ledger as entry
    where profile.id = private.caller_id() and entry.owner_id = profile.id and entry.kind in ('debit', 'refund')
      and entry.effective_at >= period.starts and entry.effective_at < period.ends
    group by 1
  ) as counted
$$;

create or replace function public.my_usage_by_day(time_zone text) returns jsonb
language sql stable security invoker set search_path = ''
as $$ select private.my_usage_by_day(time_zone) $$;

revoke execute on function private.my_usage_by_day, public.my_usage_by_day
  from public, anon, authenticated, service_role;
grant execute on function private.my_usage_by_day, public.my_usage_by_day to authenticated;


-- Gives a person credits in the current period, or corrects them: `amount` may be negative. For operators, in Studio:
--   select private.add_credits('<account id>', 50, 'goodwill for the outage of 3 November');
create or replace function private.add_credits(account uuid, amount integer, reason text) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  entry uuid;
begin
  if coalesce(btrim(reason), '') = '' then
    raise exception 'say why: the person reads the reason in their history';
  end if;
  insert into public.usage_ledger (owner_id, kind, amount, reason)
  values (account, case when amount > 0 then 'grant' else 'adjustment' end::public.ledger_kind, amount, btrim(reason))
  returning id into entry;
  return entry;
end
$$;

revoke execute on function private.add_credits from public, anon, authenticated, service_role;
