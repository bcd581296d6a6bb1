-- collection_items: people put their own renders into their own collections unless the render is in the trash, order
-- them and take them out. The composite foreign keys refuse a render or collection of another owner exactly as they
-- refuse a random id.
revoke all on public.collection_items from public, anon, authenticated, service_role;
grant select, insert (collection_id, render_id, position, added_at), update (position), delete
  on public.collection_items to authenticated;

drop policy if exists "collection_items: owner reads" on public.collection_items;
create policy "collection_items: owner reads" on public.collection_items
  for select to authenticated using (owner_id = (select private.caller_id()));

drop policy if exists "collection_items: owner adds" on public.collection_items;
create policy "collection_items: owner adds" on public.collection_items
  for insert to authenticated with check (
    owner_id = (select private.caller_id())
    and exists (select from public.renders as render where render.id = render_id and render.deleted_at is null)
  );

drop policy if exists "collection_items: owner orders" on public.collection_items;
create policy "collection_items: owner orders" on public.collection_items
  for update to authenticated
  using (owner_id = (select private.caller_id())) with check (owner_id = (select private.caller_id()));

drop policy if exists "collection_items: owner removes" on public.collection_items;
create policy "collection_items: owner removes" on public.collection_items
  for delete to authenticated using (owner_id = (select private.caller_id()));
