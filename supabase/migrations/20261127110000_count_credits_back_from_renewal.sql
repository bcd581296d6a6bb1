-- Why: counted forward from its beginning, a period that began on the last day of a short month (28 February to 31 March)
-- had a second month in it, from the 28th to the 31st, with all credits once more. Stripe keeps the day of the purchase,
-- so months are counted back from the renewal: a monthly plan has Stripe's own period, a yearly one twelve months.
-- Running code sees: the same function; nobody's credits change before their renewal but those of such a last month.
set local lock_timeout = '5s';

-- The period that credits count in: the calendar month (UTC) without a price; with one, the month of the billing period
-- that holds the moment, counted back from its end. A renewal that Stripe has not told of yet is a month like the others.
create or replace function private.credit_period(profile public.profiles, moment timestamptz)
returns table (starts timestamptz, ends timestamptz)
language plpgsql stable set search_path = ''
as $$
declare
  local_now constant timestamp := moment at time zone 'UTC';
  anchor constant timestamp := profile.period_start at time zone 'UTC';
  renewal constant timestamp := profile.period_end at time zone 'UTC';
  months integer;
begin
  if private.current_price(profile) is null or anchor is null or anchor > local_now then
    starts := date_trunc('month', local_now) at time zone 'UTC';
    ends := (date_trunc('month', local_now) + interval '1 month') at time zone 'UTC';
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
  return next;
end
$$;
