-- The tables of the product: types, constraints, indexes, buckets, and row level security on every table.
-- Functions are in supabase/routines, who may do what in supabase/policies, plans and presets in supabase/rows.
--
-- Every reference to another row of a person carries the owner as a second column, because foreign key checks bypass
-- RLS: the id of somebody else's row and a random id then fail alike. Ids are random, lists are paged by
-- (created_at, id), and `on delete` is chosen on purpose each time.
--
-- The constraints `…_visible_…` refuse control, bidi and zero-width characters, which people could otherwise write past
-- the API; it removes them (libs/text.py). ZWNJ and ZWJ are letters' joiners and stay.
set local lock_timeout = '5s';

create extension if not exists pg_trgm with schema extensions;
create extension if not exists btree_gin with schema extensions;

-- SECURITY DEFINER functions and what the API's roles never read. PostgREST does not expose this schema.
create schema private;

-- `expired`: past its deadline. It no longer blocks the next submit, but its credits come back only when the provider
-- has said how it ended.
create type public.job_status as enum ('queued', 'processing', 'expired', 'succeeded', 'failed', 'canceled');

create type public.ledger_kind as enum ('debit', 'refund', 'grant', 'adjustment');


-- ---- Proofs

-- The API's proof key K as its two padded halves (K xor ipad, K xor opad; RFC 2104), so that plain sha256() makes exact
-- HMAC-SHA256. Filled from the environment by `db apply` and `db review`. The current key has no end. The one that it
-- replaced is accepted for a while, because processes that still have it are restarted one after the other.
create table private.proof_key (
  inner_pad bytea primary key check (length(inner_pad) = 64),
  outer_pad bytea not null check (length(outer_pad) = 64),
  accepted_until timestamptz
);

create unique index proof_key_current_idx on private.proof_key ((accepted_until is null)) where accepted_until is null;


-- ---- Plans, presets, people

create table public.plans (
  id text primary key,
  monthly_credits integer not null check (monthly_credits >= 0),
  max_variants integer not null check (max_variants >= 1),
  -- runs a day whose work may be given back before submits pause
  daily_given_back integer not null check (daily_given_back >= 1)
);

-- Which plan a Stripe price buys. Price ids differ between deployments, so the rows come from the environment, by
-- `db apply` and `db review`.
create table public.plan_prices (
  price_id text primary key,
  plan_id text not null references public.plans (id)
);

create index plan_prices_plan_id_idx on public.plan_prices (plan_id);

-- Rows of retired presets stay, because renders refer to them.
create table public.presets (
  id text primary key,
  credits integer not null check (credits >= 1),
  max_variants integer not null check (max_variants >= 1),
  -- switched by operators alone
  active boolean not null default true,
  -- no longer in runtime.py; supabase/rows alone writes it
  retired boolean not null default false
);

-- What the provider takes for one picture of a preset, in US dollars, by its price list. Nobody but us sees it.
create table private.preset_costs (
  preset_id text primary key references public.presets (id) on delete cascade,
  dollars numeric(12, 6) not null check (dollars > 0)
);

-- How long a run of each preset takes, learnt from the runs that succeeded.
create table public.preset_timings (
  preset_id text primary key references public.presets (id) on delete cascade,
  seconds real not null check (seconds >= 0),
  runs integer not null check (runs >= 1)
);

create table public.profiles (
  id uuid primary key references auth.users (id) on delete cascade,
  price_id text,
  stripe_customer_id text unique,
  created_at timestamptz not null default now(),
  subscription_id text,
  subscription_status text,
  -- the period that is paid, and the invoice that paid it
  period_start timestamptz,
  period_end timestamptz,
  invoice_id text,
  -- the credits hold until then, the plan's features until access_until (longer: grace after a failed payment). Null
  -- without an end: an operator gave the plan
  paid_until timestamptz,
  -- for a first month of credits that is no whole month of its own, because the plan was changed inside of it: since
  -- when usage counts in it, and its credits
  counted_from timestamptz,
  first_credits integer check (first_credits >= 0),
  -- when a canceled subscription ends
  cancel_at timestamptz,
  access_until timestamptz,
  -- a payment of this account is disputed, and its time is not over
  payment_disputed boolean not null default false,
  -- the number of the sync that was applied last, see next_billing_version()
  billing_version bigint not null default 0,
  -- closed by its owner since: refused everywhere, and being deleted. See delete_closed_account()
  closed_at timestamptz
);

