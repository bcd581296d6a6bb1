-- Why: who people are, what they may spend, and what a picture costs: the figures that reserve_generation() trusts.
-- Running code sees: new tables; rows of plans and presets come from supabase/seed.sql, generated from runtime.py.
set local lock_timeout = '5s';

create table public.plans (
  id text primary key,
  monthly_credits integer not null check (monthly_credits >= 0),
  max_variants integer not null check (max_variants >= 1)
);

-- Stripe price ids differ between deployments, so this mapping is filled from the environment by `db apply` and `db review`.
create table public.plan_prices (
  price_id text primary key,
  plan_id text not null references public.plans (id)
);

create index plan_prices_plan_id_idx on public.plan_prices (plan_id);

create table public.presets (
  id text primary key,
  family text not null,
  credits integer not null check (credits >= 1),
  max_variants integer not null check (max_variants >= 1),
  photo text not null check (photo in ('none', 'optional', 'required')),
  active boolean not null default true
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
  created_at timestamptz not null default now()
);

alter table public.plans enable row level security;
alter table public.plan_prices enable row level security;
alter table public.presets enable row level security;
alter table public.preset_timings enable row level security;
alter table public.profiles enable row level security;
