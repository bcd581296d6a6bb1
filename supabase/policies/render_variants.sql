-- render_variants: people read their own; complete_generation() alone makes rows.
revoke all on public.render_variants from public, anon, authenticated, service_role;
grant select on public.render_variants to authenticated;

drop policy if exists "render_variants: owner reads" on public.render_variants;
create policy "render_variants: owner reads" on public.render_variants
  for select to authenticated using (owner_id = (select private.caller_id()));