-- Card issuers' early fraud warnings. No run of the person begins until an operator has dismissed it (docs/operations.md).
create table private.fraud_warnings (
  -- Stripe's id
  id text primary key,
  owner_id uuid not null references public.profiles (id) on delete cascade,
  warned_at timestamptz not null default now(),
  dismissed_at timestamptz
);

create index fraud_warnings_owner_id_idx on private.fraud_warnings (owner_id);

-- The key of the hashes of mailboxes, as its two padded halves, see renew_mailbox_key(). It never leaves the database.
create table private.mailbox_key (
  id boolean primary key default true check (id),
  inner_pad bytea not null check (length(inner_pad) = 64),
  outer_pad bytea not null check (length(outer_pad) = 64)
);

-- The mailbox, as a hash, whose free credits an account uses. Several accounts may have one (`ada+news@`).
create table private.mailboxes (
  owner_id uuid primary key references public.profiles (id) on delete cascade,
  mailbox bytea not null
);

create index mailboxes_mailbox_idx on private.mailboxes (mailbox);

-- What accounts used for free in a month, and what was given back to them on a day of it, before they left a mailbox: they
-- were deleted, or changed their address. The account may be gone, so nothing refers to it. Purged when the month has
-- ended.
create table private.carried_usage (
  mailbox bytea not null,
  account_id uuid not null,
  month timestamptz not null,
  month_ends timestamptz not null,
  used integer not null check (used >= 0),
  given_back_on date not null,
  given_back integer not null check (given_back >= 0),
  primary key (mailbox, account_id, month)
);

create index carried_usage_month_ends_idx on private.carried_usage (month_ends);

-- Domains of mailboxes for single use, which have no free credits. `db apply` and `db review` keep the list.
create table private.disposable_domains (
  domain text primary key check (domain = lower(domain))
);

-- Who may not generate, upload or share any more, see private.block(). Operators alone write it.
create table private.blocks (
  owner_id uuid primary key references public.profiles (id) on delete cascade,
  -- a sentence that the person reads
  reason text not null check (length(reason) <= 500 and btrim(reason) <> ''),
  blocked_at timestamptz not null default now()
);

-- What closed_accounts() lists.
create index profiles_closed_idx on public.profiles (id) where closed_at is not null;

-- Customers at Stripe whose account is closed or gone: each is deleted there, which ends what they pay, and then
-- leaves this table. Until then nothing of a closed account is deleted here.
create table private.customer_removals (
  customer_id text primary key,
  account_id uuid not null,
  queued_at timestamptz not null default now()
);

create index customer_removals_account_id_idx on private.customer_removals (account_id);

-- The mailboxes of blocked people: a block does not end with a deletion and another sign-up. `account_id` is whom the
-- block was for; the account may be gone.
create table private.blocked_mailboxes (
  mailbox bytea primary key,
  account_id uuid not null,
  reason text not null,
  blocked_at timestamptz not null default now()
);

create index blocked_mailboxes_account_idx on private.blocked_mailboxes (account_id);

-- Stripe's events come twice, late and out of order. Each sync takes a number before it asks Stripe for the current
-- state; a sync with a lower number than the one applied last changes nothing.
create sequence private.billing_versions;


-- ---- Generations and the ledger: a submit is one job and one debit; functions alone move both

create table public.generation_jobs (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null references public.profiles (id) on delete cascade,
  idempotency_key text not null check (length(idempotency_key) between 1 and 255),
  request_hash text not null,
  status public.job_status not null default 'queued',
  preset_id text not null references public.presets (id),
  title text not null check (length(title) <= 120 and btrim(title) <> ''),
  constraint generation_jobs_visible_title check (title !~ '[\u0001-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A\U000E0001-\U000E007F]'),
  prompt text not null,
  settings jsonb not null check (jsonb_typeof(settings) = 'object'),
  variants integer not null check (variants >= 1),
  seed bigint not null check (seed >= 0),
  -- `bucket/owner/...` of the photo or variant that the run starts from
  input_path text,
  source_variant_id uuid,
  collection_id uuid,
  credits integer not null check (credits >= 1),
  expected_seconds real not null check (expected_seconds > 0),
  prediction_id text unique,
  progress smallint not null default 0 check (progress between 0 and 100),
  ready smallint not null default 0 check (ready >= 0),
  error_code text,
  created_at timestamptz not null default now(),
  deadline_at timestamptz not null,
  cancel_requested_at timestamptz,
  heard_at timestamptz not null default now(),
  -- when reconciliation last took it up; until then, when it was made
  asked_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  -- when credits came back for work that the provider may bill: its owner canceled it, or its safety check refused it
  given_back_at timestamptz,
  unique (owner_id, idempotency_key),
  unique (id, owner_id)
);

