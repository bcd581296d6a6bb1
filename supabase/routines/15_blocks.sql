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
