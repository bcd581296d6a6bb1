-- Why: photos people start from, and what the webhooks store. Both private; limits are the bucket's own, so they hold
-- for direct uploads too. Names: inputs/{owner}/{sha256}.jpg, renders/{owner}/{job}/{index}.{ext}.
-- Running code sees: two new buckets.
set local lock_timeout = '5s';

insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values
  ('inputs', 'inputs', false, 26214400, array['image/jpeg']),
  ('renders', 'renders', false, 52428800, array['image/jpeg', 'image/png', 'image/webp'])
on conflict (id) do update set
  public = excluded.public,
  file_size_limit = excluded.file_size_limit,
  allowed_mime_types = excluded.allowed_mime_types;