-- One generation of a person runs at a time, whatever the code above the database believes.
create unique index generation_jobs_one_in_flight_idx on public.generation_jobs (owner_id)
  where status in ('queued', 'processing');
create index generation_jobs_page_idx on public.generation_jobs (owner_id, created_at desc, id desc);
-- What stale_generations() lists.
create index generation_jobs_unsettled_idx on public.generation_jobs (asked_at)
  where status in ('queued', 'processing', 'expired');
-- What given_back_today() counts.
create index generation_jobs_given_back_idx on public.generation_jobs (owner_id, given_back_at)
  where given_back_at is not null;
create index generation_jobs_preset_id_idx on public.generation_jobs (preset_id);
create index generation_jobs_source_variant_idx on public.generation_jobs (source_variant_id, owner_id);
create index generation_jobs_collection_idx on public.generation_jobs (collection_id, owner_id);

-- Append-only. `amount` is in credits: a debit is negative, what is given back or granted is positive.
create table public.usage_ledger (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null references public.profiles (id) on delete cascade,
  job_id uuid,
  kind public.ledger_kind not null,
  amount integer not null,
  reason text not null,
  -- taken from, or given back to, the free credits of a mailbox
  is_free boolean not null default false,
  -- decides the period that the row counts in: a refund counts where its debit did
  effective_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  foreign key (job_id, owner_id) references public.generation_jobs (id, owner_id) on delete cascade,
  check ((kind in ('debit', 'refund')) = (job_id is not null)),
  check (case kind when 'debit' then amount < 0 when 'adjustment' then amount <> 0 else amount > 0 end)
);

create unique index usage_ledger_one_debit_idx on public.usage_ledger (job_id) where kind = 'debit';
create unique index usage_ledger_one_refund_idx on public.usage_ledger (job_id) where kind = 'refund';
create index usage_ledger_job_id_idx on public.usage_ledger (job_id, owner_id);
create index usage_ledger_month_idx on public.usage_ledger (owner_id, effective_at) include (kind, amount, is_free);
create index usage_ledger_page_idx on public.usage_ledger (owner_id, created_at desc, id desc);

-- What was delivered and what came of it. Written in the same transaction as its effect.
create table public.webhook_events (
  provider text not null check (provider in ('replicate', 'stripe')),
  event_id text not null,
  job_id uuid,
  kind text not null,
  outcome text not null,
  received_at timestamptz not null default now(),
  primary key (provider, event_id, kind)
);

create index webhook_events_received_at_idx on public.webhook_events (received_at);


-- ---- Brakes: what stops the submits of everybody

-- One row. Without it every submit is refused. Operators write all columns but `planned_ceiling`, which supabase/rows
-- alone writes: a deployment never undoes what an operator switched.
create table private.brakes (
  id boolean primary key default true check (id),
  paused boolean not null default false,
  -- what people read while submits are paused; null: our own sentence
  pause_sentence text check (length(pause_sentence) <= 300 and btrim(pause_sentence) <> ''),
  -- provider cost of a day in US dollars, at most; null: as planned
  ceiling numeric(12, 2) check (ceiling >= 0),
  planned_ceiling numeric(12, 2) not null check (planned_ceiling >= 0)
);

-- The provider cost of each day (UTC) in US dollars, by its price list. Not a sum over jobs: those of a deleted account
-- are gone, and what they cost is not.
create table private.provider_days (
  day date primary key,
  dollars numeric(14, 6) not null check (dollars >= 0)
);


-- ---- Renders and collections: what a generation made, and where people keep it

