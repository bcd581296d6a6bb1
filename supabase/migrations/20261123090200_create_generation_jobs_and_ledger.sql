-- Why: a submit is one job and one debit; both are moved by functions only.
-- Running code sees: new tables.
set local lock_timeout = '5s';

-- `expired` frees the slot at the deadline but is not settled: the debit waits for the provider's word.
create type public.job_status as enum ('queued', 'processing', 'expired', 'succeeded', 'failed', 'canceled');

create type public.ledger_kind as enum ('debit', 'refund', 'grant', 'adjustment');

create table public.generation_jobs (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null references public.profiles (id) on delete cascade,
  idempotency_key text not null check (length(idempotency_key) between 1 and 255),
  request_hash text not null,
  status public.job_status not null default 'queued',
  preset_id text not null references public.presets (id),
  title text not null check (length(title) <= 120 and btrim(title) <> ''),
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
  started_at timestamptz,
  finished_at timestamptz,
  unique (owner_id, idempotency_key),
  unique (id, owner_id)
);

-- One render runs at a time, whatever the code above the database believes.
create unique index generation_jobs_one_in_flight_idx on public.generation_jobs (owner_id)
  where status in ('queued', 'processing');

create index generation_jobs_page_idx on public.generation_jobs (owner_id, created_at desc, id desc);

-- What reconcile looks at.
create index generation_jobs_unsettled_idx on public.generation_jobs (heard_at)
  where status in ('queued', 'processing', 'expired');

create index generation_jobs_preset_id_idx on public.generation_jobs (preset_id);

-- Append-only. `amount` is in credits: a debit is negative, what is given back or granted is positive.
create table public.usage_ledger (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null references public.profiles (id) on delete cascade,
  job_id uuid,
  kind public.ledger_kind not null,
  amount integer not null,
  reason text not null,
  -- the moment whose month this row counts in: a refund counts where its debit did
  effective_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  foreign key (job_id, owner_id) references public.generation_jobs (id, owner_id) on delete cascade,
  check ((kind in ('debit', 'refund')) = (job_id is not null)),
  check (case kind when 'debit' then amount < 0 when 'adjustment' then amount <> 0 else amount > 0 end)
);

create unique index usage_ledger_one_debit_idx on public.usage_ledger (job_id) where kind = 'debit';

create unique index usage_ledger_one_refund_idx on public.usage_ledger (job_id) where kind = 'refund';

create index usage_ledger_job_id_idx on public.usage_ledger (job_id, owner_id);

create index usage_ledger_month_idx on public.usage_ledger (owner_id, effective_at) include (kind, amount);

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

alter table public.generation_jobs enable row level security;
alter table public.usage_ledger enable row level security;
alter table public.webhook_events enable row level security;
