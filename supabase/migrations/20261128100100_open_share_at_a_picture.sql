-- Why: the address of one picture of a share gets a preview of its own, wherever in a collection its render lies.
-- Running code sees: open_share takes a "variant_id", which may be missing: then the render of that variant alone.
set local lock_timeout = '5s';

create or replace function private.open_share(request text, proof text) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  asked jsonb;
begin
  perform private.verify_proof('open_share', request, proof);
  asked := request::jsonb;
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'kind', case when link.render_id is null then 'collection' else 'render' end,
      -- a render's own is that of the one that is shown
      'title', (select name from public.collections where id = link.collection_id),
      'renders', shown.renders
    )), '[]'::jsonb)
    from private.live_share(asked ->> 'token') as link
    cross join lateral (
      select coalesce(jsonb_agg(to_jsonb(page) order by page.place, page.id), '[]'::jsonb) as renders
      from (
        select
          render.id, shared.place, render.preset_id,
          case when link.include_settings or render.title <> job.title then render.title end as title,
          case
            when link.include_settings then jsonb_build_object(
              'preset_id', render.preset_id, 'prompt', render.prompt, 'settings', render.settings,
              'seed', render.seed, 'from_photo', job.input_path is not null
            )
          end as recipe,
          (
            select jsonb_agg(
              to_jsonb(variant)
              order by (variant.id is not distinct from render.cover_variant_id) desc, variant.index
            )
            from public.render_variants as variant where variant.render_id = render.id
          ) as variants
        from private.shared_renders(link) as shared
        join public.renders as render on render.id = shared.render_id
        join public.generation_jobs as job on job.id = render.job_id
        where (
            asked ->> 'after_id' is null
            or (shared.place, render.id) > ((asked ->> 'after_place')::double precision, (asked ->> 'after_id')::uuid)
          )
          and (
            asked ->> 'variant_id' is null
            or render.id = (
              select variant.render_id from public.render_variants as variant
              where variant.id = (asked ->> 'variant_id')::uuid
            )
          )
        order by shared.place, render.id
        limit (asked ->> 'page_size')::integer + 1
      ) as page
    ) as shown
    -- A render in the trash takes its link along.
    where link.collection_id is not null or exists (select from private.shared_renders(link))
  );
end
$$;