create table public.renders (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null references public.profiles (id) on delete cascade,
  -- a job makes one render at most
  job_id uuid not null unique,
  preset_id text not null references public.presets (id),
  title text not null check (length(title) <= 120 and btrim(title) <> ''),
  constraint renders_visible_title check (title !~ '[\u0001-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A\U000E0001-\U000E007F]'),
  prompt text not null,
  settings jsonb not null,
  seed bigint not null,
  input_path text,
  source_variant_id uuid,
  cover_variant_id uuid,
  created_at timestamptz not null default now(),
  -- in the trash since; null outside of it
  deleted_at timestamptz,
  -- taken down by an operator since, see private.take_down(), and why: one of the reasons of a report
  taken_down_at timestamptz,
  taken_down_reason text check (taken_down_reason in ('illegal', 'private', 'offensive', 'other')),
  check ((taken_down_at is null) = (taken_down_reason is null)),
  unique (id, owner_id),
  -- PostgREST embeds a job's render as one object only when the foreign key's columns are unique together
  unique (job_id, owner_id),
  foreign key (job_id, owner_id) references public.generation_jobs (id, owner_id) on delete cascade
);

create table public.render_variants (
  id uuid primary key default gen_random_uuid(),
  render_id uuid not null,
  owner_id uuid not null,
  index smallint not null check (index >= 0),
  path text not null unique,
  thumbnail_path text not null unique,
  mime text not null,
  width integer not null check (width >= 1),
  height integer not null check (height >= 1),
  bytes integer not null check (bytes >= 1),
  placeholder text not null,
  created_at timestamptz not null default now(),
  unique (render_id, index),
  unique (id, render_id),
  unique (id, owner_id),
  foreign key (render_id, owner_id) references public.renders (id, owner_id) on delete cascade
);

create index render_variants_render_idx on public.render_variants (render_id, owner_id);
create index render_variants_owner_idx on public.render_variants (owner_id, created_at desc, id desc);

-- The cover is one of the render's own variants.
alter table public.renders
  add constraint renders_cover_variant_fkey foreign key (cover_variant_id, id)
    references public.render_variants (id, render_id) on delete set null (cover_variant_id),
  add constraint renders_source_variant_fkey foreign key (source_variant_id, owner_id)
    references public.render_variants (id, owner_id) on delete set null (source_variant_id);

create index renders_page_idx on public.renders (owner_id, created_at desc, id desc) where deleted_at is null;
create index renders_preset_page_idx on public.renders (owner_id, preset_id, created_at desc, id desc)
  where deleted_at is null;
create index renders_trash_idx on public.renders (owner_id, deleted_at desc, id desc) where deleted_at is not null;
-- What purge_trash() looks for, over everybody.
create index renders_trashed_at_idx on public.renders (deleted_at) where deleted_at is not null;
-- The owner is part of the index, so that a search reads one person's words only.
create index renders_words_idx on public.renders
  using gin (owner_id, (title || E'\n' || prompt) extensions.gin_trgm_ops);
-- What deletes and exports all that a person has reads this one: the page indexes leave out the trash.
create index renders_owner_idx on public.renders (owner_id, created_at desc, id desc);
create index renders_preset_id_idx on public.renders (preset_id);
create index renders_cover_variant_idx on public.renders (cover_variant_id, id);
create index renders_source_variant_idx on public.renders (source_variant_id, owner_id);

create table public.collections (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null default auth.uid() references public.profiles (id) on delete cascade,
  name text not null check (length(name) <= 80 and btrim(name) <> ''),
  constraint collections_visible_name check (name !~ '[\u0001-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A\U000E0001-\U000E007F]'),
  is_favorites boolean not null default false,
  created_at timestamptz not null default now(),
  -- one of its own items; without one the latest renders show
  cover_render_id uuid,
  unique (id, owner_id)
);

-- One "My Favorites" per person: create_profile() makes it, keep_my_favorites() keeps it.
create unique index collections_one_favorites_idx on public.collections (owner_id) where is_favorites;
create index collections_page_idx on public.collections (owner_id, created_at desc, id desc);
create index collections_cover_idx on public.collections (id, cover_render_id);

create table public.collection_items (
  collection_id uuid not null,
  render_id uuid not null,
  owner_id uuid not null default auth.uid(),
  -- NaN, which sorts above infinity, and the infinities are no JSON numbers: PostgREST would answer null
  position double precision not null default 0 check (position > '-infinity' and position < 'infinity'),
  added_at timestamptz not null default now(),
  -- renders.created_at, which never changes: the order of My Renders inside a collection. copy_render_time() fills it.
  render_created_at timestamptz not null default now(),
  primary key (collection_id, render_id),
  foreign key (collection_id, owner_id) references public.collections (id, owner_id) on delete cascade,
  foreign key (render_id, owner_id) references public.renders (id, owner_id) on delete cascade
);

