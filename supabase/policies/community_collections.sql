-- community_collections: everybody reads what is published; operators alone write, in Studio.
revoke all on public.community_collections from public, anon, authenticated, service_role;
grant select on public.community_collections to anon, authenticated;

drop policy if exists "community_collections: everybody reads what is published" on public.community_collections;
create policy "community_collections: everybody reads what is published" on public.community_collections
  for select to anon, authenticated using (published_at <= now());
