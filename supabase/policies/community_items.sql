-- community_items: everybody reads what is published in a published set; operators alone write, in Studio.
revoke all on public.community_items from public, anon, authenticated, service_role;
grant select on public.community_items to anon, authenticated;

-- The subquery is under the policy of community_collections, which says what is published.
drop policy if exists "community_items: everybody reads what is published" on public.community_items;
create policy "community_items: everybody reads what is published" on public.community_items
  for select to anon, authenticated
  using (
    is_published
    and exists (select from public.community_collections as curated where curated.id = collection_id)
  );
