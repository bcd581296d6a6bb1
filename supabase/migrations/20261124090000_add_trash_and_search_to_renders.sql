-- Why: a render can be taken back from the trash for a while, and found again by its words, its preset and its month.
-- Running code sees: a new column, null everywhere; the page index covers rows outside the trash only.
set local lock_timeout = '5s';

create extension if not exists pg_trgm with schema extensions;
create extension if not exists btree_gin with schema extensions;

alter table public.renders add column deleted_at timestamptz;

-- The moment is the database's own, whatever a direct caller writes: null, or not null.
create function private.stamp_trashed_render() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.deleted_at := case when new.deleted_at is not null then coalesce(old.deleted_at, now()) end;
  return new;
end
$$;

create trigger stamp_trashed_render before update of deleted_at on public.renders
  for each row execute function private.stamp_trashed_render();

drop index public.renders_page_idx;
create index renders_page_idx on public.renders (owner_id, created_at desc, id desc) where deleted_at is null;
create index renders_preset_page_idx on public.renders (owner_id, preset_id, created_at desc, id desc)
  where deleted_at is null;
create index renders_trash_idx on public.renders (owner_id, deleted_at desc, id desc) where deleted_at is not null;
-- What purge_trash() looks for, over everybody.
create index renders_trashed_at_idx on public.renders (deleted_at) where deleted_at is not null;

-- One owner's words only are read: the owner is part of the index.
create index renders_words_idx on public.renders
  using gin (owner_id, (title || E'\n' || prompt) extensions.gin_trgm_ops);

-- A collection's own order, and the order in which its renders came.
create index collection_items_position_idx on public.collection_items (collection_id, position, render_id);
create index collection_items_added_idx on public.collection_items (collection_id, added_at desc, render_id desc);

-- The cover is one of the collection's own items; without one the latest renders show.
alter table public.collections
  add column cover_render_id uuid,
  add constraint collections_cover_fkey foreign key (id, cover_render_id)
    references public.collection_items (collection_id, render_id) on delete set null (cover_render_id);
create index collections_cover_idx on public.collections (id, cover_render_id);
