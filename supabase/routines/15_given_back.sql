-- Work that is given back though the provider may bill it: runs that their owner canceled after the provider began, and
-- runs that its safety check refused. So many a day are free of charge (plans.daily_given_back); then the submits of that
-- person pause until tomorrow. What the provider itself failed at never counts.


-- One row: how many runs of a person were given back today (UTC), by any account of the mailbox, how many may be, and when
-- the day ends.
-- Called by reserve_generation() and my_usage().
create or replace function private.given_back_today(owner uuid, plan text)
returns table (count integer, bound integer, ends_at timestamptz)
language sql stable security definer set search_path = '' rows 1
as $$
  select
    private.given_back_between(owner, today.starts, today.ends) + elsewhere.given_back,
    (select daily_given_back from public.plans where id = plan),
    today.ends
  from private.day_of(now()) as today, private.used_elsewhere(owner) as elsewhere
$$;

revoke execute on function private.given_back_today from public, anon, authenticated, service_role;


-- Refuses when a person has reached the bound of the day. Called by reserve_generation(), which holds the lock of the
-- profile. Raises PT429 too_many_given_back.
create or replace function private.refuse_given_back(owner uuid, plan text) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  today record;
begin
  select * into today from private.given_back_today(owner, plan);
  if today.count >= today.bound then
    raise sqlstate 'PT429' using
      message = 'too_many_given_back',
      detail = jsonb_build_object(
        'count', today.count, 'bound', today.bound, 'until', today.ends_at,
        'retry_after', ceil(extract(epoch from today.ends_at - now()))::integer
      )::text;
  end if;
end
$$;

revoke execute on function private.refuse_given_back from public, anon, authenticated, service_role;
