-- presets: what a picture costs. Generated from libs/app_config/runtime.py by `python -m libs.app_config.database_rows --write`.
-- `active` is left alone where the row exists: operators take a preset off sale, and it stays so. Rows of presets that
-- are gone from runtime.py stay, because renders refer to them, and are switched off.
insert into public.presets (id, family, credits, max_variants, photo)
values
  ('warm-minimal', 'interior', 2, 4, 'optional'),
  ('room-makeover', 'interior', 1, 1, 'required'),
  ('kitchen-refresh', 'interior', 4, 1, 'required'),
  ('daylight-facade', 'exterior', 2, 4, 'optional'),
  ('golden-dusk', 'exterior', 4, 1, 'required'),
  ('remote-cabin', 'exterior', 5, 1, 'optional'),
  ('studio-plinth', 'product', 3, 1, 'optional'),
  ('clean-packshot', 'product', 1, 4, 'none'),
  ('quiet-still-life', 'product', 2, 4, 'optional'),
  ('first-ideas', 'concept', 1, 4, 'none'),
  ('impossible-places', 'concept', 3, 1, 'none'),
  ('graphic-poster', 'concept', 3, 1, 'none')
on conflict (id) do update set
  family = excluded.family,
  credits = excluded.credits,
  max_variants = excluded.max_variants,
  photo = excluded.photo;

update public.presets set active = false where active and id not in (
  'warm-minimal',
  'room-makeover',
  'kitchen-refresh',
  'daylight-facade',
  'golden-dusk',
  'remote-cabin',
  'studio-plinth',
  'clean-packshot',
  'quiet-still-life',
  'first-ideas',
  'impossible-places',
  'graphic-poster'
);