-- The three orders in which a collection is read.
create index collection_items_position_idx on public.collection_items (collection_id, position, render_id);
create index collection_items_added_idx on public.collection_items (collection_id, added_at desc, render_id desc);
create index collection_items_made_idx
  on public.collection_items (collection_id, render_created_at desc, render_id desc);
create index collection_items_collection_idx on public.collection_items (collection_id, owner_id);
create index collection_items_render_idx on public.collection_items (render_id, owner_id);
-- bound_rows() counts them.
create index collection_items_owner_idx on public.collection_items (owner_id);

-- How many rows of a table one person may have. Rows come from supabase/rows.
create table private.row_bounds (
  id text primary key,
  max_rows integer not null check (max_rows > 0)
);

alter table public.collections
  add constraint collections_cover_fkey foreign key (id, cover_render_id)
    references public.collection_items (collection_id, render_id) on delete set null (cover_render_id);

alter table public.generation_jobs
  add constraint generation_jobs_source_variant_fkey foreign key (source_variant_id, owner_id)
    references public.render_variants (id, owner_id) on delete set null (source_variant_id),
  add constraint generation_jobs_collection_fkey foreign key (collection_id, owner_id)
    references public.collections (id, owner_id) on delete set null (collection_id);


-- ---- Files

-- Files are deleted and moved through the Storage API, never by SQL, and rows go by cascade. So a transaction leaves here
-- what is to become of files, and the webhook handlers, which have the service role, do it: the files of a deleted row
-- are removed, those of a picture that was taken down are moved to another name. A file that is about to be stored waits
-- here too, until the row that names it exists. After a crash this table still names every file that has no row.
create table private.file_changes (
  bucket text not null,
  -- "C", so that the primary key gives all names of one folder
  name text collate "C" not null,
  due_at timestamptz not null default now(),
  -- where the file is moved to, in the same bucket; null: it is removed
  new_name text unique,
  -- the job whose picture the file is to become; null for the files of rows that were deleted
  job_id uuid,
  primary key (bucket, name)
);

create index file_changes_due_at_idx on private.file_changes (due_at);


-- ---- Share links: a person shows a render or a collection by an unguessable link and can turn it off again

-- A visitor never reads a table: the API asks with its proof for what one token opens.
create table public.share_links (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null default auth.uid() references public.profiles (id) on delete cascade,
  render_id uuid,
  collection_id uuid,
  include_settings boolean not null default false,
  expires_at timestamptz,
  revoked_at timestamptz,
  -- set by an operator, see private.take_down()
  taken_down_at timestamptz,
  created_at timestamptz not null default now(),
  check (num_nonnulls(render_id, collection_id) = 1),
  foreign key (render_id, owner_id) references public.renders (id, owner_id) on delete cascade,
  foreign key (collection_id, owner_id) references public.collections (id, owner_id) on delete cascade
);

create index share_links_page_idx on public.share_links (owner_id, created_at desc, id desc);
create index share_links_render_idx on public.share_links (render_id, owner_id);
create index share_links_collection_idx on public.share_links (collection_id, owner_id);

-- What the token of each link hashes to; a table of its own, so that nobody who reads links reads this.
create table private.share_tokens (
  share_link_id uuid primary key references public.share_links (id) on delete cascade,
  token_hash bytea not null unique
);


-- ---- The community: sets that operators curate in Studio (docs/operations.md); nobody writes them through the API

create table public.community_collections (
  id uuid primary key default gen_random_uuid(),
  slug text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 60),
  title text not null check (length(title) <= 80 and btrim(title) <> ''),
  description text not null check (length(description) <= 300),
  tags text[] not null default '{}' check (cardinality(tags) <= 8),
  -- where it stands in the list, lowest first
  position integer not null default 0,
  -- null is a draft; a time in the future is a plan
  published_at timestamptz,
  created_at timestamptz not null default now(),
  -- this address is that of the list of tags
  constraint community_collections_slug_check1 check (slug <> 'tags')
);

create index community_collections_page_idx on public.community_collections (position, id);

