-- Why: what Stripe says about a person's subscription decides plan and period. Stripe's events come twice, late and out
-- of order, so each sync asks Stripe for the state of now and takes a number first: a sync with an older number than the
-- one applied last changes nothing.
-- Running code sees: new columns, null for everybody; usage counts in the billing period of those who pay.
set local lock_timeout = '5s';

alter table public.profiles
  add column subscription_id text,
  add column subscription_status text,
  add column period_start timestamptz,
  add column period_end timestamptz,
  -- when a canceled subscription ends
  add column cancel_at timestamptz,
  -- the plan holds until then: grace after a failed payment, or the end of what was paid; null without an end
  add column access_until timestamptz,
  add column billing_version bigint not null default 0;

create sequence private.billing_versions;

-- The price that counts now: none once access has ended.
create function private.current_price(profile public.profiles) returns text
language sql stable set search_path = ''
as $$ select case when profile.access_until is null or profile.access_until > now() then profile.price_id end $$;

-- The period that credits count in: the calendar month (UTC) without a price; with one, the month of the billing period
-- that holds the moment (a yearly subscription renews its credits every month, counted from its first day).
create function private.credit_period(profile public.profiles, moment timestamptz)
returns table (starts timestamptz, ends timestamptz)
language plpgsql stable set search_path = ''
as $$
declare
  local_now constant timestamp := moment at time zone 'UTC';
  anchor constant timestamp := profile.period_start at time zone 'UTC';
  months integer;
begin
  if private.current_price(profile) is null or anchor is null or anchor > local_now then
    starts := date_trunc('month', local_now) at time zone 'UTC';
    ends := (date_trunc('month', local_now) + interval '1 month') at time zone 'UTC';
  else
    months := extract(year from age(local_now, anchor)) * 12 + extract(month from age(local_now, anchor));
    -- From the 31st, a shorter month ends on its own last day, where age() still counts days.
    if anchor + make_interval(months => months + 1) <= local_now then
      months := months + 1;
    end if;
    starts := (anchor + make_interval(months => months)) at time zone 'UTC';
    ends := (anchor + make_interval(months => months + 1)) at time zone 'UTC';
    -- A renewal that Stripe has not told of yet does not end the period.
    if profile.period_end > moment then
      ends := least(ends, profile.period_end);
    end if;
  end if;
  return next;
end
$$;

-- One row: plan, credits used (what running renders hold included), held, limit, and when the period began and ends.
create or replace function private.usage_of(owner uuid)
returns table (
  plan_id text, max_variants integer, used integer, reserved integer, credit_limit integer,
  period_start timestamptz, resets_at timestamptz
)
language sql stable security definer set search_path = ''
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
    plan.id, plan.max_variants, entries.used, held.reserved,
    greatest(plan.monthly_credits + entries.extra, 0), period.starts, period.ends
  from person, private.plan_of(private.current_price(person.row)) as plan, entries, held, period
$$;

-- Binds the caller to their customer at Stripe, once: the first one stays. Answers {"customer_id"}.
-- Raises PT401 account_gone.
create function private.attach_customer(request text, proof text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  customer text;
begin
  perform private.verify_proof('attach_customer', request, proof);

  update public.profiles
  set stripe_customer_id = coalesce(stripe_customer_id, request::jsonb ->> 'customer_id')
  where id = auth.uid()
  returning stripe_customer_id into customer;
  if not found then
    raise sqlstate 'PT401' using message = 'account_gone', detail = '{}';
  end if;
  return jsonb_build_object('customer_id', customer);
end
$$;

create function public.attach_customer(request text, proof text) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select private.attach_customer(request, proof) $$;

-- A number for a sync that begins now: taken before Stripe is asked.
create function private.next_billing_version() returns bigint
language sql volatile security definer set search_path = ''
as $$ select nextval('private.billing_versions') $$;

create function public.next_billing_version() returns bigint
language sql volatile security invoker set search_path = ''
as $$ select private.next_billing_version() $$;

-- What Stripe said about a customer after number `version` was taken. The event is noted in the same transaction.
-- `state`: {price_id, subscription_id, subscription_status, period_start, period_end, cancel_at, access_until}.
-- Answers applied | stale | unknown_customer.
create function private.apply_billing_state(event text, kind text, customer text, version bigint, state jsonb)
returns text
language plpgsql security definer set search_path = ''
as $$
declare
  outcome text := 'applied';
  profile public.profiles;
begin
  select * into profile from public.profiles where stripe_customer_id = customer for no key update;
  if not found then
    outcome := 'unknown_customer';
  elsif profile.billing_version >= version then
    outcome := 'stale';
  else
    update public.profiles
    set
      price_id = state ->> 'price_id',
      subscription_id = state ->> 'subscription_id',
      subscription_status = state ->> 'subscription_status',
      period_start = (state ->> 'period_start')::timestamptz,
      period_end = (state ->> 'period_end')::timestamptz,
      cancel_at = (state ->> 'cancel_at')::timestamptz,
      access_until = (state ->> 'access_until')::timestamptz,
      -- A customer that Stripe deleted is not one to charge again.
      stripe_customer_id = case when state ->> 'customer_deleted' = 'true' then null else stripe_customer_id end,
      billing_version = version
    where id = profile.id;
  end if;

  insert into public.webhook_events (provider, event_id, kind, outcome)
  values ('stripe', event, kind, outcome)
  on conflict do nothing;
  return outcome;
end
$$;

create function public.apply_billing_state(event text, kind text, customer text, version bigint, state jsonb)
returns text
language sql volatile security invoker set search_path = ''
as $$ select private.apply_billing_state(event, kind, customer, version, state) $$;

-- For operators, in Studio: give credits for this period, or correct it. `amount` may be negative for a correction.
--   select private.add_credits('<account id>', 50, 'goodwill for the outage of 3 November');
create function private.add_credits(account uuid, amount integer, reason text) returns uuid
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

-- What each day of the caller's running period took, net of what came back: [{"day": "2026-11-02", "credits": 8}].
create function private.my_usage_by_day() returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(jsonb_agg(to_jsonb(counted) order by counted.day), '[]'::jsonb)
  from (
    select to_char(entry.effective_at at time zone 'UTC', 'YYYY-MM-DD') as day, -sum(entry.amount) as credits
    from public.profiles as profile, private.credit_period(profile, now()) as period, public.usage_ledger as entry
    where profile.id = auth.uid() and entry.owner_id = profile.id and entry.kind in ('debit', 'refund')
      and entry.effective_at >= period.starts and entry.effective_at < period.ends
    group by 1
  ) as counted
$$;

create function public.my_usage_by_day() returns jsonb
language sql stable security invoker set search_path = ''
as $$ select private.my_usage_by_day() $$;

-- Delete the caller's account. Rows go by cascade, files by the queue of removals. The proof says that our API asks, which
-- has ended the subscription before: nobody is charged for an account that is gone.
create function private.delete_account(request text, proof text) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.verify_proof('delete_account', request, proof);
  delete from auth.users where id = auth.uid();
end
$$;

create function public.delete_account(request text, proof text) returns void
language sql volatile security invoker set search_path = ''
as $$ select private.delete_account(request, proof) $$;

create index usage_ledger_page_idx on public.usage_ledger (owner_id, created_at desc, id desc);
