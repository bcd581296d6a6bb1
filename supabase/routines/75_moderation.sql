-- Moderation: visitors report pictures, operators take them down in Studio (docs/operations.md).


-- What was taken down is not shared again, and a blocked person shares nothing. Locks the owner's profile before a link
-- is made, as take_down_render() and block() do: of two at the same time the later one sees the earlier. `no key`: the
-- locks of foreign keys do not wait for it.
-- Raises PT403 sharing_refused | account_blocked.
create or replace function private.refuse_taken_down() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform from public.profiles where id = new.owner_id for no key update;
  perform private.refuse_blocked(new.owner_id);
  if exists (select from public.renders as render where render.id = new.render_id and render.taken_down_at is not null)
    or exists (
      select from public.share_links as other
      where other.owner_id = new.owner_id and other.taken_down_at is not null
        and other.collection_id = new.collection_id
    )
  then
    raise sqlstate 'PT403' using message = 'sharing_refused', detail = '{}';
  end if;
  return new;
end
$$;

create or replace trigger refuse_taken_down before insert on public.share_links
  for each row execute function private.refuse_taken_down();

revoke execute on function private.refuse_taken_down from public, anon, authenticated, service_role;


-- Notes a report. What nobody said yet, a new reason for this picture, is kept always. What was said already is bounded
-- by reporter, so that nobody can hide the reports of others: three a day of one picture and reason, more of them say
-- nothing new and are dropped; fifty a day in all.
-- Request: {"token", "item_id", "render_id", "reason", "message", "reporter"}, one of the first two null; "render_id" is
-- one of those that the token shows, or null; "reporter" is the API's pseudonym of who reports.
-- Called by POST /reports as `anon`. Guarded.
-- Raises PT404 share_not_found | community_item_not_found, PT429 rate_limited.
create or replace function private.report_picture(request text, proof text) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  payload jsonb;
  link public.share_links;
  item uuid;
  render uuid;
  of_picture bigint;
  of_reporter bigint;
  of_day record;
begin
  perform private.verify_proof('report_picture', request, proof);
  payload := request::jsonb;
  render := payload ->> 'render_id';
  if payload ->> 'token' is not null then
    select * into link from private.live_share(payload ->> 'token');
    if not found or (
      render is not null
      and not exists (select from private.shared_renders(link) as shown where shown.render_id = render)
    ) then
      raise sqlstate 'PT404' using message = 'share_not_found', detail = '{}';
    end if;
  else
    select shown.id into item
    from public.community_items as shown
    join public.community_collections as curated on curated.id = shown.collection_id
    where shown.id = (payload ->> 'item_id')::uuid and shown.is_published and curated.published_at <= now();
    if not found then
      raise sqlstate 'PT404' using message = 'community_item_not_found', detail = '{}';
    end if;
  end if;

  -- Those of one reporter one at a time, so that the bounds are exact.
  perform pg_advisory_xact_lock(hashtext('report_picture'), hashtext(payload ->> 'reporter'));
  select
    count(*),
    count(*) filter (
      where report.reporter = payload ->> 'reporter' and report.created_at > now() - interval '1 day'
    )
  into of_picture, of_reporter
  from private.reports as report
  where report.reason = payload ->> 'reason'
    and (
      report.community_item_id = item
      or report.share_link_id = link.id and report.render_id is not distinct from render
    );
  if of_reporter >= 3 then
    return;
  end if;

  select count(*) as reports, min(report.created_at) as first into of_day
  from private.reports as report
  where report.reporter = payload ->> 'reporter' and report.created_at > now() - interval '1 day';
  if of_picture > 0 and of_day.reports >= 50 then
    raise sqlstate 'PT429' using
      message = 'rate_limited',
      detail = jsonb_build_object(
        'retry_after', ceil(extract(epoch from of_day.first + interval '1 day' - now()))::integer
      )::text;
  end if;

  insert into private.reports (owner_id, share_link_id, render_id, community_item_id, reason, message, reporter)
  values (
    link.owner_id, link.id, render, item, payload ->> 'reason', payload ->> 'message', payload ->> 'reporter'
  );
end
$$;

create or replace function public.report_picture(request text, proof text) returns void
language sql volatile security invoker set search_path = ''
as $$ select private.report_picture(request, proof) $$;

revoke execute on function private.report_picture, public.report_picture from public, anon, authenticated, service_role;
grant execute on function private.report_picture, public.report_picture to anon;


-- Takes a render down for one of the reasons of a report, which its owner is told: no link shows it any more, links to
-- it alone stop, no new one can be made, and its files are moved where nobody opens them. For operators, in Studio,
-- without a report. Locks the owner's profile, then the render. A repeat changes nothing.
create or replace function private.take_down_render(render uuid, reason text) returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  owner constant uuid := (select owner_id from public.renders where id = render);
begin
  perform from public.profiles where id = owner for no key update;
  update public.renders set taken_down_at = now(), taken_down_reason = reason
  where id = render and taken_down_at is null;
  if found then
    perform private.hide_render_files(render);
  end if;
  update public.share_links set taken_down_at = now()
  where owner_id = owner and render_id = render and taken_down_at is null;
  return 'it is shown by no link, and its files are moved within minutes';
