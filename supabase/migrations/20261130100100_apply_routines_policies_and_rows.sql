-- Functions, policies and rows, copied verbatim from supabase/routines, supabase/policies and supabase/rows.
-- Written by `./maquette db migration`. Read and edit the files that are named below, not their copies.
set local lock_timeout = '5s';

-- ==== supabase/routines/00_proof.sql
-- Proofs: anybody with a JWT can call an RPC, so an RPC that moves a job or money, or that serves visitors, is guarded:
-- it takes `request`, JSON text exactly as it was signed, and `proof`, by which our API shows that it is the one that
-- calls. Every guarded function raises PT403 proof_invalid.


-- Who calls, as the proof names them: the JWT's subject, or `anon` for calls without a user. Called by is_proof().
create or replace function private.caller_name() returns text
language sql stable set search_path = ''
as $$ select coalesce(auth.uid()::text, 'anon') $$;

revoke execute on function private.caller_name from public, anon, authenticated, service_role;


-- HMAC-SHA256 with a key that is given as its two padded halves. Called by hmac(), is_proof() and mailbox_hash().
create or replace function private.hmac_of(inner_pad bytea, outer_pad bytea, message bytea) returns bytea
language sql immutable set search_path = ''
as $$ select sha256(outer_pad || sha256(inner_pad || message)) $$;

revoke execute on function private.hmac_of from public, anon, authenticated, service_role;


-- HMAC-SHA256 with the current key. Null while no key is stored. Called by share_token() and pseudonym().
create or replace function private.hmac(message text) returns bytea
language sql stable security definer set search_path = ''
as $$
  select private.hmac_of(inner_pad, outer_pad, convert_to(message, 'UTF8'))
  from private.proof_key where accepted_until is null
$$;

revoke execute on function private.hmac from public, anon, authenticated, service_role;


-- Whether `proof` is the API's, over this purpose, the caller and `request`, with a key that is accepted now; false while
-- no key is stored. Both sides are hashed once more before they are compared: the time that takes then says nothing
-- about the right proof.
-- Called by verify_proof(), api_asks() and share_opens_file().
create or replace function private.is_proof(purpose text, request text, proof text) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
declare
  message constant bytea := convert_to(purpose || E'\n' || private.caller_name() || E'\n' || request, 'UTF8');
begin
  if message is null or proof is null or proof !~ '^[0-9a-f]{64}$' then
    return false;
  end if;
  return exists (
    select from private.proof_key
    where (accepted_until is null or accepted_until > now())
      and sha256(decode(proof, 'hex')) = sha256(private.hmac_of(inner_pad, outer_pad, message))
  );
end
$$;

revoke execute on function private.is_proof from public, anon, authenticated, service_role;


-- Called first by every guarded function. Raises PT403 proof_invalid.
create or replace function private.verify_proof(function_name text, request text, proof text) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if not private.is_proof(function_name, request, proof) then
    raise sqlstate 'PT403' using message = 'proof_invalid', detail = '{}';
  end if;
end
$$;

revoke execute on function private.verify_proof from public, anon, authenticated, service_role;


-- The headers of the request as an object, with names in lower case. Storage gives them to policies, as PostgREST does.
-- Called by api_asks() and share_opens_file().
create or replace function private.request_headers() returns jsonb
language sql stable set search_path = ''
as $$ select coalesce(nullif(current_setting('request.headers', true), ''), '{}')::jsonb $$;

revoke execute on function private.request_headers from public, anon, authenticated, service_role;


-- Whether our API sends this request to Storage for the caller: its headers are x-api-time, in seconds since 1970, and
-- x-api-proof over that time. A proof is made for one request. It counts for five minutes before and after the
-- database's own time: that is the room for clocks that differ, and for a request that waits.
-- A boolean, because Storage answers 500 when a policy raises. Called by the policies of storage.objects.
create or replace function private.api_asks() returns boolean
language plpgsql stable security definer set search_path = ''
as $$
declare
  headers constant jsonb := private.request_headers();
  made_at constant text := headers ->> 'x-api-time';
begin
  if made_at is null or made_at !~ '^[0-9]{1,11}$' then
    return false;
  end if;
  return abs(extract(epoch from now()) - made_at::bigint) <= 300
    and private.is_proof('storage', made_at, headers ->> 'x-api-proof');
end
$$;

revoke execute on function private.api_asks from public, anon, authenticated, service_role;
grant execute on function private.api_asks to anon, authenticated;


-- What logs and reports hold instead of an account's id, with the stored key (libs/repositories/proof.py). Who a log
-- line is about: select id from profiles where private.pseudonym(id) = '<caller>'. For operators, in Studio.
create or replace function private.pseudonym(account_id uuid) returns text
language sql stable set search_path = ''
as $$ select left(encode(private.hmac('pseudonym of sub:' || account_id), 'hex'), 16) $$;

revoke execute on function private.pseudonym from public, anon, authenticated, service_role;

-- ==== supabase/routines/05_days.sql
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

-- ==== supabase/routines/10_accounts.sql
-- Accounts: made by a trigger at sign-up; who asks. How an account ends is in 95_closing.sql.


-- Every account has a profile and a "My Favorites" from its first transaction on. Nothing that the person typed is
-- read, so no metadata can make a sign-up fail.
create or replace function private.create_profile() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.profiles (id) values (new.id);
  insert into public.collections (owner_id, name, is_favorites) values (new.id, 'My Favorites', true);
  return new;
end
$$;

create or replace trigger create_profile after insert on auth.users
  for each row execute function private.create_profile();

revoke execute on function private.create_profile from public, anon, authenticated, service_role;


-- Who asks, if their account is open: null for a visitor, and for an account that is closed or gone. For policies of
-- Storage, which answers 500 to what raises in them; everything else asks caller_id().
create or replace function private.open_account() returns uuid
language sql stable security definer set search_path = ''
as $$ select id from public.profiles where id = auth.uid() and closed_at is null $$;

revoke execute on function private.open_account from public, anon, authenticated, service_role;
grant execute on function private.open_account to authenticated;


-- Who asks: every policy and every function for people reads the caller here, so a closed account is refused by all of
-- them, whatever its token says. Raises PT401 account_closed.
create or replace function private.caller_id() returns uuid
language plpgsql stable security definer set search_path = ''
as $$
begin
  if exists (select from public.profiles where id = auth.uid() and closed_at is not null) then
    raise sqlstate 'PT401' using message = 'account_closed', detail = '{}';
  end if;
  return auth.uid();
end
$$;

revoke execute on function private.caller_id from public, anon, authenticated, service_role;
grant execute on function private.caller_id to authenticated;

-- ==== supabase/routines/12_mailboxes.sql
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

-- ==== supabase/routines/15_blocks.sql
-- Blocks: a person whom operators block cannot generate, upload, share or buy a plan any more, and their links open
-- nothing. They still read, download and export what they have, cancel a subscription and delete the account. A run that
-- was in flight ends as every run. private.blocks has the reason, which the person reads. A block is one of the mailbox,
-- so that neither another account of it nor a new one after a deletion goes on.


-- Whether an account is blocked. Called by refuse_blocked(), live_share(), the view open_reports and block_of().
create or replace function private.is_blocked(account uuid) returns boolean
language sql stable security definer set search_path = ''
as $$ select exists (select from private.blocks where owner_id = account) $$;

revoke execute on function private.is_blocked from public, anon, authenticated, service_role;


-- Why and since when an account is blocked: {"reason", "blocked_at"}; null when it is not. Called by my_usage().
create or replace function private.block_of(account uuid) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object('reason', reason, 'blocked_at', blocked_at) from private.blocks where owner_id = account
$$;

revoke execute on function private.block_of from public, anon, authenticated, service_role;


-- Called by whatever a blocked person may not do, under the lock of the profile: a block that is set at the same time
-- is seen, or comes after what was done. Raises PT403 account_blocked.
create or replace function private.refuse_blocked(account uuid) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if private.is_blocked(account) then
    raise sqlstate 'PT403' using message = 'account_blocked', detail = '{}';
  end if;
end
$$;

revoke execute on function private.refuse_blocked from public, anon, authenticated, service_role;


-- No photo arrives for a blocked person. A trigger, not a policy: Storage asks the policies when an upload begins, and
-- writes the row as its service role when it ends. 42501 is what Storage answers as 403.
create or replace function private.refuse_blocked_photo() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- As text: a name need not begin with the id of an account.
  if exists (select from private.blocks where owner_id::text = split_part(new.name, '/', 1)) then
    raise sqlstate '42501' using message = 'account_blocked';
  end if;
  return new;
end
$$;

create or replace trigger refuse_blocked_photo before insert on storage.objects
  for each row when (new.bucket_id = 'inputs') execute function private.refuse_blocked_photo();

revoke execute on function private.refuse_blocked_photo from public, anon, authenticated, service_role;


-- Whoever comes to a blocked mailbox is blocked, and the mailbox that a blocked person comes to. Called by keep_mailbox(),
-- which holds the lock of the mailbox.
create or replace function private.carry_block(account uuid) returns void
language sql volatile security definer set search_path = ''
as $$
  insert into private.blocked_mailboxes (mailbox, account_id, reason, blocked_at)
  select own.mailbox, account, block.reason, block.blocked_at
  from private.blocks as block join private.mailboxes as own on own.owner_id = block.owner_id
  where block.owner_id = account
  on conflict do nothing;

  insert into private.blocks (owner_id, reason, blocked_at)
  select person, blocked.reason, blocked.blocked_at
  from private.mailboxes as own join private.blocked_mailboxes as blocked on blocked.mailbox = own.mailbox,
    private.same_mailbox(account) as person
  where own.owner_id = account
  on conflict do nothing
$$;

revoke execute on function private.carry_block from public, anon, authenticated, service_role;


-- Blocks a person at once, or gives another reason. For operators, in Studio:
--   select private.block('<account id>', 'Three of your pictures were reported as illegal.');
-- Locks the profiles of the mailbox, then the mailbox: a submit that is under way has ended before, or is refused.
create or replace function private.block(account uuid, reason text) returns text
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform from public.profiles
  where id in (select private.same_mailbox(account)) order by id for no key update;
  if not exists (select from public.profiles where id = account) then
    raise exception 'there is no account %', account;
  end if;
  perform private.lock_mailbox(account);
  insert into private.blocks (owner_id, reason)
  select person, btrim(block.reason) from private.same_mailbox(account) as person
  on conflict (owner_id) do update set reason = excluded.reason;
  insert into private.blocked_mailboxes (mailbox, account_id, reason)
  select mailbox, account, btrim(block.reason) from private.mailboxes where owner_id = account
  on conflict (mailbox) do update set reason = excluded.reason;
  return 'blocked: nothing new is made, uploaded, shared or bought, and no link opens';
end
$$;

revoke execute on function private.block from public, anon, authenticated, service_role;


-- Ends the block of a person, of all accounts of the mailbox: everything works as before, links that were on too. Also
-- by the id of an account that is gone: see private.blocked_mailboxes. For operators, in Studio.
create or replace function private.unblock(account uuid) returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  mailboxes bigint;
  accounts bigint;
begin
  perform private.lock_mailbox(account);
  delete from private.blocked_mailboxes
  where account_id in (select private.same_mailbox(account))
    or mailbox = (select own.mailbox from private.mailboxes as own where own.owner_id = account);
  get diagnostics mailboxes = row_count;
  delete from private.blocks where owner_id in (select private.same_mailbox(account));
  get diagnostics accounts = row_count;
  return case when mailboxes + accounts > 0 then 'the block is over' else 'this account was not blocked' end;
end
$$;

revoke execute on function private.unblock from public, anon, authenticated, service_role;

-- ==== supabase/routines/15_given_back.sql
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

-- ==== supabase/routines/20_usage.sql
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

-- ==== supabase/routines/25_brakes.sql
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

-- ==== supabase/routines/30_generations.sql
-- Generations: what the submit of a person does to a job. The job's row is what the API builds the prediction from.
-- Lock order, here and in every other function: profile, collection, variant, job, mailbox, the day's provider cost.


-- Gives `credits` of a job back, once, counted in the period of the debit. The caller holds the lock of the job.
-- Called by close_job() and complete_generation().
create or replace function private.refund_job(job public.generation_jobs, credits integer, why text) returns void
language sql security definer set search_path = ''
as $$
  insert into public.usage_ledger (owner_id, job_id, kind, amount, reason, is_free, effective_at)
  select job.owner_id, job.id, 'refund', credits, why, debit.is_free, debit.effective_at
  from public.usage_ledger as debit
  where debit.job_id = job.id and debit.kind = 'debit' and credits > 0
  on conflict (job_id) where kind = 'refund' do nothing
$$;

revoke execute on function private.refund_job from public, anon, authenticated, service_role;


-- Ends a job that made nothing: terminal status, reason, all credits back. The caller holds the lock of the job.
-- Called by release_generation() and fail_generation().
create or replace function private.close_job(
  job public.generation_jobs, outcome public.job_status, code text
) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  -- `canceled` is the code of a run that the provider had begun.
  update public.generation_jobs
  set status = outcome, error_code = code, finished_at = now(), heard_at = now(),
    given_back_at = case when code in ('canceled', 'safety_blocked') then now() end
  where id = job.id;

  perform private.refund_job(job, job.credits, code);
end
$$;

revoke execute on function private.close_job from public, anon, authenticated, service_role;


