-- Billing: what Stripe says about a subscription decides plan and period.


-- Binds the caller to their customer at Stripe, once: the first one stays. Answers {"customer_id"}.
-- Called by POST /billing/checkout. Guarded. Raises PT401 account_gone.
create or replace function private.attach_customer(request text, proof text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  customer text;
begin
  perform private.verify_proof('attach_customer', request, proof);

  update public.profiles
  set stripe_customer_id = coalesce(stripe_customer_id, request::jsonb ->> 'customer_id')
  where id = private.caller_id() and closed_at is null
  returning stripe_customer_id into customer;
  if not found then
    raise sqlstate 'PT401' using message = 'account_gone', detail = '{}';
  end if;
  return jsonb_build_object('customer_id', customer);
end
$$;

create or replace function public.attach_customer(request text, proof text) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select private.attach_customer(request, proof) $$;

revoke execute on function private.attach_customer, public.attach_customer
  from public, anon, authenticated, service_role;
grant execute on function private.attach_customer, public.attach_customer to authenticated;


-- A number for a sync of a customer that begins now, taken before Stripe is asked. Null for a customer that nobody here
-- has: the Stripe account may serve other products. Called by POST /webhooks/stripe.
create or replace function private.next_billing_version(customer text) returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if not exists (select from public.profiles where stripe_customer_id = customer) then
    return null;
  end if;
  return nextval('private.billing_versions');
end
$$;

create or replace function public.next_billing_version(customer text) returns bigint
language sql volatile security invoker set search_path = ''
as $$ select private.next_billing_version(customer) $$;

revoke execute on function private.next_billing_version, public.next_billing_version
  from public, anon, authenticated, service_role;
grant execute on function private.next_billing_version, public.next_billing_version to service_role;


-- Stores what Stripe said about a customer after number `version` was taken, and notes the event in the same
-- transaction. `state` is BillingState of libs/repositories/billing.py; a plan's credits are read here. A fraud warning
-- is noted whatever the version: it is no state of the subscription. Answers applied | stale | unknown_customer.
-- Called by POST /webhooks/stripe. Locks the profile.
create or replace function private.apply_billing_state(
  event text, kind text, customer text, version bigint, state jsonb
) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  outcome text := 'applied';
  profile public.profiles;
begin
  select * into profile from public.profiles where stripe_customer_id = customer for no key update;
  if found and state ->> 'fraud_warning' is not null then
    insert into private.fraud_warnings (id, owner_id) values (state ->> 'fraud_warning', profile.id)
    on conflict do nothing;
  end if;

  if profile.id is null then
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
      invoice_id = state ->> 'invoice_id',
      paid_until = (state ->> 'paid_until')::timestamptz,
      counted_from = (state ->> 'counted_from')::timestamptz,
      first_credits = (
        select round(sum((private.plan_of(part.price_id)).monthly_credits * part.share))
        from jsonb_to_recordset(state -> 'first_month') as part (price_id text, share numeric)
      ),
      payment_disputed = coalesce((state ->> 'payment_disputed')::boolean, false),
      cancel_at = (state ->> 'cancel_at')::timestamptz,
      access_until = (state ->> 'access_until')::timestamptz,
      -- A customer that was deleted at Stripe cannot be charged again.
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

create or replace function public.apply_billing_state(
  event text, kind text, customer text, version bigint, state jsonb
) returns text
language sql volatile security invoker set search_path = ''
as $$ select private.apply_billing_state(event, kind, customer, version, state) $$;

revoke execute on function private.apply_billing_state, public.apply_billing_state
  from public, anon, authenticated, service_role;
grant execute on function private.apply_billing_state, public.apply_billing_state to service_role;
