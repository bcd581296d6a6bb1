-- Why: sets that operators curate, whose settings start a person's next render; visitors see them before they sign up.
-- Nobody writes them through the API: operators do, in Studio (docs/operations.md).
-- Running code sees: new tables, a public bucket and the RPCs list_community, community_set.
set local lock_timeout = '5s';

create table public.community_collections (
  id uuid primary key default gen_random_uuid(),
  slug text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 60),
  title text not null check (length(title) <= 80 and btrim(title) <> ''),
  description text not null check (length(description) <= 300),
  tags text[] not null default '{}' check (cardinality(tags) <= 8),
  -- where it stands in the list, lowest first
  position integer not null default 0,
  -- null is a draft; a moment in the future is a plan
  published_at timestamptz,
  created_at timestamptz not null default now()
);

create table public.community_items (
  id uuid primary key default gen_random_uuid(),
  collection_id uuid not null references public.community_collections (id) on delete cascade,
  position integer not null default 0,
  title text not null check (length(title) <= 120 and btrim(title) <> ''),
  credit text not null check (length(credit) <= 120),
  -- what made the picture, as the first variant of a run; `./maquette community check` holds it against runtime.py
  preset_id text not null references public.presets (id),
  prompt text not null check (length(prompt) <= 1000),
  settings jsonb not null check (jsonb_typeof(settings) = 'object'),
  seed bigint not null check (seed >= 1),
  -- names in the `community` bucket
  path text not null unique,
  thumbnail_path text not null unique,
  width integer not null check (width >= 1),
  height integer not null check (height >= 1),
  placeholder text not null,
  is_published boolean not null default true,
  created_at timestamptz not null default now()
);

create index community_collections_page_idx on public.community_collections (position, id);
create index community_items_page_idx on public.community_items (collection_id, position, id);
create index community_items_preset_id_idx on public.community_items (preset_id);

alter table public.community_collections enable row level security;
alter table public.community_items enable row level security;

-- Public by address, listed to nobody: no policy names it.
insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values ('community', 'community', true, 26214400, array['image/jpeg', 'image/png', 'image/webp'])
on conflict (id) do update set
  public = excluded.public,
  file_size_limit = excluded.file_size_limit,
  allowed_mime_types = excluded.allowed_mime_types;

-- The file of an item that is deleted goes too: its address is public.
create function private.queue_community_files() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into private.file_removals (bucket, name)
  values ('community', old.path), ('community', old.thumbnail_path)
  on conflict do nothing;
  return null;
end
$$;

create trigger queue_community_files after delete on public.community_items
  for each row execute function private.queue_community_files();

-- Published sets in the operators' order, each with its first three items and how many it has. One row more than
-- `page_size` when there is a next page. `wanted`: that set alone, with all its items.
create function public.list_community(
  page_size integer, tag text default null, after_position integer default null, after_id uuid default null,
  wanted text default null
) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  with page as (
    select curated.*
    from public.community_collections as curated
    where (wanted is null or curated.slug = wanted)
      and (tag is null or tag = any (curated.tags))
      and (after_id is null or (curated.position, curated.id) > (after_position, after_id))
    order by curated.position, curated.id
    limit page_size + 1
  )
  select coalesce(
    jsonb_agg(
      to_jsonb(page) || jsonb_build_object(
        'count', (select count(*) from public.community_items as item where item.collection_id = page.id),
        'items', (
          select coalesce(jsonb_agg(to_jsonb(shown) order by shown.position, shown.id), '[]'::jsonb)
          from (
            select item.*
            from public.community_items as item
            where item.collection_id = page.id
            order by item.position, item.id
            -- a set that is looked at shows everything an operator would put into one
            limit case when wanted is null then 3 else 200 end
          ) as shown
        )
      )
      order by page.position, page.id
    ),
    '[]'::jsonb
  )
  from page
$$;
