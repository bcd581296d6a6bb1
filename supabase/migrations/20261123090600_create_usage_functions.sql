-- Why: one place says which plan a person is on and what is left of it; reserve_generation() and GET /usage both ask here.
-- Running code sees: a new RPC, my_usage().
set local lock_timeout = '5s';

-- The plan a Stripe price buys. Unknown or null price: free.
create function private.plan_of(price text) returns public.plans
language sql stable security definer set search_path = ''
as $$
  select plan
  from public.plans as plan
  where plan.id = coalesce((select plan_id from public.plan_prices where price_id = price), 'free')
$$;

-- One row: plan, credits used (what running renders hold included), held, limit, and when the period began and ends.
-- The period is the calendar month in UTC, whatever the session's time zone: with `Prefer: timezone=` a caller picks it.
create function private.usage_of(owner uuid)
returns table (
  plan_id text, max_variants integer, used integer, reserved integer, credit_limit integer,
  period_start timestamptz, resets_at timestamptz
)
language sql stable security definer set search_path = ''
as $$
  with period as (
    select
      date_trunc('month', now(), 'UTC') as starts,
      (date_trunc('month', now() at time zone 'UTC') + interval '1 month') at time zone 'UTC' as ends
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
    plan.id, plan.max_variants, entries.used, held.reserved,
    greatest(plan.monthly_credits + entries.extra, 0), period.starts, period.ends
  from public.profiles as profile, private.plan_of(profile.price_id) as plan, entries, held, period
  where profile.id = owner
$$;

-- The caller's usage; null for a deleted account.
create function private.my_usage() returns jsonb
language sql stable security definer set search_path = ''
as $$ select to_jsonb(usage) from private.usage_of(auth.uid()) as usage $$;

create function public.my_usage() returns jsonb
language sql stable security invoker set search_path = ''
as $$ select private.my_usage() $$;
