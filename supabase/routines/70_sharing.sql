-- Share links: a person shows a render or a collection by a link that nobody can guess. Visitors have no JWT: the API
-- calls the guarded functions for them, as `anon`.


-- The token of a link: 256 bits that only the API's key can make from its id. So the owner can see it again, and the
-- table need not hold it. Base64url, as in the address.
create or replace function private.share_token(link_id uuid) returns text
language sql stable set search_path = ''
as $$ select translate(encode(private.hmac(E'share_link\n' || link_id), 'base64'), E'+/=\n', '-_') $$;

revoke execute on function private.share_token from public, anon, authenticated, service_role;


-- What private.share_tokens holds of a token.
create or replace function private.share_token_hash(token text) returns bytea
language sql immutable set search_path = ''
as $$ select sha256(convert_to(token, 'UTF8')) $$;

revoke execute on function private.share_token_hash from public, anon, authenticated, service_role;


-- Keeps the hash of the token of a new link.
create or replace function private.keep_share_token() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into private.share_tokens (share_link_id, token_hash)
  values (new.id, private.share_token_hash(private.share_token(new.id)));
  return null;
end
$$;

create or replace trigger keep_share_token after insert on public.share_links
  for each row execute function private.keep_share_token();

revoke execute on function private.keep_share_token from public, anon, authenticated, service_role;


-- A link that is off stays off; the time is the database's own, whatever a direct caller writes.
create or replace function private.stamp_revoked_share() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.revoked_at := coalesce(old.revoked_at, case when new.revoked_at is not null then now() end);
  return new;
end
$$;

create or replace trigger stamp_revoked_share before update of revoked_at on public.share_links
  for each row execute function private.stamp_revoked_share();

revoke execute on function private.stamp_revoked_share from public, anon, authenticated, service_role;


-- The caller's links that are not turned off, latest first, with the name of what they show; one row more than
-- `page_size` when there is a next page. `wanted`: that link alone. `token` is null when the API's key has changed
-- since: such a link still opens. SECURITY DEFINER: the token comes from the key. The condition on the owner replaces
-- RLS.
-- Called by GET /shares and POST /shares.
create or replace function private.my_share_links(
  page_size integer, of_render uuid, of_collection uuid, after_created_at timestamptz, after_id uuid,
  wanted uuid
) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(jsonb_agg(to_jsonb(shown) order by shown.created_at desc, shown.id desc), '[]'::jsonb)
  from (
    select
      link.id, link.render_id, link.collection_id, coalesce(render.title, collection.name) as title,
      link.include_settings, link.expires_at, link.taken_down_at, link.created_at,
      case
        when private.share_token_hash(private.share_token(link.id)) = kept.token_hash
        then private.share_token(link.id)
      end as token
    from public.share_links as link
    join private.share_tokens as kept on kept.share_link_id = link.id
    left join public.renders as render on render.id = link.render_id
    left join public.collections as collection on collection.id = link.collection_id
    where link.owner_id = private.caller_id() and link.revoked_at is null
      and (wanted is null or link.id = wanted)
      and (of_render is null or link.render_id = of_render)
      and (of_collection is null or link.collection_id = of_collection)
      and (after_id is null or (link.created_at, link.id) < (after_created_at, after_id))
    order by link.created_at desc, link.id desc
    limit private.page_rows(page_size)
  ) as shown
$$;

create or replace function public.my_share_links(
  page_size integer, of_render uuid default null, of_collection uuid default null,
  after_created_at timestamptz default null, after_id uuid default null, wanted uuid default null
) returns jsonb
language sql stable security invoker set search_path = ''
as $$ select private.my_share_links(page_size, of_render, of_collection, after_created_at, after_id, wanted) $$;

revoke execute on function private.my_share_links, public.my_share_links from public, anon, authenticated, service_role;
grant execute on function private.my_share_links, public.my_share_links to authenticated;


-- The link of a token while it opens something: not off, not taken down, not expired, its owner's account open and not
-- blocked.
create or replace function private.live_share(token text) returns setof public.share_links
language sql stable security definer set search_path = ''
as $$
  select link.*
  from private.share_tokens as kept
  join public.share_links as link on link.id = kept.share_link_id
  where kept.token_hash = private.share_token_hash(token)
    and link.revoked_at is null and link.taken_down_at is null
    and (link.expires_at is null or link.expires_at > now())
    and not private.is_blocked(link.owner_id)
    and exists (select from public.profiles where id = link.owner_id and closed_at is null)
$$;

revoke execute on function private.live_share from public, anon, authenticated, service_role;


