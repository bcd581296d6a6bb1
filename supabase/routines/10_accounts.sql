-- Accounts: made by a trigger at sign-up, deleted by their owner.


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


-- Deletes the caller's account. Rows go by cascade, and their triggers queue the files. The API ends the subscription
-- before it calls, so nobody pays for an account that is gone. Called by DELETE /me. Guarded.
create or replace function private.delete_account(request text, proof text) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.verify_proof('delete_account', request, proof);
  delete from auth.users where id = auth.uid();
end
$$;

create or replace function public.delete_account(request text, proof text) returns void
language sql volatile security invoker set search_path = ''
as $$ select private.delete_account(request, proof) $$;

revoke execute on function private.delete_account, public.delete_account from public, anon, authenticated, service_role;
grant execute on function private.delete_account, public.delete_account to authenticated;
