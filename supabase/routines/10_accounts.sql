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