-- What a link shows, each render with its place. Renders that are in the trash or were taken down are left out.
create or replace function private.shared_renders(link public.share_links)
returns table (render_id uuid, place double precision)
language sql stable set search_path = ''
as $$
  select shown.id, shown.place
  from (
    select render.id, 0::double precision as place
    from public.renders as render
    where render.id = link.render_id and render.deleted_at is null and render.taken_down_at is null
    union all
    select render.id, item.position
    from public.collection_items as item
    join public.renders as render on render.id = item.render_id
    where item.collection_id = link.collection_id and render.deleted_at is null and render.taken_down_at is null
  ) as shown
$$;

revoke execute on function private.shared_renders from public, anon, authenticated, service_role;


-- What a visitor sees, in an array that is empty when the token opens nothing: the title, and a page of renders, one
-- more than `page_size` when there is a next page. How they were made is included only when the owner chose so. Without
-- that, a title that was never changed is left out as well: it is the prompt. The cover is the first variant.
-- Request: {"token", "page_size", "after_place", "after_id", "variant_id"}; with the last, only the render of that
-- variant.
-- Called by GET /shared/{token} and by the page /s/{token}. Guarded.
create or replace function private.open_share(request text, proof text) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  payload jsonb;
begin
  perform private.verify_proof('open_share', request, proof);
  payload := request::jsonb;
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'kind', case when link.render_id is null then 'collection' else 'render' end,
      -- the title of a shared render is with the render
      'title', (select name from public.collections where id = link.collection_id),
      'renders', shown.renders
    )), '[]'::jsonb)
    from private.live_share(payload ->> 'token') as link
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
            payload ->> 'after_id' is null
            or (shared.place, render.id)
              > ((payload ->> 'after_place')::double precision, (payload ->> 'after_id')::uuid)
          )
          and (
            payload ->> 'variant_id' is null
            or render.id = (
              select variant.render_id from public.render_variants as variant
              where variant.id = (payload ->> 'variant_id')::uuid
            )
          )
        order by shared.place, render.id
        limit private.page_rows((payload ->> 'page_size')::integer)
      ) as page
    ) as shown
    -- The link of a render opens nothing while the render is in the trash.
    where link.collection_id is not null or exists (select from private.shared_renders(link))
  );
end
$$;

create or replace function public.open_share(request text, proof text) returns jsonb
language sql stable security invoker set search_path = ''
as $$ select private.open_share(request, proof) $$;

revoke execute on function private.open_share, public.open_share from public, anon, authenticated, service_role;
grant execute on function private.open_share, public.open_share to anon;


-- The files of one picture that a token opens: an array of none or one. Request: {"token", "variant_id"}.
-- Called by GET /shared/{token}/pictures/{variant_id}. Guarded.
create or replace function private.open_shared_picture(request text, proof text) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  payload jsonb;
begin
  perform private.verify_proof('open_shared_picture', request, proof);
  payload := request::jsonb;
  return (
    select coalesce(jsonb_agg(to_jsonb(variant)), '[]'::jsonb)
    from private.live_share(payload ->> 'token') as link
    cross join lateral private.shared_renders(link) as shared
    join public.render_variants as variant on variant.render_id = shared.render_id
    where variant.id = (payload ->> 'variant_id')::uuid
  );
end
$$;

create or replace function public.open_shared_picture(request text, proof text) returns jsonb
language sql stable security invoker set search_path = ''
as $$ select private.open_shared_picture(request, proof) $$;

revoke execute on function private.open_shared_picture, public.open_shared_picture
  from public, anon, authenticated, service_role;
grant execute on function private.open_shared_picture, public.open_shared_picture to anon;


-- Whether this request to Storage, with its headers x-share-token and x-share-proof, may read a file of the bucket
-- `renders`. The proof is the API's over the token. Called by the policy "renders: a live link reads files".
create or replace function private.share_opens_file(object_name text) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
declare
  headers constant jsonb := private.request_headers();
begin
  if not private.is_proof('share_opens_file', headers ->> 'x-share-token', headers ->> 'x-share-proof') then
    return false;
  end if;
  return exists (
    select
    from private.live_share(headers ->> 'x-share-token') as link
    cross join lateral private.shared_renders(link) as shared
    join public.render_variants as variant on variant.render_id = shared.render_id
    where object_name in (variant.path, variant.thumbnail_path)
  );
end
$$;

revoke execute on function private.share_opens_file from public, anon, authenticated, service_role;
grant execute on function private.share_opens_file to anon;
