-- Why: a visitor reports a shared or a community picture; operators read reports and take one down with one statement.
-- Running code sees: a private table and the RPC report_picture.
set local lock_timeout = '5s';

create table private.reports (
  id uuid primary key default gen_random_uuid(),
  share_link_id uuid references public.share_links (id) on delete cascade,
  community_item_id uuid references public.community_items (id) on delete cascade,
  reason text not null check (reason in ('illegal', 'private', 'offensive', 'other')),
  message text not null check (length(message) <= 500),
  created_at timestamptz not null default now(),
  check (num_nonnulls(share_link_id, community_item_id) = 1)
);

create index reports_created_at_idx on private.reports (created_at);
create index reports_share_link_id_idx on private.reports (share_link_id);
create index reports_community_item_id_idx on private.reports (community_item_id);

alter table private.reports enable row level security;

-- Note a report. Who reports is not asked and not kept. The twenty-first report of one picture says nothing new and is
-- dropped; past 500 in an hour, over everything, somebody plays with the form: PT429 rate_limited.
-- Request: {"token", "item_id", "reason", "message"}, one of the first two null. Called as `anon`: the proof alone
-- opens it. Raises PT404 share_not_found, community_item_not_found.
create function private.report_picture(request text, proof text) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  asked jsonb;
  link uuid;
  item uuid;
begin
  perform private.verify_proof('report_picture', request, proof);
  asked := request::jsonb;
  if asked ->> 'token' is not null then
    select id into link from private.live_share(asked ->> 'token');
    if not found then
      raise sqlstate 'PT404' using message = 'share_not_found', detail = '{}';
    end if;
  else
    select shown.id into item
    from public.community_items as shown
    join public.community_collections as curated on curated.id = shown.collection_id
    where shown.id = (asked ->> 'item_id')::uuid and shown.is_published and curated.published_at <= now();
    if not found then
      raise sqlstate 'PT404' using message = 'community_item_not_found', detail = '{}';
    end if;
  end if;

  -- One at a time, so that the bounds are exact.
  perform pg_advisory_xact_lock(hashtext('report_picture'));
  if (select count(*) from private.reports where created_at > now() - interval '1 hour') >= 500 then
    raise sqlstate 'PT429' using message = 'rate_limited', detail = '{}';
  end if;
  if (select count(*) from private.reports where share_link_id = link or community_item_id = item) < 20 then
    insert into private.reports (share_link_id, community_item_id, reason, message)
    values (link, item, asked ->> 'reason', asked ->> 'message');
  end if;
end
$$;

create function public.report_picture(request text, proof text) returns void
language sql volatile security invoker set search_path = ''
as $$ select private.report_picture(request, proof) $$;

-- An operator's one statement: select private.take_down('<id of a report>'). Every link to that render or collection
-- stops at once and no new one can be made; a community item is deleted, and its file with it. Granted to nobody.
create function private.take_down(report_id uuid) returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  report private.reports;
begin
  select * into strict report from private.reports where id = report_id;
  if report.community_item_id is not null then
    delete from public.community_items where id = report.community_item_id;
    return 'the community item is deleted';
  end if;
  update public.share_links as link set taken_down_at = now()
  from public.share_links as reported
  where reported.id = report.share_link_id and link.owner_id = reported.owner_id and link.taken_down_at is null
    and (link.render_id = reported.render_id or link.collection_id = reported.collection_id);
  return 'every link to it is off';
end
$$;
