-- Mailboxes: free credits, and runs that are given back, belong to a mailbox, not to an account. What was used follows the
-- mailbox when an account is deleted or changes its address, until the month ends; so does a block (15_blocks.sql). Kept
-- is a hash with a key of its own, never the address: these tables do not tell which mailbox it is.


-- The domain of an address, in lower case. Called by normal_mailbox() and is_disposable().
create or replace function private.mailbox_domain(address text) returns text
language sql immutable set search_path = ''
as $$ select lower(substring(btrim(address) from '[^@]*$')) $$;

revoke execute on function private.mailbox_domain from public, anon, authenticated, service_role;


-- The address under which a provider keeps a mailbox; null without an address. What follows a plus (`ada+news@`) is a
-- tag everywhere. Google ignores dots (https://support.google.com/mail/answer/7436150). Proton ignores dots, hyphens and
-- underscores, and one name is the same mailbox at all its domains. Called by mailbox_hash().
create or replace function private.normal_mailbox(address text) returns text
language sql immutable set search_path = ''
as $$
  select case
    when parts.domain in ('gmail.com', 'googlemail.com') then replace(parts.name, '.', '') || '@gmail.com'
    when parts.domain in ('proton.me', 'protonmail.com', 'protonmail.ch', 'pm.me')
      then translate(parts.name, '.-_', '') || '@proton.me'
    else parts.name || '@' || parts.domain
  end
  from (
    select
      -- A name that begins with a plus is no tag.
      regexp_replace(regexp_replace(lower(btrim(address)), '@[^@]*$', ''), '(.)[+].*$', '\1') as name,
      private.mailbox_domain(address) as domain
    where btrim(address) <> ''
  ) as parts
$$;

revoke execute on function private.normal_mailbox from public, anon, authenticated, service_role;


-- HMAC-SHA256 of a mailbox with the key of private.mailbox_key. Called by the triggers below and renew_mailbox_key().
create or replace function private.mailbox_hash(address text) returns bytea
language sql stable security definer set search_path = ''
as $$
  select private.hmac_of(key.inner_pad, key.outer_pad, convert_to(private.normal_mailbox(address), 'UTF8'))
  from private.mailbox_key as key
$$;

revoke execute on function private.mailbox_hash from public, anon, authenticated, service_role;


-- The month that free credits count in: the calendar month (UTC), as of an account without a price.
-- Called by leave_mailbox() and used_elsewhere().
create or replace function private.free_month() returns table (starts timestamptz, ends timestamptz)
language plpgsql stable set search_path = '' rows 1
as $$
begin
  return query select period.starts, period.ends from private.credit_period(null::public.profiles, now()) as period;
end
$$;

revoke execute on function private.free_month from public, anon, authenticated, service_role;


-- What one account used for free between two moments; what came back is left out. Called by leave_mailbox() and
-- used_elsewhere().
create or replace function private.used_for_free(account uuid, starts timestamptz, ends timestamptz) returns integer
language sql stable security definer set search_path = ''
as $$
  select coalesce(-sum(amount), 0)::integer
  from public.usage_ledger
  where owner_id = account and is_free and effective_at >= starts and effective_at < ends
$$;

revoke execute on function private.used_for_free from public, anon, authenticated, service_role;


-- How many runs of one account were given back between two moments (15_given_back.sql). Called by leave_mailbox(),
-- used_elsewhere() and given_back_today().
create or replace function private.given_back_between(account uuid, starts timestamptz, ends timestamptz)
returns integer
language sql stable security definer set search_path = ''
as $$
  select count(*)::integer from public.generation_jobs
  where owner_id = account and given_back_at >= starts and given_back_at < ends
$$;

revoke execute on function private.given_back_between from public, anon, authenticated, service_role;


-- The accounts of an account's mailbox, with itself. Called by used_elsewhere(), block(), carry_block() and unblock().
create or replace function private.same_mailbox(account uuid) returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select account
  union
  select other.owner_id
  from private.mailboxes as own join private.mailboxes as other on other.mailbox = own.mailbox
  where own.owner_id = account
$$;

revoke execute on function private.same_mailbox from public, anon, authenticated, service_role;


-- One row: the credits that other accounts of an account's mailbox used for free this month, and their runs that were
-- given back today: of those that are there, and what those carried over that are not there any more.
-- Called by usage_of() and given_back_today().
create or replace function private.used_elsewhere(account uuid) returns table (credits integer, given_back integer)
language plpgsql stable security definer set search_path = '' rows 1
as $$
begin
  -- Almost everybody has one account, and each submit asks.
  if not exists (
    select from private.mailboxes as own
    where own.owner_id = account and (
      exists (select from private.mailboxes as also where also.mailbox = own.mailbox and also.owner_id <> account)
      or exists (select from private.carried_usage as carried where carried.mailbox = own.mailbox)
    )
  ) then
    return query select 0, 0;
    return;
  end if;

  return query
  with month as (
    select starts, ends from private.free_month()
  ), today as (
    select day, starts, ends from private.day_of(now())
  ), present as (
    select id from private.same_mailbox(account) as id
  ), other as (
    select
      private.used_for_free(present.id, month.starts, month.ends) as credits,
      private.given_back_between(present.id, today.starts, today.ends) as given_back
    from present, month, today where present.id <> account
    union all
    select carried.used, case when carried.given_back_on = today.day then carried.given_back else 0 end
    from
      private.mailboxes as own join private.carried_usage as carried on carried.mailbox = own.mailbox
      join month on month.starts = carried.month, today
    where own.owner_id = account and carried.account_id not in (select present.id from present)
  )
  select coalesce(sum(other.credits), 0)::integer, coalesce(sum(other.given_back), 0)::integer from other;
end
$$;

revoke execute on function private.used_elsewhere from public, anon, authenticated, service_role;


-- Whether an account has no free credits: its mailbox is one for single use, or it has none. A subdomain counts as its
-- domain. Called by usage_of().
create or replace function private.lacks_mailbox(account uuid) returns boolean
language sql stable security definer set search_path = ''
as $$
  select not exists (select from private.mailboxes where owner_id = account) or exists (
    select
    from auth.users as person, string_to_array(private.mailbox_domain(person.email), '.') as labels,
      generate_series(1, cardinality(labels)) as first,
      private.disposable_domains as listed
    where person.id = account and listed.domain = array_to_string(labels[first:], '.')
  )
$$;

revoke execute on function private.lacks_mailbox from public, anon, authenticated, service_role;


-- Accounts of one mailbox submit one after another, so that they see what the others used; and nobody signs up with it
-- while it is blocked. Called by reserve_generation(), block() and unblock() after they have locked the profile, and by
-- keep_mailbox().
create or replace function private.lock_mailbox(account uuid) returns void
language sql volatile security definer set search_path = ''
as $$
  select pg_advisory_xact_lock(('x' || encode(substring(mailbox from 1 for 8), 'hex'))::bit(64)::bigint)
  from private.mailboxes where owner_id = account
$$;

revoke execute on function private.lock_mailbox from public, anon, authenticated, service_role;


-- Carries what an account used for free, and what was given back to it today, over to the mailbox that it leaves. What a
-- running generation holds counts as used. Called by begin_closing(), before anything of an account is deleted, and by the
-- triggers below.
-- Again it changes nothing. Locks the profile.
create or replace function private.leave_mailbox(account uuid) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  free_month record;
  today record;
  place bytea;
  spent integer;
  canceled integer;
begin
  perform from public.profiles where id = account for no key update;
  delete from private.mailboxes where owner_id = account returning mailbox into place;
  if place is null then
    return;
  end if;
  select * into free_month from private.free_month();
  select * into today from private.day_of(now());
  spent := private.used_for_free(account, free_month.starts, free_month.ends);
  canceled := private.given_back_between(account, today.starts, today.ends);
  if spent > 0 or canceled > 0 then
    insert into private.carried_usage (mailbox, account_id, month, month_ends, used, given_back_on, given_back)
    values (place, account, free_month.starts, free_month.ends, spent, today.day, canceled)
    -- It comes back to a mailbox that it has left in this month, and leaves again.
    on conflict (mailbox, account_id, month) do update
    set
      used = greatest(carried_usage.used, excluded.used),
      given_back = case
        when carried_usage.given_back_on = excluded.given_back_on
          then greatest(carried_usage.given_back, excluded.given_back)
        else excluded.given_back
      end,
      given_back_on = excluded.given_back_on;
  end if;
end
$$;

revoke execute on function private.leave_mailbox from public, anon, authenticated, service_role;


-- An account belongs to the mailbox of its address, from sign-up on and after each change. Auth writes a new address
-- only when its owner has confirmed it.
create or replace function private.keep_mailbox() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'UPDATE' then
    -- Here and not as the trigger's condition, whose text depends on the type that Auth's version gives the column.
    if new.email is not distinct from old.email then
      return null;
    end if;
    perform private.leave_mailbox(new.id);
  end if;
  insert into private.mailboxes (owner_id, mailbox)
  select new.id, private.mailbox_hash(new.email) where private.normal_mailbox(new.email) is not null;
  perform private.lock_mailbox(new.id);
  perform private.carry_block(new.id);
  return null;
end
$$;

-- After create_profile(): triggers run in the order of their names.
create or replace trigger keep_mailbox after insert on auth.users
  for each row execute function private.keep_mailbox();
create or replace trigger keep_changed_mailbox after update on auth.users
  for each row execute function private.keep_mailbox();

revoke execute on function private.keep_mailbox from public, anon, authenticated, service_role;


-- However an account is deleted, in Auth's dashboard too, its profile goes, and its ledger after it.
create or replace function private.leave_mailbox_for_good() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.leave_mailbox(old.id);
  return old;
end
$$;

create or replace trigger leave_mailbox_for_good before delete on public.profiles
  for each row execute function private.leave_mailbox_for_good();

revoke execute on function private.leave_mailbox_for_good from public, anon, authenticated, service_role;


-- Forgets what was carried over in months that have ended; answers how many rows. Called by reconcile as `anon`.
-- Guarded.
create or replace function private.purge_carried_usage(request text, proof text) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  purged integer;
begin
  perform private.verify_proof('purge_carried_usage', request, proof);
  delete from private.carried_usage where month_ends <= now();
  get diagnostics purged = row_count;
  return purged;
end
$$;

create or replace function public.purge_carried_usage(request text, proof text) returns integer
language sql volatile security invoker set search_path = ''
as $$ select private.purge_carried_usage(request, proof) $$;

revoke execute on function private.purge_carried_usage, public.purge_carried_usage
  from public, anon, authenticated, service_role;
grant execute on function private.purge_carried_usage, public.purge_carried_usage to anon;


-- Makes a new key of 64 random bytes and hashes the mailbox of every account with it. What was carried over, and blocks
-- of people who have deleted their account, are forgotten: their addresses are not known any more. For operators, after
-- the key has leaked.
create or replace function private.renew_mailbox_key() returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  -- sha256() of two random UUIDs, twice: 244 random bits in each half.
  key constant bytea := sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
    || sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
begin
  -- Nobody signs up with the old key meanwhile.
  lock table private.mailbox_key, private.mailboxes in exclusive mode;
  delete from private.mailbox_key where true;
  insert into private.mailbox_key (inner_pad, outer_pad)
  select
    -- Each byte xor 0x36 and xor 0x5c: RFC 2104.
    decode(string_agg(lpad(to_hex(get_byte(key, place) # 54), 2, '0'), '' order by place), 'hex'),
    decode(string_agg(lpad(to_hex(get_byte(key, place) # 92), 2, '0'), '' order by place), 'hex')
  from generate_series(0, 63) as place;
  delete from private.carried_usage where true;
  delete from private.mailboxes where true;
  insert into private.mailboxes (owner_id, mailbox)
  select person.id, private.mailbox_hash(person.email)
  from auth.users as person
  where private.normal_mailbox(person.email) is not null;
  delete from private.blocked_mailboxes where true;
  insert into private.blocked_mailboxes (mailbox, account_id, reason, blocked_at)
  select own.mailbox, block.owner_id, block.reason, block.blocked_at
  from private.blocks as block join private.mailboxes as own on own.owner_id = block.owner_id
  on conflict do nothing;
  return 'every mailbox is hashed with a new key';
end
$$;

revoke execute on function private.renew_mailbox_key from public, anon, authenticated, service_role;


-- The first key is made where the database is, so that nobody else ever has it.
do $$
begin
  if not exists (select from private.mailbox_key) then
    perform private.renew_mailbox_key();
  end if;
end
$$;
