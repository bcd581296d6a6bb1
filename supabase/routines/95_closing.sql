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
