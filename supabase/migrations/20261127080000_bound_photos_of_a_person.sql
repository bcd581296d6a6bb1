-- Why: a person could fill the bucket `inputs` past our API, or page by page with it.
-- Running code sees: an INSERT into `inputs` refused as for an account that is gone, once 1,000 photos are there.
set local lock_timeout = '5s';

-- Whether the caller may keep a photo under this name: the policy's question, as RLS cannot ask its own table. A photo
-- that is there already takes no room. Uploads that are under way at the same moment do not see each other.
create function private.has_room_for_photo(object_name text) returns boolean
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
