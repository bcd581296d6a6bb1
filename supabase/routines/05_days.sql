-- Days: what is counted per day is counted per day of UTC, for everybody.


-- The day of a moment: its date, when it begins and when it ends. Called by given_back_today(), used_elsewhere(),
-- leave_mailbox(), add_provider_cost(), subtract_provider_cost() and provider_cost_today().
create or replace function private.day_of(moment timestamptz)
returns table (day date, starts timestamptz, ends timestamptz)
language sql stable set search_path = '' rows 1
as $$
  select (moment at time zone 'UTC')::date, begins.at, begins.at + interval '24 hours'
  from (select date_trunc('day', moment, 'UTC') as at) as begins
$$;

revoke execute on function private.day_of from public, anon, authenticated, service_role;