-- One job and one debit, in one transaction, for the caller. A repeat with the same key and body answers with the first
-- job. Answers {"job": ..., "created": bool}. Called by POST /generations. Guarded.
-- Locks the caller's profile, then the collection and the variant that the request names, the mailbox, last the day's
-- provider cost.
-- Raises PT401 account_gone, PT402 plan_cap_reached, PT403 account_blocked | payment_disputed, PT404 input_not_found |
-- collection_not_found, PT409 generation_in_flight, PT422 idempotency_key_reused | preset_unavailable |
-- too_many_variants, PT429 too_many_given_back, PT503 submits_paused | daily_ceiling_reached.
create or replace function private.reserve_generation(request text, proof text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  caller constant uuid := private.caller_id();
  payload jsonb;
  job public.generation_jobs;
  preset public.presets;
  usage record;
  price integer;
  cost numeric;
begin
  perform private.verify_proof('reserve_generation', request, proof);
  payload := request::jsonb;

  -- All submits of one person wait for each other here. `no key`: a webhook that writes rows of this person meanwhile
  -- does not wait.
  perform from public.profiles where id = caller and closed_at is null for no key update;
  if not found then
    raise sqlstate 'PT401' using message = 'account_gone', detail = '{}';
  end if;

  select * into job from public.generation_jobs
  where owner_id = caller and idempotency_key = payload ->> 'idempotency_key';
  if found then
    if job.request_hash <> payload ->> 'request_hash' then
      raise sqlstate 'PT422' using message = 'idempotency_key_reused', detail = '{}';
    end if;
    return jsonb_build_object('job', to_jsonb(job), 'created', false);
  end if;

  perform private.refuse_blocked(caller);
  perform private.refuse_while_paused();
  if exists (select from private.fraud_warnings where owner_id = caller and dismissed_at is null) then
    raise sqlstate 'PT403' using message = 'payment_disputed', detail = '{}';
  end if;

  -- What the run refers to stays until its job is written.
  perform from public.collections where id = (payload ->> 'collection_id')::uuid and owner_id = caller for key share;
  perform from public.render_variants
  where id = (payload ->> 'source_variant_id')::uuid and owner_id = caller
  for key share;

  update public.generation_jobs set status = 'expired', error_code = 'timed_out'
  where owner_id = caller and status in ('queued', 'processing') and deadline_at <= now();

  select * into job from public.generation_jobs where owner_id = caller and status in ('queued', 'processing');
  if found then
    raise sqlstate 'PT409' using
      message = 'generation_in_flight', detail = jsonb_build_object('job_id', job.id)::text;
  end if;

  select * into preset from public.presets where id = payload ->> 'preset_id' and active and not retired;
  select dollars into cost from private.preset_costs where preset_id = preset.id;
  if cost is null then
    raise sqlstate 'PT422' using message = 'preset_unavailable', detail = '{}';
  end if;

  perform private.lock_mailbox(caller);
  select * into usage from private.usage_of(caller);
  perform private.refuse_given_back(caller, usage.plan_id);

  if (payload ->> 'variants')::integer > least(preset.max_variants, usage.max_variants) then
    raise sqlstate 'PT422' using
      message = 'too_many_variants',
      detail = jsonb_build_object('max', least(preset.max_variants, usage.max_variants), 'plan', usage.plan_id)::text;
  end if;

  price := preset.credits * (payload ->> 'variants')::integer;
  if usage.used + price > usage.credit_limit then
    raise sqlstate 'PT402' using
      message = 'plan_cap_reached',
      detail = jsonb_build_object(
        'plan', usage.plan_id, 'used', usage.used, 'limit', usage.credit_limit, 'needed', price,
        'remaining', greatest(usage.credit_limit - usage.used, 0), 'resets_at', usage.resets_at,
        'used_elsewhere', usage.used_elsewhere, 'disposable_mailbox', usage.lacks_mailbox
      )::text;
  end if;

  if payload ->> 'input_path' is not null and split_part(payload ->> 'input_path', '/', 2) <> caller::text
    or payload ->> 'source_variant_id' is not null and not exists (
      select from public.render_variants where id = (payload ->> 'source_variant_id')::uuid and owner_id = caller
    )
  then
    raise sqlstate 'PT404' using message = 'input_not_found', detail = '{}';
  end if;

  if payload ->> 'collection_id' is not null and not exists (
    select from public.collections where id = (payload ->> 'collection_id')::uuid and owner_id = caller
  ) then
    raise sqlstate 'PT404' using message = 'collection_not_found', detail = '{}';
  end if;

  insert into public.generation_jobs (
    owner_id, idempotency_key, request_hash, preset_id, title, prompt, settings, variants, seed, input_path,
    source_variant_id, collection_id, credits, expected_seconds, deadline_at
  )
  values (
    caller, payload ->> 'idempotency_key', payload ->> 'request_hash', preset.id, payload ->> 'title',
    payload ->> 'prompt', payload -> 'settings', (payload ->> 'variants')::integer, (payload ->> 'seed')::bigint,
    payload ->> 'input_path', (payload ->> 'source_variant_id')::uuid, (payload ->> 'collection_id')::uuid, price,
    coalesce(
      (select seconds from public.preset_timings where preset_id = preset.id),
      (payload ->> 'expected_seconds')::real
    ),
    now() + make_interval(secs => (payload ->> 'deadline_seconds')::integer)
  )
  returning * into job;

  insert into public.usage_ledger (owner_id, job_id, kind, amount, reason, is_free)
  values (caller, job.id, 'debit', -price, 'generation', usage.is_free);

  perform private.add_provider_cost(cost * job.variants);

  return jsonb_build_object('job', to_jsonb(job), 'created', true);
end
$$;

create or replace function public.reserve_generation(request text, proof text) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select private.reserve_generation(request, proof) $$;

revoke execute on function private.reserve_generation, public.reserve_generation
  from public, anon, authenticated, service_role;
grant execute on function private.reserve_generation, public.reserve_generation to authenticated;


-- Binds the caller's job to the prediction that runs it. The same id again changes nothing: the webhook may have come
-- first.
-- Called by POST /generations. Guarded. Locks the job.
-- Raises PT404 generation_not_found, PT409 prediction_mismatch | generation_settled.
create or replace function private.attach_prediction(request text, proof text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  payload jsonb;
  job public.generation_jobs;
begin
  perform private.verify_proof('attach_prediction', request, proof);
  payload := request::jsonb;

  select * into job from public.generation_jobs
  where id = (payload ->> 'job_id')::uuid and owner_id = private.caller_id()
  for update;
  if not found then
    raise sqlstate 'PT404' using message = 'generation_not_found', detail = '{}';
  end if;

  if job.prediction_id = payload ->> 'prediction_id' then
    return to_jsonb(job);
  end if;
  if job.prediction_id is not null
    or exists (select from public.generation_jobs where prediction_id = payload ->> 'prediction_id')
  then
    raise sqlstate 'PT409' using message = 'prediction_mismatch', detail = '{}';
  end if;
  if job.status in ('succeeded', 'failed', 'canceled') then
    raise sqlstate 'PT409' using message = 'generation_settled', detail = '{}';
  end if;

  update public.generation_jobs set prediction_id = payload ->> 'prediction_id', heard_at = now()
  where id = job.id
  returning * into job;
  return to_jsonb(job);
end
$$;

create or replace function public.attach_prediction(request text, proof text) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select private.attach_prediction(request, proof) $$;

revoke execute on function private.attach_prediction, public.attach_prediction
  from public, anon, authenticated, service_role;
grant execute on function private.attach_prediction, public.attach_prediction to authenticated;


-- Notes that the owner wants to stop the generation. The job stays open: only the provider knows whether a picture was
-- made. A job that has ended comes back unchanged. Called by POST /generations/{id}/cancel. Guarded. Locks the job.
-- Raises PT404 generation_not_found.
create or replace function private.request_cancel(request text, proof text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  payload jsonb;
  job public.generation_jobs;
begin
  perform private.verify_proof('request_cancel', request, proof);
  payload := request::jsonb;

  select * into job from public.generation_jobs
  where id = (payload ->> 'job_id')::uuid and owner_id = private.caller_id()
  for update;
  if not found then
    raise sqlstate 'PT404' using message = 'generation_not_found', detail = '{}';
  end if;

  if job.status in ('queued', 'processing') and job.cancel_requested_at is null then
    update public.generation_jobs set cancel_requested_at = now() where id = job.id returning * into job;
  end if;
  return to_jsonb(job);
end
$$;

create or replace function public.request_cancel(request text, proof text) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select private.request_cancel(request, proof) $$;

revoke execute on function private.request_cancel, public.request_cancel from public, anon, authenticated, service_role;
grant execute on function private.request_cancel, public.request_cancel to authenticated;

-- ==== supabase/routines/35_reconciliation.sql
-- Reconciliation: jobs without a prediction, and jobs of which no webhook came for a while.


-- Ends a job whose prediction surely does not exist, and gives its debit back. Changes nothing once a prediction is
-- attached or the job has ended, nor before it is `older_than_seconds` old by this clock, where that is given.
-- Called by POST /generations as the owner, and by reconcile as `anon`. Guarded.
-- Locks the profile, then the job, then the day's provider cost. Raises PT404 generation_not_found.
create or replace function private.release_generation(request text, proof text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  payload jsonb;
  job public.generation_jobs;
begin
  perform private.verify_proof('release_generation', request, proof);
  payload := request::jsonb;

  perform from public.profiles
  where id = (select owner_id from public.generation_jobs where id = (payload ->> 'job_id')::uuid)
  for key share;
  select * into job from public.generation_jobs
  where id = (payload ->> 'job_id')::uuid and (auth.uid() is null or owner_id = private.caller_id())
  for update;
  if not found then
    raise sqlstate 'PT404' using message = 'generation_not_found', detail = '{}';
  end if;

  if job.prediction_id is null and job.status in ('queued', 'expired')
    and job.created_at <= now() - make_interval(secs => coalesce((payload ->> 'older_than_seconds')::integer, 0))
  then
    perform private.close_job(
      job,
      case when job.cancel_requested_at is null then 'failed' else 'canceled' end::public.job_status,
      payload ->> 'error_code'
    );
    perform private.subtract_provider_cost(job);
    select * into job from public.generation_jobs where id = job.id;
  end if;
  return to_jsonb(job);
end
$$;

create or replace function public.release_generation(request text, proof text) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select private.release_generation(request, proof) $$;

revoke execute on function private.release_generation, public.release_generation
  from public, anon, authenticated, service_role;
grant execute on function private.release_generation, public.release_generation to anon, authenticated;


-- The open jobs without news for `older_than_seconds`, `limit` at most: those first that were not asked about for the
-- longest time. What is given out goes to the back, so that jobs which cannot be settled do not keep the others waiting.
-- Called by reconcile as `anon`. Guarded. Locks the jobs; what somebody is changing is left to the next call.
create or replace function private.stale_generations(request text, proof text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  payload jsonb;
  stale jsonb;
begin
  perform private.verify_proof('stale_generations', request, proof);
  payload := request::jsonb;

  with given as (
    update public.generation_jobs set asked_at = now()
    where id = any (array(
      select id from public.generation_jobs
      where status in ('queued', 'processing', 'expired')
        and heard_at <= now() - make_interval(secs => (payload ->> 'older_than_seconds')::integer)
      order by asked_at
      limit (payload ->> 'limit')::integer
      for no key update skip locked
    ))
    returning *
  )
  select coalesce(jsonb_agg(to_jsonb(given) order by given.heard_at), '[]'::jsonb) into stale from given;
  return stale;
end
$$;

create or replace function public.stale_generations(request text, proof text) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select private.stale_generations(request, proof) $$;

revoke execute on function private.stale_generations, public.stale_generations
  from public, anon, authenticated, service_role;
grant execute on function private.stale_generations, public.stale_generations to anon;

-- ==== supabase/routines/40_webhooks.sql
-- Webhooks: what a verified delivery of Replicate does to a job. For the service role alone. A status only moves
-- forward: a repeated, late or foreign delivery changes nothing. Outcomes: applied | repeated (the job had succeeded) |
-- settled (it had failed or was canceled) | unknown_job (also when its account is closed) | foreign_prediction.


-- Locks the job that a delivery names and decides whether the delivery may change it. The `?job=` of the URL is not
-- signed, so the prediction must be the job's own; a job without one takes a prediction that no other job has, because
-- the webhook may come before the API attaches it. Called by every function of this file and by announce_files().
-- Locks profile, collection and variant before the job, because the rows that are written later lock them for their
-- foreign keys, and somebody may be deleting them.
create or replace function private.claim_job(
  job_id uuid, prediction text, out job public.generation_jobs, out outcome text
)
language plpgsql security definer set search_path = ''
as $$
declare
  named public.generation_jobs;
begin
  select * into named from public.generation_jobs where id = job_id;
  perform from public.profiles where id = named.owner_id and closed_at is null for key share;
  if not found then
    outcome := 'unknown_job';
    return;
  end if;
  perform from public.collections where id = named.collection_id for key share;
  perform from public.render_variants where id = named.source_variant_id for key share;
  select * into job from public.generation_jobs where id = job_id for update;
  if not found then
    outcome := 'unknown_job';
  elsif job.prediction_id is distinct from prediction and (
    job.prediction_id is not null
    or exists (select from public.generation_jobs where prediction_id = prediction)
  ) then
    outcome := 'foreign_prediction';
  elsif job.status = 'succeeded' then
    outcome := 'repeated';
  elsif job.status in ('failed', 'canceled') then
    outcome := 'settled';
  else
    update public.generation_jobs set prediction_id = prediction, heard_at = now()
    where id = job.id
    returning * into job;
    outcome := 'applied';
  end if;
end
$$;

revoke execute on function private.claim_job from public, anon, authenticated, service_role;


-- Notes a delivery and its outcome. Called by complete_generation() and fail_generation().
create or replace function private.record_event(event text, job_id uuid, kind text, outcome text) returns void
language sql security definer set search_path = ''
as $$
  insert into public.webhook_events (provider, event_id, job_id, kind, outcome)
  values ('replicate', event, job_id, kind, outcome)
  on conflict do nothing
$$;

revoke execute on function private.record_event from public, anon, authenticated, service_role;


-- Start, log and output events, and the first step of every completion: progress (percent) and ready pictures only
-- grow. Answers {"outcome", "owner_id", "cancel_requested"}; the last two are null where there is no job.
-- Called by POST /webhooks/replicate. Locks as claim_job().
create or replace function private.record_progress(
  job_id uuid, prediction text, percent integer, ready integer
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  claimed record;
begin
  select * into claimed from private.claim_job(job_id, prediction);
  if claimed.outcome = 'applied' then
    update public.generation_jobs as job
    set
      status = case job.status when 'queued' then 'processing' else job.status end,
      started_at = coalesce(job.started_at, now()),
      progress = greatest(job.progress, least(percent, 99)),
      ready = greatest(job.ready, least(record_progress.ready, job.variants))
    where job.id = job_id;
  end if;
  return jsonb_build_object(
    'outcome', claimed.outcome,
    'owner_id', (claimed.job).owner_id,
    'cancel_requested', (claimed.job).cancel_requested_at is not null
  );
end
$$;

create or replace function public.record_progress(
  job_id uuid, prediction text, percent integer, ready integer
) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select private.record_progress(job_id, prediction, percent, ready) $$;

revoke execute on function private.record_progress, public.record_progress
  from public, anon, authenticated, service_role;
grant execute on function private.record_progress, public.record_progress to service_role;


-- Writes render, variants, cover, collection item and job in one transaction. `outputs` is an array of {index, path,
-- thumbnail_path, mime, width, height, bytes, placeholder}. Pictures that were paid for and did not come are given
-- back; pictures that came and were not paid for are left out. `was_stopped`: the prediction was canceled, and
-- these pictures were ready. Answers the outcome. Called by POST /webhooks/replicate. Locks as claim_job().
create or replace function private.complete_generation(
  event text, job_id uuid, prediction text, outputs jsonb, was_stopped boolean default false
) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  claimed record;
  job public.generation_jobs;
  render uuid;
  delivered integer;
begin
  select * into claimed from private.claim_job(job_id, prediction);
  perform private.record_event(event, job_id, 'succeeded', claimed.outcome);
  if claimed.outcome <> 'applied' then
    return claimed.outcome;
  end if;
  job := claimed.job;

  insert into public.renders (
    owner_id, job_id, preset_id, title, prompt, settings, seed, input_path, source_variant_id
  )
  values (
    job.owner_id, job.id, job.preset_id, job.title, job.prompt, job.settings, job.seed, job.input_path,
    job.source_variant_id
  )
  returning id into render;

  insert into public.render_variants (
    render_id, owner_id, index, path, thumbnail_path, mime, width, height, bytes, placeholder
  )
  select
    render, job.owner_id, output.index, output.path, output.thumbnail_path, output.mime, output.width, output.height,
    output.bytes, output.placeholder
  from jsonb_to_recordset(outputs) as output (
    index smallint, path text, thumbnail_path text, mime text, width integer, height integer, bytes integer,
    placeholder text
  )
  where output.index < job.variants;

  get diagnostics delivered = row_count;
  if delivered = 0 then
    raise exception 'complete_generation needs an output';
  end if;

  update public.renders
  set cover_variant_id = (
    select variant.id from public.render_variants as variant
    where variant.render_id = render order by variant.index limit 1
  )
  where id = render;

  -- After everything that is in it, as change_renders() adds.
  insert into public.collection_items (collection_id, render_id, owner_id, position)
  select job.collection_id, render, job.owner_id, coalesce(max(item.position), 0) + 1
  from public.collection_items as item
  where item.collection_id = job.collection_id
  having job.collection_id is not null;

  update public.generation_jobs
  set status = 'succeeded', progress = 100, ready = delivered, error_code = null, finished_at = now(),
    started_at = coalesce(started_at, now()),
    given_back_at = case when was_stopped and cancel_requested_at is not null and delivered < variants then now() end
  where id = job.id
  returning * into job;

  perform private.refund_job(
    job,
    (job.credits / job.variants) * (job.variants - delivered),
    case
      when not was_stopped then 'missing_outputs' when job.cancel_requested_at is null then 'timed_out' else 'canceled'
    end
  );

  -- A run that was stopped says nothing about how long its preset takes.
  if was_stopped then
    return claimed.outcome;
  end if;

  -- An exponentially weighted mean over about the last ten runs. One second at least: a clock that was set back must
  -- not fail a run. Three times what was expected at most: a run that was settled long after it ended, as after an
  -- outage, says nothing about its preset.
  insert into public.preset_timings (preset_id, seconds, runs)
  values (
    job.preset_id,
    least(greatest(extract(epoch from job.finished_at - job.created_at), 1)::real, 3 * job.expected_seconds),
    1
  )
  on conflict (preset_id) do update
  set
    seconds = preset_timings.seconds + (excluded.seconds - preset_timings.seconds) / least(preset_timings.runs + 1, 10),
    runs = preset_timings.runs + 1;

  return claimed.outcome;
end
$$;

create or replace function public.complete_generation(
  event text, job_id uuid, prediction text, outputs jsonb, was_stopped boolean default false
) returns text
language sql volatile security invoker set search_path = ''
as $$ select private.complete_generation(event, job_id, prediction, outputs, was_stopped) $$;

revoke execute on function private.complete_generation, public.complete_generation
  from public, anon, authenticated, service_role;
grant execute on function private.complete_generation, public.complete_generation to service_role;


-- The provider said that no picture came: the job becomes failed or canceled and its debit comes back, once. Answers
-- the outcome. Called by POST /webhooks/replicate. Locks as claim_job().
create or replace function private.fail_generation(
  event text, job_id uuid, prediction text, outcome public.job_status, code text
) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  claimed record;
begin
  if outcome not in ('failed', 'canceled') then
    raise exception 'fail_generation cannot end a job as %', outcome;
  end if;

  select * into claimed from private.claim_job(job_id, prediction);
  perform private.record_event(event, job_id, outcome::text, claimed.outcome);
  if claimed.outcome = 'applied' then
    perform private.close_job(claimed.job, fail_generation.outcome, code);
  end if;
  return claimed.outcome;
end
$$;

create or replace function public.fail_generation(
  event text, job_id uuid, prediction text, outcome public.job_status, code text
) returns text
language sql volatile security invoker set search_path = ''
as $$ select private.fail_generation(event, job_id, prediction, outcome, code) $$;

revoke execute on function private.fail_generation, public.fail_generation
  from public, anon, authenticated, service_role;
grant execute on function private.fail_generation, public.fail_generation to service_role;


-- Deletes the notes of deliveries that are older than `days`, `limit` at most. Both providers have stopped to repeat
-- them long before. Answers how many. Called by reconcile as `anon`. Guarded.
create or replace function private.purge_webhook_events(request text, proof text) returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
  payload jsonb;
  purged bigint;
begin
  perform private.verify_proof('purge_webhook_events', request, proof);
  payload := request::jsonb;

  delete from public.webhook_events
  where (provider, event_id, kind) in (
    select provider, event_id, kind from public.webhook_events
    where received_at <= now() - make_interval(days => (payload ->> 'days')::integer)
    order by received_at
    limit (payload ->> 'limit')::integer
  );
  get diagnostics purged = row_count;
  return purged;
end
$$;

create or replace function public.purge_webhook_events(request text, proof text) returns bigint
language sql volatile security invoker set search_path = ''
as $$ select private.purge_webhook_events(request, proof) $$;

revoke execute on function private.purge_webhook_events, public.purge_webhook_events
  from public, anon, authenticated, service_role;
grant execute on function private.purge_webhook_events, public.purge_webhook_events to anon;

-- ==== supabase/routines/50_files.sql
-- Files: the queue private.file_changes names the files that have no row any more or no row yet, and those that are to be
-- moved. The service role does through the Storage API what is due.


-- Queues the names of files that are about to be stored for a job, and renews those of an attempt that broke off. Under
-- the lock of the job, so that no name is queued after complete_generation() wrote its row. Ten minutes are many times
-- what storing takes: a file that is stored after its account was deleted is still removed. Answers the outcome.
-- Called by POST /webhooks/replicate before it stores files. Locks as claim_job().
create or replace function private.announce_files(job_id uuid, prediction text, names jsonb) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  claimed record;
begin
  select * into claimed from private.claim_job(job_id, prediction);
  if claimed.outcome = 'applied' then
    insert into private.file_changes (bucket, name, job_id, due_at)
    select 'renders', announced.name, announce_files.job_id, now() + interval '10 minutes'
    from jsonb_array_elements_text(names) as announced (name)
    on conflict (bucket, name) do update set due_at = excluded.due_at, job_id = excluded.job_id;
  end if;
  return claimed.outcome;
end
$$;

create or replace function public.announce_files(job_id uuid, prediction text, names jsonb) returns text
language sql volatile security invoker set search_path = ''
as $$ select private.announce_files(job_id, prediction, names) $$;

revoke execute on function private.announce_files, public.announce_files from public, anon, authenticated, service_role;
grant execute on function private.announce_files, public.announce_files to service_role;


-- A file whose row exists leaves the queue.
create or replace function private.keep_variant_files() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  delete from private.file_changes
  where bucket = 'renders' and name in (new.path, new.thumbnail_path);
  return null;
end
$$;

create or replace trigger keep_variant_files after insert on public.render_variants
  for each row execute function private.keep_variant_files();

revoke execute on function private.keep_variant_files from public, anon, authenticated, service_role;


-- The files of a deleted variant are due for removal.
create or replace function private.queue_variant_files() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into private.file_changes (bucket, name)
  values ('renders', old.path), ('renders', old.thumbnail_path)
  on conflict do nothing;
  return null;
end
$$;

create or replace trigger queue_variant_files after delete on public.render_variants
  for each row execute function private.queue_variant_files();

revoke execute on function private.queue_variant_files from public, anon, authenticated, service_role;


-- Everything in the folders of a deleted account is due for removal: photos have no rows of their own.
create or replace function private.queue_account_files() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into private.file_changes (bucket, name)
  select object.bucket_id, object.name
  from storage.objects as object
  where object.bucket_id in ('inputs', 'renders')
    and object.name collate "C" > old.id || '/' and object.name collate "C" < old.id || '0'
  on conflict do nothing;
  return null;
end
$$;

create or replace trigger queue_account_files after delete on public.profiles
  for each row execute function private.queue_account_files();

revoke execute on function private.queue_account_files from public, anon, authenticated, service_role;


-- The files of a deleted item are due for removal, and so are files that an item exchanged for others: their addresses
-- are public. The files of an item that came back under the same names leave the queue.
create or replace function private.queue_community_files() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op <> 'INSERT' then
    insert into private.file_changes (bucket, name)
    values ('community', old.path), ('community', old.thumbnail_path)
    on conflict do nothing;
  end if;
  if tg_op <> 'DELETE' then
    delete from private.file_changes
    where bucket = 'community' and name in (new.path, new.thumbnail_path);
  end if;
  return null;
end
$$;

create or replace trigger queue_community_files
  after insert or delete or update of path, thumbnail_path on public.community_items
  for each row execute function private.queue_community_files();

revoke execute on function private.queue_community_files from public, anon, authenticated, service_role;


-- What is due longest, `max_count` at most: [{"bucket", "name", "new_name"}]; a file without a new name is removed. Names
-- of a job that has not ended wait: it may still write their rows. Called by POST /webhooks/replicate/file-changes.
create or replace function private.next_file_changes(max_count integer) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(
    jsonb_agg(jsonb_build_object('bucket', due.bucket, 'name', due.name, 'new_name', due.new_name)), '[]'::jsonb
  )
  from (
    select bucket, name, new_name from private.file_changes as queued
    where due_at <= now() and not exists (
      select from public.generation_jobs as job
      where job.id = queued.job_id and job.status in ('queued', 'processing', 'expired')
    )
    order by due_at
    limit max_count
  ) as due
$$;

create or replace function public.next_file_changes(max_count integer) returns jsonb
language sql stable security invoker set search_path = ''
as $$ select private.next_file_changes(max_count) $$;

revoke execute on function private.next_file_changes, public.next_file_changes
  from public, anon, authenticated, service_role;
grant execute on function private.next_file_changes, public.next_file_changes to service_role;


-- Takes from the queue what Storage has done. A variant whose file was moved gets its new name; where the variant was
-- deleted meanwhile, the file under the new name is due for removal. Called by POST /webhooks/replicate/file-changes.
create or replace function private.confirm_file_changes(done jsonb) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  moved record;
begin
  for moved in
    delete from private.file_changes as queued
    using jsonb_to_recordset(done) as finished (bucket text, name text)
    where queued.bucket = finished.bucket and queued.name = finished.name
    returning queued.bucket, queued.name, queued.new_name
  loop
    continue when moved.new_name is null;
    update public.render_variants as variant
    set path = case variant.path when moved.name then moved.new_name else variant.path end,
      thumbnail_path = case variant.thumbnail_path when moved.name then moved.new_name else variant.thumbnail_path end
    where moved.name in (variant.path, variant.thumbnail_path);
    if not found then
      insert into private.file_changes (bucket, name) values (moved.bucket, moved.new_name) on conflict do nothing;
    end if;
  end loop;
end
$$;

create or replace function public.confirm_file_changes(done jsonb) returns void
language sql volatile security invoker set search_path = ''
as $$ select private.confirm_file_changes(done) $$;

revoke execute on function private.confirm_file_changes, public.confirm_file_changes
  from public, anon, authenticated, service_role;
grant execute on function private.confirm_file_changes, public.confirm_file_changes to service_role;


-- The files of a render that is taken down are due for a move, to names that nobody can guess and in a folder that no
-- policy opens: what was signed before opens nothing then, and nothing can be signed. Called by take_down_render().
create or replace function private.hide_render_files(render uuid) returns void
language sql volatile security definer set search_path = ''
as $$
  insert into private.file_changes (bucket, name, new_name)
  select 'renders', file.name, 'taken-down/' || replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')
  from public.render_variants as variant
  cross join lateral (values (variant.path), (variant.thumbnail_path)) as file (name)
  where variant.render_id = render
  on conflict do nothing
$$;

revoke execute on function private.hide_render_files from public, anon, authenticated, service_role;


-- Whether the caller may keep a photo under this name: 1,000 at most, and a photo that is there already takes no room.
-- Uploads that run at the same time do not see each other. Called by the policy "inputs: owner adds", because a policy
-- cannot read its own table.
create or replace function private.has_room_for_photo(object_name text) returns boolean
language sql stable security definer set search_path = ''
as $$
  select
    (
      select count(*) from storage.objects
      where bucket_id = 'inputs'
        and name collate "C" > auth.uid()::text || '/' and name collate "C" < auth.uid()::text || '0'
    ) < 1000
    or exists (select from storage.objects where bucket_id = 'inputs' and name = object_name)
$$;

revoke execute on function private.has_room_for_photo from public, anon, authenticated, service_role;
grant execute on function private.has_room_for_photo to authenticated;


-- The second line behind the policies. Storage asks a policy when an upload begins and completes it as its service role,
-- so an upload that began earlier, or by a signed address, ends past the policies; a trigger sees the end. A photo is
-- never written over, and nothing is stored in the folder of an account that is closed or gone. The lock decides between
-- an upload and a deletion at the same time: either the deletion waits and queue_account_files() sees the file, or the
-- profile is gone here. The error is the one of a policy, so that it does not tell which accounts there are. Raises
-- 42501.
create or replace function private.guard_stored_file() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  folder constant text := split_part(new.name, '/', 1);
  refused boolean := false;
begin
  if new.bucket_id not in ('inputs', 'renders') then
    return new;
  end if;
  if tg_op = 'UPDATE' and new.bucket_id = 'inputs' then
    refused := new.version is distinct from old.version;
  end if;
  -- Folders of other names belong to nobody: the service role alone writes them.
  if not refused and folder ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    perform from public.profiles where id = folder::uuid and closed_at is null for key share;
    refused := not found;
  end if;
  if refused then
    raise sqlstate '42501' using message = 'new row violates row-level security policy for table "objects"';
  end if;
  return new;
end
$$;

create or replace trigger guard_stored_file before insert or update of bucket_id, name, version on storage.objects
  for each row execute function private.guard_stored_file();

revoke execute on function private.guard_stored_file from public, anon, authenticated, service_role;

-- ==== supabase/routines/60_render_filters.sql
-- Render filters: lists, counts and bulk changes share one filter, so "all matching this filter" means the same rows
-- everywhere. A filter is a JSON object, and each key that is present narrows it: ids, presets, text (every word,
-- anywhere in title or prompt), favorite, collection_id, added_at, created_from, created_before, trashed (default
-- false), deleted_at.


-- The id of the caller's "My Favorites".
create or replace function private.my_favorites() returns uuid
language sql stable set search_path = ''
as $$ select id from public.collections where owner_id = auth.uid() and is_favorites $$;

revoke execute on function private.my_favorites from public, anon, authenticated, service_role;
grant execute on function private.my_favorites to authenticated;


-- What a text searches for: a pattern for each of its words. Null without a text.
-- Called by everything that runs conditions of a filter.
create or replace function private.word_patterns(filter jsonb) returns text[]
language sql immutable set search_path = ''
as $$
  select array_agg('%' || regexp_replace(word, '([\\%_])', '\\\1', 'g') || '%')
  from regexp_split_to_table(btrim(filter ->> 'text'), '\s+') as word
$$;

revoke execute on function private.word_patterns from public, anon, authenticated, service_role;
grant execute on function private.word_patterns to authenticated;


-- SQL conditions on `render`: every word, anywhere in title or prompt. The expression is that of renders_words_idx, and
-- the patterns are $2. Called by renders_with_words() and render_order().
create or replace function private.word_conditions(patterns text[]) returns text
language sql immutable set search_path = ''
as $$
  select string_agg(format(' and (render.title || E''\n'' || render.prompt) ilike $2[%s]', place), '')
  from generate_subscripts(patterns, 1) as place
$$;

revoke execute on function private.word_conditions from public, anon, authenticated, service_role;
grant execute on function private.word_conditions to authenticated;


-- The caller's renders with all these words.
-- SECURITY DEFINER: ILIKE is not leakproof, so under RLS no index could serve it. The condition on the owner replaces
-- RLS.
-- Called in the conditions of render_conditions().
create or replace function private.renders_with_words(patterns text[]) returns setof uuid
language plpgsql stable security definer set search_path = '' rows 1000
as $$
begin
  return query execute
    'select render.id from public.renders as render where render.owner_id = $1' || private.word_conditions(patterns)
    using private.caller_id(), patterns;
end
$$;

revoke execute on function private.renders_with_words from public, anon, authenticated, service_role;
grant execute on function private.renders_with_words to authenticated;


-- SQL conditions on `render` for a filter; keys are fixed here, and values are quoted as literals. The owner and the
-- words are parameters, $1 and $2, because Postgres writes a statement that fails into its log:
-- `execute … using private.caller_id(), private.word_patterns(filter)`.
-- Words are searched once for a query: without `materialized`, Postgres may search them again for every item of a
-- collection.
-- Called by everything that takes a filter, with the rights of its caller.
create or replace function private.render_conditions(filter jsonb) returns text
language plpgsql stable set search_path = ''
as $$
declare
  presets constant text[] := array(select jsonb_array_elements_text(filter -> 'presets'));
  in_collection constant text :=
    'render.id in (select item.render_id from public.collection_items as item where item.collection_id = %L%s)';
begin
  return concat_ws(
    ' and ',
    'render.owner_id = $1',
    case when (filter ->> 'trashed')::boolean then 'render.deleted_at is not null' else 'render.deleted_at is null' end,
    case when filter ? 'deleted_at' then format('render.deleted_at = %L', (filter ->> 'deleted_at')::timestamptz) end,
    case when filter ? 'ids' then
      format('render.id = any (%L::uuid[])', array(select jsonb_array_elements_text(filter -> 'ids'))::uuid[])
    end,
    case
      -- An index gives its rows in order after one equal value, not after an array of one.
      when cardinality(presets) = 1 then format('render.preset_id = %L', presets[1])
      when filter ? 'presets' then format('render.preset_id = any (%L::text[])', presets)
    end,
    case when filter ? 'created_from' then
      format('render.created_at >= %L', (filter ->> 'created_from')::timestamptz)
    end,
    case when filter ? 'created_before' then
      format('render.created_at < %L', (filter ->> 'created_before')::timestamptz)
    end,
    case when filter ? 'text' then
      'render.id in (with found as materialized (select private.renders_with_words($2) as id) select id from found)'
    end,
    case when filter ? 'collection_id' then
      format(
        in_collection, (filter ->> 'collection_id')::uuid,
        case when filter ? 'added_at' then format(' and item.added_at = %L', (filter ->> 'added_at')::timestamptz) end
      )
    end,
    case when (filter ->> 'favorite')::boolean then format(in_collection, private.my_favorites(), '') end
  );
end
$$;

revoke execute on function private.render_conditions from public, anon, authenticated, service_role;
grant execute on function private.render_conditions to authenticated;

-- ==== supabase/routines/61_render_lists.sql
-- Render lists: pages of cards, months with their numbers, and one render in detail.


-- How many rows a list reads for a page: one more than the page, which has 1 to 100 rows whatever a direct caller asks
-- for. Called by every list.
create or replace function private.page_rows(page_size integer) returns integer
language sql immutable set search_path = ''
as $$ select least(greatest(coalesce(page_size, 1), 1), 100) + 1 $$;

revoke execute on function private.page_rows from public, anon, authenticated, service_role;
grant execute on function private.page_rows to anon, authenticated;


-- How a page of renders is read: SQL for `from` (`source`), `where` (`conditions`) and `order by` (`key`, then `tie`,
-- both in `direction`); `type` is that of the key. Inside a collection its items are read, in the order of one of their
-- indexes; of two collections, "My Favorites" is a condition. Key and tie are columns of one index, so that the index
-- is read from where the page starts. Called by render_page(). Raises PT400 malformed_request.
create or replace function private.render_order(
  filter jsonb, sort text,
  out source text, out conditions text, out key text, out tie text, out type text, out direction text
)
language plpgsql stable set search_path = ''
as $$
declare
  -- the key of the filter that names the collection whose items are read
  inside constant text := case
    when sort = 'deleted' or filter ? 'added_at' then ''
    when filter ? 'collection_id' then 'collection_id'
    when (filter ->> 'favorite')::boolean then 'favorite'
    else ''
  end;
  collection constant uuid := case inside
    when 'collection_id' then (filter ->> 'collection_id')::uuid
    when 'favorite' then private.my_favorites()
  end;
begin
  if sort is null or sort not in ('newest', 'oldest', 'deleted', 'manual', 'added')
    or sort in ('manual', 'added') and inside <> 'collection_id'
  then
    raise sqlstate 'PT400' using message = 'malformed_request', detail = '{}';
  end if;

  key := case sort
    when 'deleted' then 'render.deleted_at'
    when 'manual' then 'item.position'
    when 'added' then 'item.added_at'
    else case inside when '' then 'render.created_at' else 'item.render_created_at' end
  end;
  tie := case inside when '' then 'render.id' else 'item.render_id' end;
  type := case sort when 'manual' then 'double precision' else 'timestamptz' end;
  direction := case when sort in ('oldest', 'manual') then 'asc' else 'desc' end;

  conditions := concat(
    private.render_conditions(filter - 'text' - inside),
    case when filter ? 'text' then private.word_conditions(private.word_patterns(filter)) end
  );
  if inside = '' then
    source := 'public.renders as render';
  elsif filter ? 'text' then
    -- Postgres chooses the order of the items or the index of the words. Joined by both columns of the foreign key, it
    -- knows that every item has its render.
    source := format(
      'public.collection_items as item join public.renders as render'
      ' on render.id = item.render_id and render.owner_id = item.owner_id and item.collection_id = %L',
      collection
    );
  else
    -- `offset 0` keeps the subquery apart: renders are looked up only for the items that the page comes to.
    source := format(
      'public.collection_items as item cross join lateral ('
      'select * from public.renders as render where render.id = item.render_id and %s offset 0) as render',
      conditions
    );
    conditions := format('item.collection_id = %L', collection);
  end if;
end
$$;

revoke execute on function private.render_order from public, anon, authenticated, service_role;
grant execute on function private.render_order to authenticated;


-- The places of one page of the caller's renders, in order: [{"id", "key"}], one row more than `page_size` when there
-- is a next page. `after_key` and
-- `after_id` are those of the last place before the page. Called by list_renders(), and by searched_render_page().
create or replace function private.render_page(
  filter jsonb, sort text, page_size integer, after_key text, after_id uuid
) returns jsonb
language plpgsql stable security invoker set search_path = ''
as $$
declare
  chosen record;
  start text;
  page jsonb;
begin
  select * into chosen from private.render_order(filter, sort);
  if after_key is not null then
    start := format(
      'and (%s, %s) %s (%L::%s, %L::uuid)',
      chosen.key, chosen.tie, case chosen.direction when 'asc' then '>' else '<' end, after_key, chosen.type, after_id
    );
  end if;
  execute concat_ws(
    ' ',
    'select coalesce(jsonb_agg(place), ''[]'') from (',
    'select render.id,', chosen.key, 'as key from', chosen.source, 'where', chosen.conditions, start,
    'order by', chosen.key, chosen.direction, ',', chosen.tie, chosen.direction, 'limit', private.page_rows(page_size),
    ') as place'
  ) into page using private.caller_id(), private.word_patterns(filter);
  return page;
end
$$;

revoke execute on function private.render_page from public, anon, authenticated, service_role;
grant execute on function private.render_page to authenticated;


-- render_page() of a filter with a text.
-- SECURITY DEFINER: ILIKE is not leakproof, so under RLS no index could serve it. The condition on the owner, in
-- render_conditions(), replaces RLS. Called by list_renders().
create or replace function private.searched_render_page(
  filter jsonb, sort text, page_size integer, after_key text, after_id uuid
) returns jsonb
language sql stable security definer set search_path = ''
as $$ select private.render_page(filter, sort, page_size, after_key, after_id) $$;

revoke execute on function private.searched_render_page from public, anon, authenticated, service_role;
grant execute on function private.searched_render_page to authenticated;


-- One page of the caller's renders as cards with their cover, one row more than `page_size` when there is a next page.
-- `sort`: newest | oldest | deleted (the trash, latest first) | manual | added (both inside a collection).
-- `after_key` and `after_id` are the `key` and `id` of the last card before the page.
-- Called by GET /renders. Raises PT400 malformed_request.
create or replace function public.list_renders(
  filter jsonb, sort text, page_size integer, after_key text default null, after_id uuid default null
) returns jsonb
language plpgsql stable security invoker set search_path = ''
as $$
declare
  favorites constant uuid := private.my_favorites();
  page constant jsonb := case
    when filter ? 'text' then private.searched_render_page(filter, sort, page_size, after_key, after_id)
    else private.render_page(filter, sort, page_size, after_key, after_id)
  end;
begin
  return (
    select coalesce(
      jsonb_agg(
        jsonb_build_object(
          'id', render.id, 'key', place.key, 'title', render.title, 'preset_id', render.preset_id,
          'created_at', render.created_at, 'deleted_at', render.deleted_at,
          'is_taken_down', render.taken_down_at is not null,
          'variant_count', (select count(*) from public.render_variants as variant where variant.render_id = render.id),
          'is_favorite', exists (
            select from public.collection_items as favorite
            where favorite.render_id = render.id and favorite.collection_id = favorites
          ),
          'cover', (
            select to_jsonb(variant) from public.render_variants as variant
            where variant.render_id = render.id and render.taken_down_at is null
            order by variant.id = render.cover_variant_id desc nulls last, variant.index
            limit 1
          )
        )
        order by place.number
      ),
      '[]'::jsonb
    )
    from rows from (jsonb_to_recordset(page) as (id uuid, key jsonb)) with ordinality as place (id, key, number)
    -- `offset 0`: looked up one by one, however many places Postgres expects in the JSON.
    cross join lateral (select * from public.renders as owned where owned.id = place.id offset 0) as render
  );
end
$$;

revoke execute on function public.list_renders from public, anon, authenticated, service_role;
grant execute on function public.list_renders to authenticated;


-- How many renders of a filter each month has in a time zone, latest first: [{"month": "2026-11", "count": 12}].
-- Called by GET /renders/months.
create or replace function public.count_renders_by_month(filter jsonb, time_zone text) returns jsonb
language plpgsql stable security invoker set search_path = ''
as $$
declare
  months jsonb;
begin
  execute format(
    $query$
      select coalesce(jsonb_agg(to_jsonb(counted) order by counted.month desc), '[]'::jsonb)
      from (
        select to_char(render.created_at at time zone $3, 'YYYY-MM') as month, count(*) as count
        from public.renders as render
        where %s
        group by 1
      ) as counted
    $query$,
    private.render_conditions(filter)
  ) into months using private.caller_id(), private.word_patterns(filter), time_zone;
  return months;
end
$$;

revoke execute on function public.count_renders_by_month from public, anon, authenticated, service_role;
grant execute on function public.count_renders_by_month to authenticated;


-- Everything about one render of the caller's, in an array that is empty when there is none: variants, collections, the
-- picture that it was made from, the latest renders that were made from it, what it cost and what came back.
-- Called by GET /renders/{id}.
create or replace function public.render_detail(render_id uuid) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select coalesce(jsonb_agg(to_jsonb(render) || jsonb_build_object(
    'variants', (
      select jsonb_agg(to_jsonb(variant) order by variant.index)
      from public.render_variants as variant where variant.render_id = render.id
    ),
    'collections', (
      select coalesce(
        jsonb_agg(
          jsonb_build_object('id', collection.id, 'name', collection.name, 'is_favorites', collection.is_favorites)
          order by collection.is_favorites desc, collection.name
        ),
        '[]'::jsonb
      )
      from public.collection_items as item
      join public.collections as collection on collection.id = item.collection_id
      where item.render_id = render.id
    ),
    'source', (
      select jsonb_build_object(
        'render_id', parent.id, 'title', parent.title, 'deleted_at', parent.deleted_at, 'variant', to_jsonb(variant)
      )
      from public.render_variants as variant
      join public.renders as parent on parent.id = variant.render_id
      where variant.id = render.source_variant_id
    ),
    'made_from_it', (
      select coalesce(jsonb_agg(to_jsonb(made) order by made.created_at desc), '[]'::jsonb)
      from (
        select child.id as render_id, child.title, child.created_at, to_jsonb(cover) as variant
        from public.render_variants as variant
        join public.renders as child on child.source_variant_id = variant.id and child.owner_id = variant.owner_id
        left join public.render_variants as cover on cover.id = child.cover_variant_id
        where variant.render_id = render.id and child.deleted_at is null
        order by child.created_at desc
        limit 24
      ) as made
    ),
    'credits', (select job.credits from public.generation_jobs as job where job.id = render.job_id),
    'refund', (
      select jsonb_build_object('credits', entry.amount, 'reason', entry.reason)
      from public.usage_ledger as entry
      where entry.job_id = render.job_id and entry.kind = 'refund'
    )
  )), '[]'::jsonb)
  from public.renders as render
  where render.id = render_detail.render_id
$$;

revoke execute on function public.render_detail from public, anon, authenticated, service_role;
grant execute on function public.render_detail to authenticated;

-- ==== supabase/routines/62_render_changes.sql
-- Render changes: into the trash and out of it, into collections and out of them, and deletion for ever.


-- When a change happens: now, or the time of a change of many steps that began within the hour. Called by
-- change_renders() and by the triggers that stamp what people write directly.
create or replace function private.moment_of_change(began_at timestamptz) returns timestamptz
language sql stable set search_path = ''
as $$ select case when began_at between now() - interval '1 hour' and now() then began_at else now() end $$;

revoke execute on function private.moment_of_change from public, anon, authenticated, service_role;
grant execute on function private.moment_of_change to authenticated;


-- Moves the renders of a filter into the trash or out of it, or puts them into a collection or takes them out: 2,000 at
-- most, oldest first (in the trash: longest there first), so that no statement comes near to its timeout. `action`:
-- trash | restore | collect | uncollect; without `collection` the last two mean "My Favorites", and `added_at` in the
-- filter means that collection too.
-- Answers {"changed": n, "at": time, "next": {"place", "id"} or null}. While `next` is not null there are more: the next
-- call has it as `after_place` and `after_id`, and `at` as `changed_at`. With "at" as deleted_at or
-- added_at, a filter names the renders of all these calls again, for an undo. Renders that are deleted meanwhile are
-- left out.
-- Called by POST /renders/bulk and by the routes that change one render. Locks the collection, then what is put into
-- it. Raises PT400 malformed_request, PT404 collection_not_found, PT409 too_many_collection_items.
create or replace function public.change_renders(
  filter jsonb, action text, collection uuid default null, changed_at timestamptz default null,
  after_place timestamptz default null, after_id uuid default null
) returns jsonb
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  step constant integer := 2000;
  moment constant timestamptz := private.moment_of_change(changed_at);
  -- The order of the index that holds these rows: it is read from where the last step ended, however many there are.
  place constant text := case when (filter ->> 'trashed')::boolean then 'deleted_at' else 'created_at' end;
  chosen uuid[];
  last_place timestamptz;
  changed bigint;
begin
  if action in ('collect', 'uncollect') then
    if action = 'collect' then
      perform private.queue_inserts(auth.uid());
    end if;
    select id into collection from public.collections
    where owner_id = auth.uid() and case when collection is null then is_favorites else id = collection end
    for no key update;
    if not found then
      raise sqlstate 'PT404' using message = 'collection_not_found', detail = '{}';
    end if;
    if filter ? 'added_at' then
      filter := filter || jsonb_build_object('collection_id', collection);
    end if;
  end if;

  -- Locked here, so that no later statement asks for `deleted_at` again. Such a condition makes Postgres read the whole
  -- index of the trash for each step, when it does not know yet that somebody has just filled it.
  execute format(
    $statement$
      select array_agg(page.id order by page.place, page.id), max(page.place)
      from (
        select render.id, render.%1$I as place from public.renders as render
        where %2$s %3$s %4$s
        order by render.%1$I, render.id
        limit %5$s
        for %6$s of render
      ) as page
    $statement$,
    place,
    private.render_conditions(filter),
    case action
      when 'restore' then 'and render.deleted_at is not null'
      when 'uncollect' then ''
      else 'and render.deleted_at is null'
    end,
    case when after_id is not null then format('and (render.%I, render.id) > ($3, $4)', place) end,
    step,
    case when action in ('trash', 'restore') then 'no key update' else 'key share' end
  ) into chosen, last_place using private.caller_id(), private.word_patterns(filter), after_place, after_id;

  case action
    when 'trash' then
      update public.renders set deleted_at = moment where id = any (chosen);
    when 'restore' then
      update public.renders set deleted_at = null where id = any (chosen);
    when 'collect' then
      insert into public.collection_items (collection_id, render_id, position, added_at)
      select collection, kept.id, highest.position + kept.number, moment
      from
        unnest(chosen) with ordinality as kept (id, number),
        (
          select coalesce(max(item.position), 0) as position
          from public.collection_items as item where item.collection_id = collection
        ) as highest
      on conflict do nothing;
    when 'uncollect' then
      delete from public.collection_items as item
      where item.collection_id = collection and item.render_id = any (chosen);
    else
      raise sqlstate 'PT400' using message = 'malformed_request', detail = '{}';
  end case;
  get diagnostics changed = row_count;

  return jsonb_build_object(
    'changed', changed,
    'at', moment,
    'next', case when cardinality(chosen) = step then jsonb_build_object('place', last_place, 'id', chosen[step]) end
  );
end
$$;

revoke execute on function public.change_renders from public, anon, authenticated, service_role;
grant execute on function public.change_renders to authenticated;


-- A direct caller writes null or not null; the time is the database's own, or that of a change that goes on.
create or replace function private.stamp_trashed_render() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.deleted_at := case
    when new.deleted_at is not null then coalesce(old.deleted_at, private.moment_of_change(new.deleted_at))
  end;
  return new;
end
$$;

create or replace trigger stamp_trashed_render before update of deleted_at on public.renders
  for each row execute function private.stamp_trashed_render();

revoke execute on function private.stamp_trashed_render from public, anon, authenticated, service_role;


-- Deletes the caller's renders of a filter for ever, if they are in the trash: 500 at most, so that one statement
-- neither locks nor lasts too long. Answers how many. Their files are queued.
-- SECURITY DEFINER: people have no DELETE on renders, so nothing but the trash can be deleted, whatever the filter is.
-- Called by POST /renders/bulk. Locks the renders by id; the lock checks the conditions of a restored row again.
create or replace function private.delete_trashed_renders(filter jsonb) returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
  deleted bigint;
begin
  execute format(
    $statement$
      delete from public.renders where id = any (array(
        select render.id from public.renders as render
        where render.owner_id = $1 and render.deleted_at is not null and %s
        order by render.id limit 500
        for update of render
      ))
    $statement$,
    private.render_conditions(filter || '{"trashed": true}')
  ) using private.caller_id(), private.word_patterns(filter);
  get diagnostics deleted = row_count;
  return deleted;
end
$$;

create or replace function public.delete_trashed_renders(filter jsonb) returns bigint
language sql volatile security invoker set search_path = ''
as $$ select private.delete_trashed_renders(filter) $$;

revoke execute on function private.delete_trashed_renders, public.delete_trashed_renders
  from public, anon, authenticated, service_role;
grant execute on function private.delete_trashed_renders, public.delete_trashed_renders to authenticated;


-- Deletes what has been in the trash for `days`, over everybody, `limit` renders at most. Answers how many. What
-- somebody is restoring or deleting is left to the next call. Called by reconcile as `anon`. Guarded.
create or replace function private.purge_trash(request text, proof text) returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
  payload jsonb;
  purged bigint;
begin
  perform private.verify_proof('purge_trash', request, proof);
  payload := request::jsonb;

  delete from public.renders
  where id = any (array(
    select id from public.renders
    where deleted_at <= now() - make_interval(days => (payload ->> 'days')::integer)
    order by deleted_at
    limit (payload ->> 'limit')::integer
    for update skip locked
  ));
  get diagnostics purged = row_count;
  return purged;
end
$$;

create or replace function public.purge_trash(request text, proof text) returns bigint
language sql volatile security invoker set search_path = ''
as $$ select private.purge_trash(request, proof) $$;

revoke execute on function private.purge_trash, public.purge_trash from public, anon, authenticated, service_role;
grant execute on function private.purge_trash, public.purge_trash to anon;


-- Deletes one variant of the caller's for ever; the last one stays. The next variant becomes the cover.
-- Called by DELETE /renders/variants/{id}. Locks the render: two deletes at once must not take the last two variants.
-- Raises PT404 variant_not_found, PT409 last_variant.
create or replace function private.delete_variant(variant uuid) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  render public.renders;
begin
  -- The render's row is the lock: two deletes at once must not take the last two.
  select owned.* into render
  from public.renders as owned
  join public.render_variants as chosen on chosen.render_id = owned.id
  where chosen.id = variant and owned.owner_id = private.caller_id()
  for no key update of owned;
  if not found then
    raise sqlstate 'PT404' using message = 'variant_not_found', detail = '{}';
  end if;
  if (select count(*) from public.render_variants where render_id = render.id) = 1 then
    raise sqlstate 'PT409' using message = 'last_variant', detail = '{}';
  end if;

  delete from public.render_variants where id = variant;

  update public.renders
  set cover_variant_id = (
    select first.id from public.render_variants as first
    where first.render_id = render.id order by first.index limit 1
  )
  where id = render.id and cover_variant_id is null;
end
$$;

create or replace function public.delete_variant(variant uuid) returns void
language sql volatile security invoker set search_path = ''
as $$ select private.delete_variant(variant) $$;

revoke execute on function private.delete_variant, public.delete_variant from public, anon, authenticated, service_role;
grant execute on function private.delete_variant, public.delete_variant to authenticated;

-- ==== supabase/routines/65_collections.sql
-- Collections: the list with covers, the order of the items, and what keeps "My Favorites".


-- The caller's collections, "My Favorites" first and then the latest, with the number of renders outside the trash and
-- up to three covers: the chosen one, then the latest. One row more than `page_size` when there is a next page.
-- `containing`: each also says whether that render is in it. `wanted`: that collection alone. Called by GET
-- /collections.
create or replace function public.list_collections(
  page_size integer,
  after_favorites boolean default null, after_created_at timestamptz default null, after_id uuid default null,
  containing uuid default null, wanted uuid default null
) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  with page as (
    select collection.*
    from public.collections as collection
    where collection.owner_id = auth.uid()
      and (wanted is null or collection.id = wanted)
      and (
        after_id is null
        or (collection.is_favorites, collection.created_at, collection.id)
          < (after_favorites, after_created_at, after_id)
      )
    order by collection.is_favorites desc, collection.created_at desc, collection.id desc
    limit private.page_rows(page_size)
  ),
  -- Renders in the trash are few, so they are counted and taken off: an index alone gives the number of all items.
  trashed as (
    select item.collection_id, count(*) as count
    from public.renders as render
    join public.collection_items as item on item.render_id = render.id
    where render.owner_id = auth.uid() and render.deleted_at is not null
    group by item.collection_id
  )
  select coalesce(
    jsonb_agg(
      to_jsonb(page) - 'owner_id' || jsonb_build_object(
        'count', (
          select count(*) from public.collection_items as item where item.collection_id = page.id
        ) - coalesce((select trashed.count from trashed where trashed.collection_id = page.id), 0),
        'covers', (
          select coalesce(jsonb_agg(to_jsonb(cover) order by cover.is_chosen desc, cover.added_at desc), '[]'::jsonb)
          from (
            select variant.*, item.added_at, item.is_chosen
            from (
              (
                select chosen.render_id, chosen.added_at, true as is_chosen
                from public.collection_items as chosen
                where chosen.collection_id = page.id and chosen.render_id = page.cover_render_id
              )
              union all
              (
                select latest.render_id, latest.added_at, false as is_chosen
                from public.collection_items as latest
                where latest.collection_id = page.id and latest.render_id is distinct from page.cover_render_id
                  -- `offset 0` keeps it apart: it runs for the latest items until three are found, not for all.
                  and exists (
                    select from public.renders as kept where kept.id = latest.render_id and kept.deleted_at is null
                    offset 0
                  )
                order by latest.added_at desc, latest.render_id desc
                limit 3
              )
            ) as item
            join public.renders as render on render.id = item.render_id and render.deleted_at is null
            join public.render_variants as variant on variant.id = render.cover_variant_id
            order by item.is_chosen desc, item.added_at desc
            limit 3
          ) as cover
        ),
        'contains', exists (
          select from public.collection_items as item
          where item.collection_id = page.id and item.render_id = containing
        )
      )
      order by page.is_favorites desc, page.created_at desc, page.id desc
    ),
    '[]'::jsonb
  )
  from page
$$;

revoke execute on function public.list_collections from public, anon, authenticated, service_role;
grant execute on function public.list_collections to authenticated;


-- Puts an item after another one of its collection, or first without `after`. Its new position is halfway to the next
-- item; where no number lies between two positions, the whole collection is numbered anew.
-- Called by PUT /collections/{id}/items/{render_id}/place. Locks the collection.
-- Raises PT404 render_not_found when either is not in the collection.
create or replace function public.move_collection_item(
  collection uuid, render uuid, after uuid default null
) returns void
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  low double precision;
  high double precision;
  middle double precision;
begin
  -- Moves within one collection wait for each other here, and for what change_renders() puts in and takes out.
  perform from public.collections where id = collection for no key update;

  if not exists (select from public.collection_items where collection_id = collection and render_id = render)
    or after is not null
      and not exists (select from public.collection_items where collection_id = collection and render_id = after)
    or after = render
  then
    raise sqlstate 'PT404' using message = 'render_not_found', detail = '{}';
  end if;

  for attempt in 1..2 loop
    select position into low from public.collection_items where collection_id = collection and render_id = after;
    select min(position) into high from public.collection_items as item
    where item.collection_id = collection and item.render_id <> render
      and (after is null or (item.position, item.render_id) > (low, after));
    middle := case
      when low is null and high is null then 0
      when low is null then high - 1
      when high is null then low + 1
      else low + (high - low) / 2
    end;
    exit when (low is null or middle > low) and (high is null or middle < high);

    update public.collection_items as item set position = numbered.place
    from (
      select other.render_id, row_number() over (order by other.position, other.render_id) as place
      from public.collection_items as other where other.collection_id = collection
    ) as numbered
    where item.collection_id = collection and item.render_id = numbered.render_id;
  end loop;

  update public.collection_items set position = middle where collection_id = collection and render_id = render;
end
$$;

revoke execute on function public.move_collection_item from public, anon, authenticated, service_role;
grant execute on function public.move_collection_item to authenticated;


-- Refuses rows that one person has too many of; triggers give it the code. Before the statement it makes the inserts of
-- one person wait for each other, after it it counts: so inserts at the same time do not pass the bound together. What
-- sign-up and webhooks write without a person's JWT is not bounded. The lock comes before that of the collection, also
-- in change_renders().
-- Raises PT409 and the code with {"limit"}.
create or replace function private.bound_rows() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  caller constant uuid := auth.uid();
  bound integer;
  kept integer;
begin
  if caller is null then
    return null;
  end if;
  if tg_when = 'BEFORE' then
    perform private.queue_inserts(caller);
    return null;
  end if;

  select max_rows into strict bound from private.row_bounds where id = tg_table_name;
  execute format('select count(*) from (select from public.%I where owner_id = $1 limit $2) as own', tg_table_name)
  into kept using caller, bound + 1;
  if kept > bound then
    raise sqlstate 'PT409' using message = tg_argv[0], detail = jsonb_build_object('limit', bound)::text;
  end if;
  return null;
end
$$;

revoke execute on function private.bound_rows from public, anon, authenticated, service_role;


-- Makes the bounded inserts of one person wait for each other until the transaction ends.
-- Called by bound_rows() and change_renders().
create or replace function private.queue_inserts(owner uuid) returns void
language sql volatile set search_path = ''
as $$ select pg_advisory_xact_lock(hashtextextended(owner::text, 0)) $$;

revoke execute on function private.queue_inserts from public, anon, authenticated, service_role;
grant execute on function private.queue_inserts to authenticated;

create or replace trigger queue_inserts before insert on public.collections
  for each statement execute function private.bound_rows();
create or replace trigger bound_rows after insert on public.collections
  for each statement execute function private.bound_rows('too_many_collections');

create or replace trigger queue_inserts before insert on public.collection_items
  for each statement execute function private.bound_rows();
create or replace trigger bound_rows after insert on public.collection_items
  for each statement execute function private.bound_rows('too_many_collection_items');

create or replace trigger queue_inserts before insert on public.share_links
  for each statement execute function private.bound_rows();
create or replace trigger bound_rows after insert on public.share_links
  for each statement execute function private.bound_rows('too_many_share_links');


-- Copies when the render was made, and keeps the time of the change. SECURITY DEFINER: it reads the render of somebody
-- else too, and the foreign key then refuses that row, exactly as it refuses an id that does not exist.
create or replace function private.copy_render_time() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  new.render_created_at := coalesce(
    (select created_at from public.renders where id = new.render_id), new.render_created_at
  );
  new.added_at := private.moment_of_change(new.added_at);
  return new;
end
$$;

create or replace trigger copy_render_time before insert on public.collection_items
  for each row execute function private.copy_render_time();

revoke execute on function private.copy_render_time from public, anon, authenticated, service_role;


-- Refuses to rename, hand over or delete "My Favorites", whoever asks, while its owner exists; with the account it
-- goes.
-- Raises PT409 favorites_fixed.
create or replace function private.keep_my_favorites() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if exists (select from public.profiles where id = old.owner_id) then
    raise sqlstate 'PT409' using message = 'favorites_fixed', detail = '{}';
  end if;
  return old;
end
$$;

create or replace trigger keep_my_favorites before delete on public.collections
  for each row when (old.is_favorites) execute function private.keep_my_favorites();

create or replace trigger keep_what_my_favorites_is before update of name, owner_id, is_favorites on public.collections
  for each row when (
    old.is_favorites
    and (old.name, old.owner_id, old.is_favorites) is distinct from (new.name, new.owner_id, new.is_favorites)
  ) execute function private.keep_my_favorites();

revoke execute on function private.keep_my_favorites from public, anon, authenticated, service_role;

-- ==== supabase/routines/70_sharing.sql
-- Share links: a person shows a render or a collection by a link that nobody can guess. Visitors have no JWT: the API
-- calls the guarded functions for them, as `anon`.


-- The token of a link: 256 bits that only the API's key can make from its id. So the owner can see it again, and the
-- table need not hold it. Base64url, as in the address.
create or replace function private.share_token(link_id uuid) returns text
language sql stable set search_path = ''
as $$ select translate(encode(private.hmac(E'share_link\n' || link_id), 'base64'), E'+/=\n', '-_') $$;

revoke execute on function private.share_token from public, anon, authenticated, service_role;


-- What private.share_tokens holds of a token.
create or replace function private.share_token_hash(token text) returns bytea
language sql immutable set search_path = ''
as $$ select sha256(convert_to(token, 'UTF8')) $$;

revoke execute on function private.share_token_hash from public, anon, authenticated, service_role;


-- Keeps the hash of the token of a new link.
create or replace function private.keep_share_token() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into private.share_tokens (share_link_id, token_hash)
  values (new.id, private.share_token_hash(private.share_token(new.id)));
  return null;
end
$$;

create or replace trigger keep_share_token after insert on public.share_links
  for each row execute function private.keep_share_token();

revoke execute on function private.keep_share_token from public, anon, authenticated, service_role;


-- A link that is off stays off; the time is the database's own, whatever a direct caller writes.
create or replace function private.stamp_revoked_share() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.revoked_at := coalesce(old.revoked_at, case when new.revoked_at is not null then now() end);
  return new;
end
$$;

create or replace trigger stamp_revoked_share before update of revoked_at on public.share_links
  for each row execute function private.stamp_revoked_share();

revoke execute on function private.stamp_revoked_share from public, anon, authenticated, service_role;


-- The caller's links that are not turned off, latest first, with the name of what they show; one row more than
-- `page_size` when there is a next page. `wanted`: that link alone. `token` is null when the API's key has changed
-- since: such a link still opens. SECURITY DEFINER: the token comes from the key. The condition on the owner replaces
-- RLS.
-- Called by GET /shares and POST /shares.
create or replace function private.my_share_links(
  page_size integer, of_render uuid, of_collection uuid, after_created_at timestamptz, after_id uuid,
  wanted uuid
) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(jsonb_agg(to_jsonb(shown) order by shown.created_at desc, shown.id desc), '[]'::jsonb)
  from (
    select
      link.id, link.render_id, link.collection_id, coalesce(render.title, collection.name) as title,
      link.include_settings, link.expires_at, link.taken_down_at, link.created_at,
      case
        when private.share_token_hash(private.share_token(link.id)) = kept.token_hash
        then private.share_token(link.id)
      end as token
    from public.share_links as link
    join private.share_tokens as kept on kept.share_link_id = link.id
    left join public.renders as render on render.id = link.render_id
    left join public.collections as collection on collection.id = link.collection_id
    where link.owner_id = private.caller_id() and link.revoked_at is null
      and (wanted is null or link.id = wanted)
      and (of_render is null or link.render_id = of_render)
      and (of_collection is null or link.collection_id = of_collection)
      and (after_id is null or (link.created_at, link.id) < (after_created_at, after_id))
    order by link.created_at desc, link.id desc
    limit private.page_rows(page_size)
  ) as shown
$$;

create or replace function public.my_share_links(
  page_size integer, of_render uuid default null, of_collection uuid default null,
  after_created_at timestamptz default null, after_id uuid default null, wanted uuid default null
) returns jsonb
language sql stable security invoker set search_path = ''
as $$ select private.my_share_links(page_size, of_render, of_collection, after_created_at, after_id, wanted) $$;

revoke execute on function private.my_share_links, public.my_share_links from public, anon, authenticated, service_role;
grant execute on function private.my_share_links, public.my_share_links to authenticated;


-- The link of a token while it opens something: not off, not taken down, not expired, its owner's account open and not
-- blocked.
create or replace function private.live_share(token text) returns setof public.share_links
language sql stable security definer set search_path = ''
as $$
  select link.*
  from private.share_tokens as kept
  join public.share_links as link on link.id = kept.share_link_id
  where kept.token_hash = private.share_token_hash(token)
    and link.revoked_at is null and link.taken_down_at is null
    and (link.expires_at is null or link.expires_at > now())
    and not private.is_blocked(link.owner_id)
    and exists (select from public.profiles where id = link.owner_id and closed_at is null)
$$;

revoke execute on function private.live_share from public, anon, authenticated, service_role;


-- What a link shows, each render with its place. Renders that are in the trash or were taken down are left out.
create or replace function private.shared_renders(link public.share_links)
returns table (render_id uuid, place double precision)
language sql stable set search_path = ''
as $$
  select shown.id, shown.place
  from (
    select render.id, 0::double precision as place
    from public.renders as render
    where render.id = link.render_id and render.deleted_at is null and render.taken_down_at is null
    union all
    select render.id, item.position
    from public.collection_items as item
    join public.renders as render on render.id = item.render_id
    where item.collection_id = link.collection_id and render.deleted_at is null and render.taken_down_at is null
  ) as shown
$$;

revoke execute on function private.shared_renders from public, anon, authenticated, service_role;


-- What a visitor sees, in an array that is empty when the token opens nothing: the title, and a page of renders, one
-- more than `page_size` when there is a next page. How they were made is included only when the owner chose so. Without
-- that, a title that was never changed is left out as well: it is the prompt. The cover is the first variant.
-- Request: {"token", "page_size", "after_place", "after_id", "variant_id"}; with the last, only the render of that
-- variant.
-- Called by GET /shared/{token} and by the page /s/{token}. Guarded.
create or replace function private.open_share(request text, proof text) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  payload jsonb;
begin
  perform private.verify_proof('open_share', request, proof);
  payload := request::jsonb;
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'kind', case when link.render_id is null then 'collection' else 'render' end,
      -- the title of a shared render is with the render
      'title', (select name from public.collections where id = link.collection_id),
      'renders', shown.renders
    )), '[]'::jsonb)
    from private.live_share(payload ->> 'token') as link
    cross join lateral (
      select coalesce(jsonb_agg(to_jsonb(page) order by page.place, page.id), '[]'::jsonb) as renders
      from (
        select
          render.id, shared.place, render.preset_id,
          case when link.include_settings or render.title <> job.title then render.title end as title,
          case
            when link.include_settings then jsonb_build_object(
              'preset_id', render.preset_id, 'prompt', render.prompt, 'settings', render.settings,
              'seed', render.seed, 'from_photo', job.input_path is not null
            )
          end as recipe,
          (
            select jsonb_agg(
              to_jsonb(variant)
              order by (variant.id is not distinct from render.cover_variant_id) desc, variant.index
            )
            from public.render_variants as variant where variant.render_id = render.id
          ) as variants
        from private.shared_renders(link) as shared
        join public.renders as render on render.id = shared.render_id
        join public.generation_jobs as job on job.id = render.job_id
        where (
            payload ->> 'after_id' is null
            or (shared.place, render.id)
              > ((payload ->> 'after_place')::double precision, (payload ->> 'after_id')::uuid)
          )
          and (
            payload ->> 'variant_id' is null
            or render.id = (
              select variant.render_id from public.render_variants as variant
              where variant.id = (payload ->> 'variant_id')::uuid
            )
          )
        order by shared.place, render.id
        limit private.page_rows((payload ->> 'page_size')::integer)
      ) as page
    ) as shown
    -- The link of a render opens nothing while the render is in the trash.
    where link.collection_id is not null or exists (select from private.shared_renders(link))
  );
end
$$;

create or replace function public.open_share(request text, proof text) returns jsonb
language sql stable security invoker set search_path = ''
as $$ select private.open_share(request, proof) $$;

revoke execute on function private.open_share, public.open_share from public, anon, authenticated, service_role;
grant execute on function private.open_share, public.open_share to anon;


-- The files of one picture that a token opens: an array of none or one. Request: {"token", "variant_id"}.
-- Called by GET /shared/{token}/pictures/{variant_id}. Guarded.
create or replace function private.open_shared_picture(request text, proof text) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  payload jsonb;
begin
  perform private.verify_proof('open_shared_picture', request, proof);
  payload := request::jsonb;
  return (
    select coalesce(jsonb_agg(to_jsonb(variant)), '[]'::jsonb)
    from private.live_share(payload ->> 'token') as link
    cross join lateral private.shared_renders(link) as shared
    join public.render_variants as variant on variant.render_id = shared.render_id
    where variant.id = (payload ->> 'variant_id')::uuid
  );
end
$$;

create or replace function public.open_shared_picture(request text, proof text) returns jsonb
language sql stable security invoker set search_path = ''
as $$ select private.open_shared_picture(request, proof) $$;

revoke execute on function private.open_shared_picture, public.open_shared_picture
  from public, anon, authenticated, service_role;
grant execute on function private.open_shared_picture, public.open_shared_picture to anon;


-- Whether this request to Storage, with its headers x-share-token and x-share-proof, may read a file of the bucket
-- `renders`. The proof is the API's over the token. Called by the policy "renders: a live link reads files".
create or replace function private.share_opens_file(object_name text) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
declare
  headers constant jsonb := private.request_headers();
begin
  if not private.is_proof('share_opens_file', headers ->> 'x-share-token', headers ->> 'x-share-proof') then
    return false;
  end if;
  return exists (
    select
    from private.live_share(headers ->> 'x-share-token') as link
    cross join lateral private.shared_renders(link) as shared
    join public.render_variants as variant on variant.render_id = shared.render_id
    where object_name in (variant.path, variant.thumbnail_path)
  );
end
$$;

revoke execute on function private.share_opens_file from public, anon, authenticated, service_role;
grant execute on function private.share_opens_file to anon;

-- ==== supabase/routines/75_moderation.sql
-- Moderation: visitors report pictures, operators take them down in Studio (docs/operations.md).


-- What was taken down is not shared again, and a blocked person shares nothing. Locks the owner's profile before a link
-- is made, as take_down_render() and block() do: of two at the same time the later one sees the earlier. `no key`: the
-- locks of foreign keys do not wait for it.
-- Raises PT403 sharing_refused | account_blocked.
create or replace function private.refuse_taken_down() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform from public.profiles where id = new.owner_id for no key update;
  perform private.refuse_blocked(new.owner_id);
  if exists (select from public.renders as render where render.id = new.render_id and render.taken_down_at is not null)
    or exists (
      select from public.share_links as other
      where other.owner_id = new.owner_id and other.taken_down_at is not null
        and other.collection_id = new.collection_id
    )
  then
    raise sqlstate 'PT403' using message = 'sharing_refused', detail = '{}';
  end if;
  return new;
end
$$;

create or replace trigger refuse_taken_down before insert on public.share_links
  for each row execute function private.refuse_taken_down();

revoke execute on function private.refuse_taken_down from public, anon, authenticated, service_role;


-- Notes a report. What nobody said yet, a new reason for this picture, is kept always. What was said already is bounded
-- by reporter, so that nobody can hide the reports of others: three a day of one picture and reason, more of them say
-- nothing new and are dropped; fifty a day in all.
-- Request: {"token", "item_id", "render_id", "reason", "message", "reporter"}, one of the first two null; "render_id" is
-- one of those that the token shows, or null; "reporter" is the API's pseudonym of who reports.
-- Called by POST /reports as `anon`. Guarded.
-- Raises PT404 share_not_found | community_item_not_found, PT429 rate_limited.
create or replace function private.report_picture(request text, proof text) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  payload jsonb;
  link public.share_links;
  item uuid;
  render uuid;
  of_picture bigint;
  of_reporter bigint;
  of_day record;
begin
  perform private.verify_proof('report_picture', request, proof);
  payload := request::jsonb;
  render := payload ->> 'render_id';
  if payload ->> 'token' is not null then
    select * into link from private.live_share(payload ->> 'token');
    if not found or (
      render is not null
      and not exists (select from private.shared_renders(link) as shown where shown.render_id = render)
    ) then
      raise sqlstate 'PT404' using message = 'share_not_found', detail = '{}';
    end if;
  else
    select shown.id into item
    from public.community_items as shown
    join public.community_collections as curated on curated.id = shown.collection_id
    where shown.id = (payload ->> 'item_id')::uuid and shown.is_published and curated.published_at <= now();
    if not found then
      raise sqlstate 'PT404' using message = 'community_item_not_found', detail = '{}';
    end if;
  end if;

  -- Those of one reporter one at a time, so that the bounds are exact.
  perform pg_advisory_xact_lock(hashtext('report_picture'), hashtext(payload ->> 'reporter'));
  select
    count(*),
    count(*) filter (
      where report.reporter = payload ->> 'reporter' and report.created_at > now() - interval '1 day'
    )
  into of_picture, of_reporter
  from private.reports as report
  where report.reason = payload ->> 'reason'
    and (
      report.community_item_id = item
      or report.share_link_id = link.id and report.render_id is not distinct from render
    );
  if of_reporter >= 3 then
    return;
  end if;

  select count(*) as reports, min(report.created_at) as first into of_day
  from private.reports as report
  where report.reporter = payload ->> 'reporter' and report.created_at > now() - interval '1 day';
  if of_picture > 0 and of_day.reports >= 50 then
    raise sqlstate 'PT429' using
      message = 'rate_limited',
      detail = jsonb_build_object(
        'retry_after', ceil(extract(epoch from of_day.first + interval '1 day' - now()))::integer
      )::text;
  end if;

  insert into private.reports (owner_id, share_link_id, render_id, community_item_id, reason, message, reporter)
  values (
    link.owner_id, link.id, render, item, payload ->> 'reason', payload ->> 'message', payload ->> 'reporter'
  );
end
$$;

create or replace function public.report_picture(request text, proof text) returns void
language sql volatile security invoker set search_path = ''
as $$ select private.report_picture(request, proof) $$;

revoke execute on function private.report_picture, public.report_picture from public, anon, authenticated, service_role;
grant execute on function private.report_picture, public.report_picture to anon;


-- Takes a render down for one of the reasons of a report, which its owner is told: no link shows it any more, links to
-- it alone stop, no new one can be made, and its files are moved where nobody opens them. For operators, in Studio,
-- without a report. Locks the owner's profile, then the render. A repeat changes nothing.
create or replace function private.take_down_render(render uuid, reason text) returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  owner constant uuid := (select owner_id from public.renders where id = render);
begin
  perform from public.profiles where id = owner for no key update;
  update public.renders set taken_down_at = now(), taken_down_reason = reason
  where id = render and taken_down_at is null;
  if found then
    perform private.hide_render_files(render);
  end if;
  update public.share_links set taken_down_at = now()
  where owner_id = owner and render_id = render and taken_down_at is null;
  return 'it is shown by no link, and its files are moved within minutes';
end
$$;

revoke execute on function private.take_down_render from public, anon, authenticated, service_role;


-- Takes down what a report names: select private.take_down('<id of a report>'). A render: as take_down_render(). A
-- collection: the same for every render in it, and every link to the collection stops. A community item is deleted, and
-- its file with it. For operators, in Studio. Locks the owner's profile.
create or replace function private.take_down(report_id uuid) returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  report private.reports;
  reported public.share_links;
begin
  select * into strict report from private.reports where id = report_id;
  if report.community_item_id is not null then
    delete from public.community_items where id = report.community_item_id;
    return 'the community item is deleted';
  end if;
  select * into strict reported from public.share_links where id = report.share_link_id;
  if coalesce(report.render_id, reported.render_id) is not null then
    return private.take_down_render(coalesce(report.render_id, reported.render_id), report.reason);
  end if;
  perform from public.profiles where id = reported.owner_id for no key update;
  perform private.take_down_render(item.render_id, report.reason)
  from public.collection_items as item where item.collection_id = reported.collection_id;
  update public.share_links set taken_down_at = now()
  where owner_id = reported.owner_id and collection_id = reported.collection_id and taken_down_at is null;
  return 'every link to it and to what is in it is off, and the files are moved within minutes';
end
$$;

revoke execute on function private.take_down from public, anon, authenticated, service_role;


-- Closes every report of what a report names, because nothing is wrong with it: select private.dismiss_report('<id of a
-- report>'). Somebody may report it again. For operators, in Studio.
create or replace function private.dismiss_report(report_id uuid) returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  named private.reports;
  closed bigint;
begin
  select * into strict named from private.reports where id = report_id;
  update private.reports as report set dismissed_at = now()
  where report.dismissed_at is null
    and (report.community_item_id = named.community_item_id
      or report.share_link_id = named.share_link_id and report.render_id is not distinct from named.render_id);
  get diagnostics closed = row_count;
  return closed || ' reports of it are closed';
end
$$;

revoke execute on function private.dismiss_report from public, anon, authenticated, service_role;


-- What visitors reported and no operator took down or dismissed, latest first: a row for each thing, with its latest
-- twenty messages. `address` follows the public
-- URL, and is null when the API's key has changed since; `live` says whether it still opens. `files` are names in the
-- bucket. For operators, in Studio.
drop view if exists private.open_reports;
create view private.open_reports with (security_invoker = true) as
select
  grouped.reports, grouped.reporters, grouped.latest, grouped.reasons, grouped.messages, grouped.report_id,
  grouped.owner_id,
  coalesce(item.title, render.title, collection.name) as title,
  case
    when item.id is not null then '/community/' || curated.slug || '?item=' || item.id
    when kept.token_hash = private.share_token_hash(private.share_token(link.id))
    then '/s/' || private.share_token(link.id)
  end as address,
  case
    when item.id is not null then item.is_published and coalesce(curated.published_at <= now(), false)
    else link.revoked_at is null and (link.expires_at is null or link.expires_at > now())
      and not private.is_blocked(link.owner_id)
  end as live,
  case
    when item.id is not null then array['community/' || item.path]
    else array(
      select 'renders/' || variant.path
      from public.render_variants as variant where variant.render_id = render.id order by variant.index
    )
  end as files
from (
  select
    owner_id, share_link_id, render_id, community_item_id, count(*) as reports,
    count(distinct reporter) as reporters, max(created_at) as latest, array_agg(distinct reason) as reasons,
    (array_agg(message order by created_at desc) filter (where message <> ''))[:20] as messages,
    (array_agg(id order by created_at desc))[1] as report_id
  from private.reports
  where dismissed_at is null
  group by owner_id, share_link_id, render_id, community_item_id
) as grouped
left join public.community_items as item on item.id = grouped.community_item_id
left join public.community_collections as curated on curated.id = item.collection_id
left join public.share_links as link on link.id = grouped.share_link_id
left join private.share_tokens as kept on kept.share_link_id = link.id
left join public.renders as render on render.id = coalesce(grouped.render_id, link.render_id)
left join public.collections as collection on collection.id = link.collection_id
where num_nonnulls(item.id, link.id) = 1 and link.taken_down_at is null and render.taken_down_at is null
  and (grouped.render_id is null or render.id is not null)
order by grouped.latest desc;


-- People of whom something was reported, the most often reported first: how many different things, how many reports and
-- by how many reporters, how many of the reports were dismissed, and how many of their renders are taken down now. What
-- they deleted since counts too. For operators, in Studio.
drop view if exists private.reported_people;
create view private.reported_people with (security_invoker = true) as
select
  report.owner_id, count(distinct coalesce(report.render_id, report.share_link_id)) as things, count(*) as reports,
  count(distinct report.reporter) as reporters, count(report.dismissed_at) as dismissed,
  array_agg(distinct report.reason) as reasons, max(report.created_at) as latest, removed.renders as taken_down
from private.reports as report
cross join lateral (
  select count(*) as renders from public.renders as render
  where render.owner_id = report.owner_id and render.taken_down_at is not null
) as removed
where report.owner_id is not null
group by report.owner_id, removed.renders
order by things desc, reports desc;

-- ==== supabase/routines/80_community.sql
-- Community: the published sets. RLS decides what is published; anybody calls these functions.


-- Published sets in the operators' order, each with its first three items and their number. One row more than
-- `page_size` when there is a next page. `wanted`: the set of that slug alone, with all its items.
-- Called by GET /community and GET /community/{slug}.
create or replace function public.list_community(
  page_size integer, tag text default null, after_position integer default null, after_id uuid default null,
  wanted text default null
) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  with page as (
    select curated.*
    from public.community_collections as curated
    where (wanted is null or curated.slug = wanted)
      and (tag is null or tag = any (curated.tags))
      and (after_id is null or (curated.position, curated.id) > (after_position, after_id))
    order by curated.position, curated.id
    limit private.page_rows(page_size)
  )
  select coalesce(
    jsonb_agg(
      to_jsonb(page) || jsonb_build_object(
        'count', (select count(*) from public.community_items as item where item.collection_id = page.id),
        'items', (
          select coalesce(jsonb_agg(to_jsonb(shown) order by shown.position, shown.id), '[]'::jsonb)
          from (
            select item.*
            from public.community_items as item
            where item.collection_id = page.id
            order by item.position, item.id
            -- 200: more than an operator puts into a set
            limit case when wanted is null then 3 else 200 end
          ) as shown
        )
      )
      order by page.position, page.id
    ),
    '[]'::jsonb
  )
  from page
$$;

revoke execute on function public.list_community from public, anon, authenticated, service_role;
grant execute on function public.list_community to anon, authenticated;


-- The tags of published sets, the commonest first. Called by GET /community/tags.
create or replace function public.community_tags() returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select coalesce(jsonb_agg(used.tag order by used.sets desc, used.tag), '[]'::jsonb)
  from (
    select tag, count(*) as sets
    from public.community_collections as curated
    cross join unnest(curated.tags) as given (tag)
    group by tag
  ) as used
$$;

revoke execute on function public.community_tags from public, anon, authenticated, service_role;
grant execute on function public.community_tags to anon, authenticated;


-- The slug of every published set and when something was last added to it, in the operators' order.
-- Called by GET /sitemap.xml.
create or replace function public.community_addresses() returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select coalesce(
    jsonb_agg(
      jsonb_build_object(
        'slug', curated.slug,
        'changed_at', greatest(
          curated.published_at,
          (select max(item.created_at) from public.community_items as item where item.collection_id = curated.id)
        )
      )
      order by curated.position, curated.id
    ),
    '[]'::jsonb
  )
  from public.community_collections as curated
$$;

revoke execute on function public.community_addresses from public, anon, authenticated, service_role;
grant execute on function public.community_addresses to anon, authenticated;

-- ==== supabase/routines/90_billing.sql
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

-- ==== supabase/routines/95_closing.sql
-- The end of an account. Its owner closes it in one short statement, and from then on caller_id() refuses it. What
-- follows is work for the API and for reconcile, in steps that can each be repeated: the customer at Stripe is deleted,
-- then rows and files go in batches, then the user. Deleting the user alone, as Studio does, also deletes everything,
-- in one statement: the tables cascade, and triggers queue the files and the customer.


-- Closes an account and queues its customer at Stripe; one that is closed stays as it is. Answers since when it is
-- closed, null when it is gone. Called by close_account(); for operators in Studio too, for accounts with tens of
-- thousands of renders: `select private.begin_closing('<account id>');`. Locks the profile.
create or replace function private.begin_closing(account uuid) returns timestamptz
language plpgsql security definer set search_path = ''
as $$
declare
  profile public.profiles;
begin
  select * into profile from public.profiles where id = account for update;
  if profile.closed_at is not null then
    return profile.closed_at;
  end if;
  -- Before the first entry of the ledger goes.
  perform private.leave_mailbox(account);
  insert into private.customer_removals (customer_id, account_id)
  select profile.stripe_customer_id, account where profile.stripe_customer_id is not null;
  -- Without its customer, late events of Stripe are about nobody.
  update public.profiles set closed_at = now(), stripe_customer_id = null where id = account
  returning * into profile;
  return profile.closed_at;
end
$$;

revoke execute on function private.begin_closing from public, anon, authenticated, service_role;


-- Closes the caller's account: {"closed_at"}. Once more changes nothing. A token outlives the session that it is of by
-- up to an hour: after a sign-out it closes nothing. Called by DELETE /me. Guarded.
-- Raises PT401 account_gone | not_authenticated.
create or replace function private.close_account(request text, proof text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  closed_at timestamptz;
begin
  perform private.verify_proof('close_account', request, proof);
  if not exists (select from public.profiles where id = auth.uid()) then
    raise sqlstate 'PT401' using message = 'account_gone', detail = '{}';
  end if;
  if not exists (
    select from auth.sessions where id::text = auth.jwt() ->> 'session_id' and user_id = auth.uid()
  ) then
    raise sqlstate 'PT401' using message = 'not_authenticated', detail = '{}';
  end if;
  closed_at := private.begin_closing(auth.uid());
  return jsonb_build_object('closed_at', closed_at);
end
$$;

create or replace function public.close_account(request text, proof text) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select private.close_account(request, proof) $$;

revoke execute on function private.close_account, public.close_account from public, anon, authenticated, service_role;
grant execute on function private.close_account, public.close_account to authenticated;


-- A user who is deleted in Studio or by the Auth API never closed the account: nobody is billed for one that is gone.
create or replace function private.queue_account_customer() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into private.customer_removals (customer_id, account_id) values (old.stripe_customer_id, old.id)
  on conflict do nothing;
  return null;
end
$$;

create or replace trigger queue_account_customer after delete on public.profiles
  for each row when (old.stripe_customer_id is not null) execute function private.queue_account_customer();

revoke execute on function private.queue_account_customer from public, anon, authenticated, service_role;


-- Customers to delete at Stripe, `limit` at most, those after `after` (null: from the first): ["cus_..."].
-- Called by the API after a closing, and by reconcile, as `anon`. Guarded.
create or replace function private.next_customer_removals(request text, proof text) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  payload jsonb;
begin
  perform private.verify_proof('next_customer_removals', request, proof);
  payload := request::jsonb;

  return coalesce((
    select jsonb_agg(due.customer_id order by due.customer_id)
    from (
      select customer_id from private.customer_removals
      where payload ->> 'after' is null or customer_id > payload ->> 'after'
      order by customer_id
      limit (payload ->> 'limit')::integer
    ) as due
  ), '[]'::jsonb);
end
$$;

create or replace function public.next_customer_removals(request text, proof text) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select private.next_customer_removals(request, proof) $$;

revoke execute on function private.next_customer_removals, public.next_customer_removals
  from public, anon, authenticated, service_role;
grant execute on function private.next_customer_removals, public.next_customer_removals to anon;


-- Takes a customer from the queue whom Stripe no longer has. Called after next_customer_removals(). Guarded.
create or replace function private.confirm_customer_removal(request text, proof text) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.verify_proof('confirm_customer_removal', request, proof);
  delete from private.customer_removals where customer_id = request::jsonb ->> 'customer_id';
end
$$;

create or replace function public.confirm_customer_removal(request text, proof text) returns void
language sql volatile security invoker set search_path = ''
as $$ select private.confirm_customer_removal(request, proof) $$;

revoke execute on function private.confirm_customer_removal, public.confirm_customer_removal
  from public, anon, authenticated, service_role;
grant execute on function private.confirm_customer_removal, public.confirm_customer_removal to anon;


-- Closed accounts that nothing at Stripe is paid for any more, `limit` at most, those after `after` (null: from the
-- first): their ids. Called as next_customer_removals(). Guarded.
create or replace function private.closed_accounts(request text, proof text) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  payload jsonb;
begin
  perform private.verify_proof('closed_accounts', request, proof);
  payload := request::jsonb;

  return coalesce((
    select jsonb_agg(due.id order by due.id)
    from (
      select profile.id from public.profiles as profile
      where profile.closed_at is not null
        and (payload ->> 'after' is null or profile.id > (payload ->> 'after')::uuid)
        and not exists (select from private.customer_removals as queued where queued.account_id = profile.id)
      order by profile.id
      limit (payload ->> 'limit')::integer
    ) as due
  ), '[]'::jsonb);
end
$$;

create or replace function public.closed_accounts(request text, proof text) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select private.closed_accounts(request, proof) $$;

revoke execute on function private.closed_accounts, public.closed_accounts
  from public, anon, authenticated, service_role;
grant execute on function private.closed_accounts, public.closed_accounts to anon;


-- Deletes one batch of a closed account's rows, `batch` at most of one table. Answers how many. What refers to a row
-- goes before it, so no cascade is longer than the batch: the latest jobs first, because a run starts from a picture of
-- an earlier one. A job takes its render, variants and ledger entries along, and triggers queue the files.
-- Called by delete_closed_account(), which holds the lock of the profile.
create or replace function private.delete_account_rows(account uuid, batch integer) returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  deleted bigint;
begin
  delete from public.share_links where id = any (array(
    select id from public.share_links where owner_id = account order by created_at desc, id desc limit batch
  ));
  get diagnostics deleted = row_count;
  if deleted = 0 then
    delete from public.collection_items as item
    using (
      select member.collection_id, member.render_id
      from public.collections as collection
      join public.collection_items as member on member.collection_id = collection.id
      where collection.owner_id = account
      limit batch
    ) as due
    where item.collection_id = due.collection_id and item.render_id = due.render_id;
    get diagnostics deleted = row_count;
  end if;
  if deleted = 0 then
    delete from public.generation_jobs where id = any (array(
      select id from public.generation_jobs where owner_id = account order by created_at desc, id desc limit batch
    ));
    get diagnostics deleted = row_count;
  end if;
  if deleted = 0 then
    delete from public.collections where id = any (array(
      select id from public.collections where owner_id = account and not is_favorites limit batch
    ));
    get diagnostics deleted = row_count;
  end if;
  return deleted;
end
$$;

revoke execute on function private.delete_account_rows from public, anon, authenticated, service_role;


-- Queues for removal what Storage has in the folders of a closed account and no queue names yet: `batch` at most.
-- Answers `more`; `waiting` while a file is queued or there; `gone` when nothing is left. The photos have no rows, so
-- they are found by name. Called by delete_closed_account().
create or replace function private.queue_closed_files(account uuid, batch integer) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  low constant text := account || '/';
  high constant text := account || '0';
  queued bigint;
begin
  -- First the queue is worked off: then few names are left to compare.
  if exists (
    select from private.file_changes
    where bucket in ('inputs', 'renders') and name > low and name < high and due_at <= now()
  ) then
    return 'waiting';
  end if;

  insert into private.file_changes (bucket, name)
  select object.bucket_id, object.name
  from storage.objects as object
  where object.bucket_id in ('inputs', 'renders') and object.name collate "C" > low and object.name collate "C" < high
    and not exists (
      select from private.file_changes as known where known.bucket = object.bucket_id and known.name = object.name
    )
  limit batch
  on conflict do nothing;
  get diagnostics queued = row_count;
  if queued > 0 then
    return 'more';
  end if;

  -- A file that a webhook was storing is due some minutes later: see announce_files().
  if exists (
    select from storage.objects as object
    where object.bucket_id in ('inputs', 'renders')
      and object.name collate "C" > low and object.name collate "C" < high
  ) then
    return 'waiting';
  end if;
  return 'gone';
end
$$;

revoke execute on function private.queue_closed_files from public, anon, authenticated, service_role;


-- One step of the deletion of a closed account: {"account_id", "batch"}. Answers `more` when another step has work,
-- `waiting` while Stripe has its customer or Storage has its files, `busy` while somebody else does a step, `gone` when
-- the account is gone with its user. Called as next_customer_removals(). Guarded. Locks the profile.
create or replace function private.delete_closed_account(request text, proof text) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  account uuid;
  batch integer;
  state text;
begin
  perform private.verify_proof('delete_closed_account', request, proof);
  account := (request::jsonb ->> 'account_id')::uuid;
  batch := least((request::jsonb ->> 'batch')::integer, 500);

  perform from public.profiles where id = account and closed_at is not null for update skip locked;
  if not found then
    return case
      when exists (select from public.profiles where id = account and closed_at is not null) then 'busy' else 'gone'
    end;
  end if;
  if exists (select from private.customer_removals where account_id = account) then
    return 'waiting';
  end if;

  if private.delete_account_rows(account, batch) > 0 then
    return 'more';
  end if;
  state := private.queue_closed_files(account, batch);
  if state = 'gone' then
    delete from auth.users where id = account;
  end if;
  return state;
end
$$;

create or replace function public.delete_closed_account(request text, proof text) returns text
language sql volatile security invoker set search_path = ''
as $$ select private.delete_closed_account(request, proof) $$;

revoke execute on function private.delete_closed_account, public.delete_closed_account
  from public, anon, authenticated, service_role;
grant execute on function private.delete_closed_account, public.delete_closed_account to anon;

-- ==== supabase/policies/collection_items.sql
-- collection_items: people put their own renders into their own collections unless the render is in the trash, order
-- them and take them out. The composite foreign keys refuse a render or collection of another owner exactly as they
-- refuse a random id.
revoke all on public.collection_items from public, anon, authenticated, service_role;
grant select, insert (collection_id, render_id, position, added_at), update (position), delete
  on public.collection_items to authenticated;

drop policy if exists "collection_items: owner reads" on public.collection_items;
create policy "collection_items: owner reads" on public.collection_items
  for select to authenticated using (owner_id = (select private.caller_id()));

drop policy if exists "collection_items: owner adds" on public.collection_items;
create policy "collection_items: owner adds" on public.collection_items
  for insert to authenticated with check (
    owner_id = (select private.caller_id())
    and exists (select from public.renders as render where render.id = render_id and render.deleted_at is null)
  );

drop policy if exists "collection_items: owner orders" on public.collection_items;
create policy "collection_items: owner orders" on public.collection_items
  for update to authenticated
  using (owner_id = (select private.caller_id())) with check (owner_id = (select private.caller_id()));

drop policy if exists "collection_items: owner removes" on public.collection_items;
create policy "collection_items: owner removes" on public.collection_items
  for delete to authenticated using (owner_id = (select private.caller_id()));

-- ==== supabase/policies/collections.sql
-- collections: people make, read, rename and delete their own and choose a cover. "My Favorites" comes with the
-- account: no policy lets a second one be made, and keep_my_favorites() keeps it from being renamed or deleted.
-- owner_id and is_favorites are not writable; their defaults are the caller and false.
revoke all on public.collections from public, anon, authenticated, service_role;
grant select, insert (name), update (name, cover_render_id), delete on public.collections to authenticated;

drop policy if exists "collections: owner reads" on public.collections;
create policy "collections: owner reads" on public.collections
  for select to authenticated using (owner_id = (select private.caller_id()));

drop policy if exists "collections: owner makes" on public.collections;
create policy "collections: owner makes" on public.collections
  for insert to authenticated with check (owner_id = (select private.caller_id()) and not is_favorites);

drop policy if exists "collections: owner renames" on public.collections;
create policy "collections: owner renames" on public.collections
  for update to authenticated
  using (owner_id = (select private.caller_id())) with check (owner_id = (select private.caller_id()));

drop policy if exists "collections: owner deletes" on public.collections;
create policy "collections: owner deletes" on public.collections
  for delete to authenticated using (owner_id = (select private.caller_id()));

-- ==== supabase/policies/community_collections.sql
-- community_collections: everybody reads what is published; operators alone write, in Studio.
revoke all on public.community_collections from public, anon, authenticated, service_role;
grant select on public.community_collections to anon, authenticated;

drop policy if exists "community_collections: everybody reads what is published" on public.community_collections;
create policy "community_collections: everybody reads what is published" on public.community_collections
  for select to anon, authenticated using (published_at <= now());

-- ==== supabase/policies/community_items.sql
-- community_items: everybody reads what is published in a published set; operators alone write, in Studio.
revoke all on public.community_items from public, anon, authenticated, service_role;
grant select on public.community_items to anon, authenticated;

-- The subquery is under the policy of community_collections, which says what is published.
drop policy if exists "community_items: everybody reads what is published" on public.community_items;
create policy "community_items: everybody reads what is published" on public.community_items
  for select to anon, authenticated
  using (
    is_published
    and exists (select from public.community_collections as curated where curated.id = collection_id)
  );

-- ==== supabase/policies/generation_jobs.sql
-- generation_jobs: people read their own. Functions alone move them.
revoke all on public.generation_jobs from public, anon, authenticated, service_role;
grant select on public.generation_jobs to authenticated;

drop policy if exists "generation_jobs: owner reads" on public.generation_jobs;
create policy "generation_jobs: owner reads" on public.generation_jobs
  for select to authenticated using (owner_id = (select private.caller_id()));

-- ==== supabase/policies/plan_prices.sql
-- plan_prices: only functions of the schema private read which price buys which plan.
revoke all on public.plan_prices from public, anon, authenticated, service_role;

-- ==== supabase/policies/plans.sql
-- plans: everybody reads the caps. Rows come from supabase/rows.
revoke all on public.plans from public, anon, authenticated, service_role;
grant select on public.plans to anon, authenticated;

drop policy if exists "plans: everybody reads" on public.plans;
create policy "plans: everybody reads" on public.plans
  for select to anon, authenticated using (true);

-- ==== supabase/policies/preset_timings.sql
-- preset_timings: written and read by the generation functions alone.
revoke all on public.preset_timings from public, anon, authenticated, service_role;

-- ==== supabase/policies/presets.sql
-- presets: everybody reads what a picture costs. Rows come from supabase/rows.
revoke all on public.presets from public, anon, authenticated, service_role;
grant select on public.presets to anon, authenticated;

drop policy if exists "presets: everybody reads" on public.presets;
create policy "presets: everybody reads" on public.presets
  for select to anon, authenticated using (true);

-- ==== supabase/policies/private_schema.sql
-- The schema private: the API's roles call functions in it, each granted by name in supabase/routines. Its tables,
-- views and sequences have no grants and no policies: its functions and operators alone reach them.
revoke all on schema private from public, anon, authenticated, service_role;
grant usage on schema private to anon, authenticated, service_role;

revoke all on all tables in schema private from public, anon, authenticated, service_role;
revoke all on all sequences in schema private from public, anon, authenticated, service_role;

-- ==== supabase/policies/profiles.sql
-- profiles: people read their own. The account trigger makes rows; Stripe's webhook alone changes them.
revoke all on public.profiles from public, anon, authenticated, service_role;
grant select on public.profiles to authenticated;

drop policy if exists "profiles: owner reads" on public.profiles;
create policy "profiles: owner reads" on public.profiles
  for select to authenticated using (id = (select private.caller_id()));

-- ==== supabase/policies/render_variants.sql
-- render_variants: people read their own; complete_generation() alone makes rows.
revoke all on public.render_variants from public, anon, authenticated, service_role;
grant select on public.render_variants to authenticated;

drop policy if exists "render_variants: owner reads" on public.render_variants;
create policy "render_variants: owner reads" on public.render_variants
  for select to authenticated using (owner_id = (select private.caller_id()));

-- ==== supabase/policies/renders.sql
-- renders: people read and retitle their own, choose the cover and move them to and from the trash;
-- complete_generation() alone makes rows, delete_trashed_renders() and purge_trash() alone delete them.
revoke all on public.renders from public, anon, authenticated, service_role;
grant select, update (title, cover_variant_id, deleted_at) on public.renders to authenticated;

drop policy if exists "renders: owner reads" on public.renders;
create policy "renders: owner reads" on public.renders
  for select to authenticated using (owner_id = (select private.caller_id()));

drop policy if exists "renders: owner retitles" on public.renders;
create policy "renders: owner retitles" on public.renders
  for update to authenticated
  using (owner_id = (select private.caller_id())) with check (owner_id = (select private.caller_id()));

-- ==== supabase/policies/share_links.sql
-- share_links: people make, read and turn off links to what is their own. The composite foreign keys refuse a render or
-- collection of another owner exactly as they refuse a random id.
revoke all on public.share_links from public, anon, authenticated, service_role;
grant select, insert (render_id, collection_id, include_settings, expires_at), update (revoked_at)
  on public.share_links to authenticated;

drop policy if exists "share_links: owner reads" on public.share_links;
create policy "share_links: owner reads" on public.share_links
  for select to authenticated using (owner_id = (select private.caller_id()));

drop policy if exists "share_links: owner makes" on public.share_links;
create policy "share_links: owner makes" on public.share_links
  for insert to authenticated with check (owner_id = (select private.caller_id()));

drop policy if exists "share_links: owner turns off" on public.share_links;
create policy "share_links: owner turns off" on public.share_links
  for update to authenticated
  using (owner_id = (select private.caller_id())) with check (owner_id = (select private.caller_id()));

-- ==== supabase/policies/storage_objects.sql
-- storage.objects: people keep photos in inputs/{their id}/{sha256}.jpg and read what the webhooks store in
-- renders/{their id}/, through our API alone: every policy asks for its proof too, because Storage asks a policy once
-- and then completes an upload as its service role, and signs for as long as somebody likes. has_room_for_photo() bounds
-- the number of photos. No policy for UPDATE: a photo that was checked cannot be replaced in place. No policy names the
-- bucket `community`: its files are public by address and not listed. open_account() is null for an account that is
-- closed or gone, whose JWT stays valid until it expires: nothing is equal to null.
drop policy if exists "inputs: owner reads" on storage.objects;
create policy "inputs: owner reads" on storage.objects
  for select to authenticated
  using (
    bucket_id = 'inputs' and (storage.foldername(name))[1] = (select private.open_account())::text
    and (select private.api_asks())
  );

drop policy if exists "inputs: owner adds" on storage.objects;
create policy "inputs: owner adds" on storage.objects
  for insert to authenticated
  with check (
    bucket_id = 'inputs'
    and (select private.api_asks())
    and name ~ ('^' || (select private.open_account()) || '/[0-9a-f]{64}\.jpg$')
    and private.has_room_for_photo(name)
  );

drop policy if exists "inputs: owner deletes" on storage.objects;
create policy "inputs: owner deletes" on storage.objects
  for delete to authenticated
  using (
    bucket_id = 'inputs' and (storage.foldername(name))[1] = (select private.open_account())::text
    and (select private.api_asks())
  );

drop policy if exists "renders: owner reads files" on storage.objects;
create policy "renders: owner reads files" on storage.objects
  for select to authenticated
  using (
    bucket_id = 'renders' and (storage.foldername(name))[1] = (select private.open_account())::text
    and (select private.api_asks())
  );

-- The API reads for a visitor what a live link opens.
drop policy if exists "renders: a live link reads files" on storage.objects;
create policy "renders: a live link reads files" on storage.objects
  for select to anon
  using (bucket_id = 'renders' and (select private.api_asks()) and private.share_opens_file(name));

-- ==== supabase/policies/usage_ledger.sql
-- usage_ledger: people read their own. Append-only, by functions alone.
revoke all on public.usage_ledger from public, anon, authenticated, service_role;
grant select on public.usage_ledger to authenticated;

drop policy if exists "usage_ledger: owner reads" on public.usage_ledger;
create policy "usage_ledger: owner reads" on public.usage_ledger
  for select to authenticated using (owner_id = (select private.caller_id()));

-- ==== supabase/policies/webhook_events.sql
-- webhook_events: hidden from people. The webhook functions write it; operators read it in Studio.
revoke all on public.webhook_events from public, anon, authenticated, service_role;

-- ==== supabase/rows/brakes.sql
-- brakes: the planned ceiling of provider cost a day, in US dollars. Generated from libs/app_config/runtime.py by `python -m libs.app_config.database_rows --write`.
-- The other columns are left alone: operators switch them.
insert into private.brakes (id, planned_ceiling)
values
  (true, 100)
on conflict (id) do update set
  planned_ceiling = excluded.planned_ceiling;

-- ==== supabase/rows/plans.sql
-- plans: what a plan allows. Generated from libs/app_config/runtime.py by `python -m libs.app_config.database_rows --write`.
insert into public.plans (id, monthly_credits, max_variants, daily_given_back)
values
  ('free', 40, 2, 8),
  ('pro', 200, 4, 20),
  ('studio', 1000, 4, 60)
on conflict (id) do update set
  monthly_credits = excluded.monthly_credits,
  max_variants = excluded.max_variants,
  daily_given_back = excluded.daily_given_back;

-- ==== supabase/rows/presets.sql
-- presets: what a picture costs. Generated from libs/app_config/runtime.py by `python -m libs.app_config.database_rows --write`.
-- `active` is left alone: operators take a preset off sale, and it stays so. Rows of presets that are gone from
-- runtime.py stay, because renders refer to them, and are retired.
insert into public.presets (id, credits, max_variants, retired)
values
  ('warm-minimal', 2, 4, false),
  ('room-makeover', 1, 1, false),
  ('kitchen-refresh', 4, 1, false),
  ('daylight-facade', 2, 4, false),
  ('golden-dusk', 4, 1, false),
  ('remote-cabin', 5, 1, false),
  ('studio-plinth', 3, 1, false),
  ('clean-packshot', 1, 4, false),
  ('quiet-still-life', 2, 4, false),
  ('first-ideas', 1, 4, false),
  ('impossible-places', 3, 1, false),
  ('graphic-poster', 3, 1, false)
on conflict (id) do update set
  credits = excluded.credits,
  max_variants = excluded.max_variants,
  retired = excluded.retired;

-- What Replicate takes for a picture, in US dollars.
insert into private.preset_costs (preset_id, dollars)
values
  ('warm-minimal', 0.025),
  ('room-makeover', 0.015),
  ('kitchen-refresh', 0.05),
  ('daylight-facade', 0.025),
  ('golden-dusk', 0.05),
  ('remote-cabin', 0.065),
  ('studio-plinth', 0.04),
  ('clean-packshot', 0.003),
  ('quiet-still-life', 0.025),
  ('first-ideas', 0.003),
  ('impossible-places', 0.04),
  ('graphic-poster', 0.04)
on conflict (preset_id) do update set
  dollars = excluded.dollars;

update public.presets set retired = true where not retired and id not in (
  'warm-minimal',
  'room-makeover',
  'kitchen-refresh',
  'daylight-facade',
  'golden-dusk',
  'remote-cabin',
  'studio-plinth',
  'clean-packshot',
  'quiet-still-life',
  'first-ideas',
  'impossible-places',
  'graphic-poster'
);

-- ==== supabase/rows/row_bounds.sql
-- row_bounds: how many rows of a table one person may have. Generated from libs/app_config/runtime.py by `python -m libs.app_config.database_rows --write`.
insert into private.row_bounds (id, max_rows)
values
  ('collections', 1000),
  ('collection_items', 200000),
  ('share_links', 5000)
on conflict (id) do update set
  max_rows = excluded.max_rows;
