-- share_links: people make, read and turn off links to what is their own. The composite foreign keys refuse a render or
-- collection of another owner exactly as they refuse a random id.
revoke all on public.share_links from public, anon, authenticated, service_role;
grant select, insert (render_id, collection_id, include_settings, expires_at), update (revoked_at)
  on public.share_links to authenticated;

drop policy if exists "share_links: owner reads" on public.share_links;
create policy "share_links: owner reads" on public.share_links
  for select to authenticated using (owner_id = (select private.caller_id()));

drop policy if exists "share_links: owner makes" on public.share_links;
create policy "share_links: owner makes" on public.share_links
  for insert to authenticated with check (owner_id = (select private.caller_id()));

drop policy if exists "share_links: owner turns off" on public.share_links;
create policy "share_links: owner turns off" on public.share_links
  for update to authenticated
  using (owner_id = (select private.caller_id())) with check (owner_id = (select private.caller_id()));
