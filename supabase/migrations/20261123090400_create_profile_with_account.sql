-- Why: every account has a profile and a "My Favorites" from its first moment.
-- Running code sees: sign-ups make both rows. Nothing a person typed is read, so no metadata can make a sign-up fail.
set local lock_timeout = '5s';

create function private.create_profile() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.profiles (id) values (new.id);
  insert into public.collections (owner_id, name, is_favorites) values (new.id, 'My Favorites', true);
  return new;
end
$$;

create trigger create_profile after insert on auth.users
  for each row execute function private.create_profile();

-- Accounts that signed up before this migration.
insert into public.profiles (id) select id from auth.users on conflict do nothing;

insert into public.collections (owner_id, name, is_favorites)
select id, 'My Favorites', true from public.profiles
on conflict do nothing;
