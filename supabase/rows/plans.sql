-- plans: what a plan allows. Generated from libs/app_config/runtime.py by `python -m libs.app_config.database_rows --write`.
insert into public.plans (id, monthly_credits, max_variants, daily_given_back)
values
  ('free', 40, 2, 8),
  ('pro', 200, 4, 20),
  ('studio', 1000, 4, 60)
on conflict (id) do update set
  monthly_credits = excluded.monthly_credits,
  max_variants = excluded.max_variants,
  daily_given_back = excluded.daily_given_back;