create table public.community_items (
  id uuid primary key default gen_random_uuid(),
  collection_id uuid not null references public.community_collections (id) on delete cascade,
  position integer not null default 0,
  title text not null check (length(title) <= 120 and btrim(title) <> ''),
  credit text not null check (length(credit) <= 120),
  -- what made the picture, as the first variant of a run; `./maquette community check` compares it with runtime.py
  preset_id text not null references public.presets (id),
  prompt text not null check (length(prompt) <= 1000),
  settings jsonb not null check (jsonb_typeof(settings) = 'object'),
  seed bigint not null check (seed >= 1),
  -- names in the `community` bucket
  path text not null unique,
  thumbnail_path text not null unique,
  width integer not null check (width >= 1),
  height integer not null check (height >= 1),
  placeholder text not null,
  is_published boolean not null default true,
  created_at timestamptz not null default now()
);

create index community_items_page_idx on public.community_items (collection_id, position, id);
create index community_items_preset_id_idx on public.community_items (preset_id);

-- What visitors report: a link, a render that it shows, or an item of the community. Operators read open_reports.
-- A link and a render are named without a reference: when their owner deletes them, it stays known for as long as the
-- account that something of it was reported.
create table private.reports (
  id uuid primary key default gen_random_uuid(),
  -- whose link it is; null for an item of the community
  owner_id uuid references public.profiles (id) on delete cascade,
  share_link_id uuid,
  render_id uuid,
  community_item_id uuid references public.community_items (id) on delete cascade,
  reason text not null check (reason in ('illegal', 'private', 'offensive', 'other')),
  message text not null check (length(message) <= 500),
  -- the pseudonym of the address that it came from, as in the log
  reporter text not null check (reporter ~ '^[0-9a-f]{16}$'),
  created_at timestamptz not null default now(),
  -- set by an operator who sees nothing wrong, see private.dismiss_report()
  dismissed_at timestamptz,
  check (num_nonnulls(share_link_id, community_item_id) = 1),
  check ((owner_id is null) = (share_link_id is null)),
  check (render_id is null or share_link_id is not null)
);

create index reports_owner_id_idx on private.reports (owner_id);
create index reports_share_link_id_idx on private.reports (share_link_id);
create index reports_community_item_id_idx on private.reports (community_item_id);
create index reports_reporter_idx on private.reports (reporter, created_at);


-- ---- Buckets

-- Limits are the bucket's own, so they hold for every way to upload. Names: inputs/{owner}/{sha256}.jpg,
-- renders/{owner}/{job}/{index}.{ext}. Files of `community` are public by address and listed to nobody.
insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values
  ('inputs', 'inputs', false, 26214400, array['image/jpeg']),
  ('renders', 'renders', false, 52428800, array['image/jpeg', 'image/png', 'image/webp']),
  ('community', 'community', true, 26214400, array['image/jpeg', 'image/png', 'image/webp'])
on conflict (id) do update set
  public = excluded.public,
  file_size_limit = excluded.file_size_limit,
  allowed_mime_types = excluded.allowed_mime_types;


-- ---- Row level security: a table without policies denies everybody

alter table private.customer_removals enable row level security;
alter table private.proof_key enable row level security;
alter table public.plans enable row level security;
alter table public.plan_prices enable row level security;
alter table public.presets enable row level security;
alter table public.preset_timings enable row level security;
alter table private.preset_costs enable row level security;
alter table private.brakes enable row level security;
alter table private.provider_days enable row level security;
alter table public.profiles enable row level security;
alter table private.fraud_warnings enable row level security;
alter table private.mailbox_key enable row level security;
alter table private.mailboxes enable row level security;
alter table private.carried_usage enable row level security;
alter table private.disposable_domains enable row level security;
alter table private.blocks enable row level security;
alter table private.blocked_mailboxes enable row level security;
alter table public.generation_jobs enable row level security;
alter table public.usage_ledger enable row level security;
alter table public.webhook_events enable row level security;
alter table public.renders enable row level security;
alter table public.render_variants enable row level security;
alter table public.collections enable row level security;
alter table public.collection_items enable row level security;
alter table private.row_bounds enable row level security;
alter table private.file_changes enable row level security;
alter table public.share_links enable row level security;
alter table private.share_tokens enable row level security;
alter table public.community_collections enable row level security;
alter table public.community_items enable row level security;
alter table private.reports enable row level security;


-- ---- Accounts that signed up before these tables were made; create_profile() makes both rows from now on

insert into public.profiles (id) select id from auth.users;

insert into public.collections (owner_id, name, is_favorites) select id, 'My Favorites', true from public.profiles;