end
$$;

revoke execute on function private.take_down_render from public, anon, authenticated, service_role;


-- Takes down what a report names: select private.take_down('<id of a report>'). A render: as take_down_render(). A
-- collection: the same for every render in it, and every link to the collection stops. A community item is deleted, and
-- its file with it. For operators, in Studio. Locks the owner's profile.
create or replace function private.take_down(report_id uuid) returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  report private.reports;
  reported public.share_links;
begin
  select * into strict report from private.reports where id = report_id;
  if report.community_item_id is not null then
    delete from public.community_items where id = report.community_item_id;
    return 'the community item is deleted';
  end if;
  select * into strict reported from public.share_links where id = report.share_link_id;
  if coalesce(report.render_id, reported.render_id) is not null then
    return private.take_down_render(coalesce(report.render_id, reported.render_id), report.reason);
  end if;
  perform from public.profiles where id = reported.owner_id for no key update;
  perform private.take_down_render(item.render_id, report.reason)
  from public.collection_items as item where item.collection_id = reported.collection_id;
  update public.share_links set taken_down_at = now()
  where owner_id = reported.owner_id and collection_id = reported.collection_id and taken_down_at is null;
  return 'every link to it and to what is in it is off, and the files are moved within minutes';
end
$$;

revoke execute on function private.take_down from public, anon, authenticated, service_role;


-- Closes every report of what a report names, because nothing is wrong with it: select private.dismiss_report('<id of a
-- report>'). Somebody may report it again. For operators, in Studio.
create or replace function private.dismiss_report(report_id uuid) returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  named private.reports;
  closed bigint;
begin
  select * into strict named from private.reports where id = report_id;
  update private.reports as report set dismissed_at = now()
  where report.dismissed_at is null
    and (report.community_item_id = named.community_item_id
      or report.share_link_id = named.share_link_id and report.render_id is not distinct from named.render_id);
  get diagnostics closed = row_count;
  return closed || ' reports of it are closed';
end
$$;

revoke execute on function private.dismiss_report from public, anon, authenticated, service_role;


-- What visitors reported and no operator took down or dismissed, latest first: a row for each thing, with its latest
-- twenty messages. `address` follows the public
-- URL, and is null when the API's key has changed since; `live` says whether it still opens. `files` are names in the
-- bucket. For operators, in Studio.
drop view if exists private.open_reports;
create view private.open_reports with (security_invoker = true) as
select
  grouped.reports, grouped.reporters, grouped.latest, grouped.reasons, grouped.messages, grouped.report_id,
  grouped.owner_id,
  coalesce(item.title, render.title, collection.name) as title,
  case
    when item.id is not null then '/community/' || curated.slug || '?item=' || item.id
    when kept.token_hash = private.share_token_hash(private.share_token(link.id))
    then '/s/' || private.share_token(link.id)
  end as address,
  case
    when item.id is not null then item.is_published and coalesce(curated.published_at <= now(), false)
    else link.revoked_at is null and (link.expires_at is null or link.expires_at > now())
      and not private.is_blocked(link.owner_id)
  end as live,
  case
    when item.id is not null then array['community/' || item.path]
    else array(
      select 'renders/' || variant.path
      from public.render_variants as variant where variant.render_id = render.id order by variant.index
    )
  end as files
from (
  select
    owner_id, share_link_id, render_id, community_item_id, count(*) as reports,
    count(distinct reporter) as reporters, max(created_at) as latest, array_agg(distinct reason) as reasons,
    (array_agg(message order by created_at desc) filter (where message <> ''))[:20] as messages,
    (array_agg(id order by created_at desc))[1] as report_id
  from private.reports
  where dismissed_at is null
  group by owner_id, share_link_id, render_id, community_item_id
) as grouped
left join public.community_items as item on item.id = grouped.community_item_id
left join public.community_collections as curated on curated.id = item.collection_id
left join public.share_links as link on link.id = grouped.share_link_id
left join private.share_tokens as kept on kept.share_link_id = link.id
left join public.renders as render on render.id = coalesce(grouped.render_id, link.render_id)
left join public.collections as collection on collection.id = link.collection_id
where num_nonnulls(item.id, link.id) = 1 and link.taken_down_at is null and render.taken_down_at is null
  and (grouped.render_id is null or render.id is not null)
order by grouped.latest desc;


-- People of whom something was reported, the most often reported first: how many different things, how many reports and
-- by how many reporters, how many of the reports were dismissed, and how many of their renders are taken down now. What
-- they deleted since counts too. For operators, in Studio.
drop view if exists private.reported_people;
create view private.reported_people with (security_invoker = true) as
select
  report.owner_id, count(distinct coalesce(report.render_id, report.share_link_id)) as things, count(*) as reports,
  count(distinct report.reporter) as reporters, count(report.dismissed_at) as dismissed,
  array_agg(distinct report.reason) as reasons, max(report.created_at) as latest, removed.renders as taken_down
from private.reports as report
cross join lateral (
  select count(*) as renders from public.renders as render
  where render.owner_id = report.owner_id and render.taken_down_at is not null
) as removed
where report.owner_id is not null
group by report.owner_id, removed.renders
order by things desc, reports desc;
