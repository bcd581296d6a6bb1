-- Generated from libs/app_config/runtime.py by `python -m libs.app_config.database_rows`. Safe to apply again.
-- Renders refer to retired presets, so their rows stay, and nothing new is made with them.

insert into public.plans (id, monthly_credits, max_variants)
values
  ('free', 40, 2),
  ('pro', 200, 4),
  ('studio', 1000, 4)
on conflict (id) do update set
  monthly_credits = excluded.monthly_credits,
  max_variants = excluded.max_variants;

insert into public.presets (id, family, credits, max_variants, photo, active)
values
  ('warm-minimal', 'interior', 2, 4, 'optional', true),
  ('room-makeover', 'interior', 1, 1, 'required', true),
  ('kitchen-refresh', 'interior', 4, 1, 'required', true),
  ('daylight-facade', 'exterior', 2, 4, 'optional', true),
  ('golden-dusk', 'exterior', 4, 1, 'required', true),
  ('remote-cabin', 'exterior', 5, 1, 'optional', true),
  ('studio-plinth', 'product', 3, 1, 'optional', true),
  ('clean-packshot', 'product', 1, 4, 'none', true),
  ('quiet-still-life', 'product', 2, 4, 'optional', true),
  ('first-ideas', 'concept', 1, 4, 'none', true),
  ('impossible-places', 'concept', 3, 1, 'none', true),
  ('graphic-poster', 'concept', 3, 1, 'none', true)
on conflict (id) do update set
  family = excluded.family,
  credits = excluded.credits,
  max_variants = excluded.max_variants,
  photo = excluded.photo,
  active = excluded.active;

update public.presets set active = false where active and id not in ('warm-minimal', 'room-makeover', 'kitchen-refresh', 'daylight-facade', 'golden-dusk', 'remote-cabin', 'studio-plinth', 'clean-packshot', 'quiet-still-life', 'first-ideas', 'impossible-places', 'graphic-poster');
