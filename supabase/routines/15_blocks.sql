-- Blocks: a person whom operators block cannot generate, upload or share any more, and their links open nothing. They
-- still read, download and export what they have, cancel a subscription and delete the account. A run that was in
-- flight ends as every run. private.blocks has the reason, which the person reads.


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


-- Blocks a person at once, or gives another reason. For operators, in Studio:
--   select private.block('<account id>', 'Three of your pictures were reported as illegal.');
-- Locks the profile: a submit that is under way has ended before, or is refused.
create or replace function private.block(account uuid, reason text) returns text
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform from public.profiles where id = account for no key update;
  if not found then
    raise exception 'there is no account %', account;
  end if;
  insert into private.blocks (owner_id, reason) values (account, btrim(block.reason))
  on conflict (owner_id) do update set reason = excluded.reason;
  return 'blocked: nothing new is made, uploaded or shared, and no link opens';
end
$$;

revoke execute on function private.block from public, anon, authenticated, service_role;


-- Ends a block: everything works as before, links that were on too. For operators, in Studio.
create or replace function private.unblock(account uuid) returns text
language plpgsql volatile security definer set search_path = ''
as $$
begin
  delete from private.blocks where owner_id = account;
  return case when found then 'the block is over' else 'this account was not blocked' end;
end
$$;

revoke execute on function private.unblock from public, anon, authenticated, service_role;
