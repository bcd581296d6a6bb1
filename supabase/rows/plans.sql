-- plans: what a plan allows. Generated from libs/app_config/runtime.py by `python -m libs.app_config.database_rows --write`.
insert into public.plans (id, monthly_credits, max_variants)
values
  ('free', 40, 2),
  ('pro', 200, 4),
  ('studio', 1000, 4)
on conflict (id) do update set
  monthly_credits = excluded.monthly_credits,
  max_variants = excluded.max_variants;
