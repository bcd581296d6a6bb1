-- Why: an index lets nobody have two "My Favorites", but nothing kept an operator from deleting somebody's only one, and the
-- policies that kept its owner from it kept them from choosing its cover too. Now the table itself keeps it, whoever asks.
-- Running code sees: PT409 favorites_fixed where a policy hid the row.
set local lock_timeout = '5s';

-- Refuses to rename, hand over or delete "My Favorites" while its owner is there; with the account it goes.
-- Raises PT409 favorites_fixed.
create function private.keep_my_favorites() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if exists (select from public.profiles where id = old.owner_id) then
    raise sqlstate 'PT409' using message = 'favorites_fixed', detail = '{}';
  end if;
  return old;
end
$$;

create trigger keep_my_favorites before delete on public.collections
  for each row when (old.is_favorites) execute function private.keep_my_favorites();

create trigger keep_what_my_favorites_is before update of name, owner_id, is_favorites on public.collections
  for each row when (
    old.is_favorites
    and (old.name, old.owner_id, old.is_favorites) is distinct from (new.name, new.owner_id, new.is_favorites)
  ) execute function private.keep_my_favorites();
