-- Why: Postgres expects a thousand rows of a set-returning function, and so read all entries a person ever had and joined
-- them to the one period. Told that there is one, it reads by (owner_id, effective_at): what a period costs stays the same.
-- Running code sees: the same answers.
set local lock_timeout = '5s';

alter function private.credit_period(public.profiles, timestamptz) rows 1;
alter function private.usage_of(uuid) rows 1;
