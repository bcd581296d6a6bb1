-- Why: what a run made, and where people keep it. Every reference to another row of a person carries the owner,
-- because foreign key checks bypass RLS: a foreign id and a random one then fail alike.
-- Running code sees: new tables.
set local lock_timeout = '5s';

create table public.renders (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null references public.profiles (id) on delete cascade,
  -- one render per job at the most
  job_id uuid not null unique,
  preset_id text not null references public.presets (id),
  title text not null check (length(title) <= 120 and btrim(title) <> ''),
  prompt text not null,
  settings jsonb not null,
  seed bigint not null,
  input_path text,
  source_variant_id uuid,
  cover_variant_id uuid,
  created_at timestamptz not null default now(),
  unique (id, owner_id),
  -- PostgREST embeds a job's render as one object only when the foreign key's columns are unique together
  unique (job_id, owner_id),
  foreign key (job_id, owner_id) references public.generation_jobs (id, owner_id) on delete cascade
);

create table public.render_variants (
  id uuid primary key default gen_random_uuid(),
  render_id uuid not null,
  owner_id uuid not null,
  index smallint not null check (index >= 0),
  path text not null unique,
  thumbnail_path text not null unique,
  mime text not null,
  width integer not null check (width >= 1),
  height integer not null check (height >= 1),
  bytes integer not null check (bytes >= 1),
  placeholder text not null,
  created_at timestamptz not null default now(),
  unique (render_id, index),
  unique (id, render_id),
  unique (id, owner_id),
  foreign key (render_id, owner_id) references public.renders (id, owner_id) on delete cascade
);

-- The cover is one of the render's own variants.
alter table public.renders
  add constraint renders_cover_variant_fkey foreign key (cover_variant_id, id)
    references public.render_variants (id, render_id) on delete set null (cover_variant_id),
  add constraint renders_source_variant_fkey foreign key (source_variant_id, owner_id)
    references public.render_variants (id, owner_id) on delete set null (source_variant_id);

alter table public.generation_jobs
  add constraint generation_jobs_source_variant_fkey foreign key (source_variant_id, owner_id)
    references public.render_variants (id, owner_id) on delete set null (source_variant_id);

create table public.collections (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null default auth.uid() references public.profiles (id) on delete cascade,
  name text not null check (length(name) <= 80 and btrim(name) <> ''),
  is_favorites boolean not null default false,
  created_at timestamptz not null default now(),
  unique (id, owner_id)
);

-- Exactly one "My Favorites": made with the profile, never deleted or renamed by its owner.
create unique index collections_one_favorites_idx on public.collections (owner_id) where is_favorites;

alter table public.generation_jobs
  add constraint generation_jobs_collection_fkey foreign key (collection_id, owner_id)
    references public.collections (id, owner_id) on delete set null (collection_id);

create table public.collection_items (
  collection_id uuid not null,
  render_id uuid not null,
  owner_id uuid not null default auth.uid(),
  -- NaN, which sorts above infinity, and the infinities are no JSON numbers: PostgREST would answer null
  position double precision not null default 0 check (position > '-infinity' and position < 'infinity'),
  added_at timestamptz not null default now(),
  primary key (collection_id, render_id),
  foreign key (collection_id, owner_id) references public.collections (id, owner_id) on delete cascade,
  foreign key (render_id, owner_id) references public.renders (id, owner_id) on delete cascade
);

create index renders_page_idx on public.renders (owner_id, created_at desc, id desc);
create index renders_preset_id_idx on public.renders (preset_id);
create index renders_cover_variant_idx on public.renders (cover_variant_id, id);
create index renders_source_variant_idx on public.renders (source_variant_id, owner_id);
create index render_variants_render_idx on public.render_variants (render_id, owner_id);
create index generation_jobs_source_variant_idx on public.generation_jobs (source_variant_id, owner_id);
create index generation_jobs_collection_idx on public.generation_jobs (collection_id, owner_id);
create index collections_page_idx on public.collections (owner_id, created_at desc, id desc);
create index collection_items_collection_idx on public.collection_items (collection_id, owner_id);
create index collection_items_render_idx on public.collection_items (render_id, owner_id);

alter table public.renders enable row level security;
alter table public.render_variants enable row level security;
alter table public.collections enable row level security;
alter table public.collection_items enable row level security;
