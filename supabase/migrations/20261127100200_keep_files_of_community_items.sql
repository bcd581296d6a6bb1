-- Why: the names of a deleted item's files wait in the queue of removals. An item that came back under the same name lost
-- its file a moment later, and one whose file was exchanged left the old one behind, public for ever.
-- Running code sees: nothing new.
set local lock_timeout = '5s';

create or replace function private.queue_community_files() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op <> 'INSERT' then
    insert into private.file_removals (bucket, name)
    values ('community', old.path), ('community', old.thumbnail_path)
    on conflict do nothing;
  end if;
  if tg_op <> 'DELETE' then
    delete from private.file_removals
    where bucket = 'community' and name in (new.path, new.thumbnail_path);
  end if;
  return null;
end
$$;

create or replace trigger queue_community_files
  after insert or delete or update of path, thumbnail_path on public.community_items
  for each row execute function private.queue_community_files();
