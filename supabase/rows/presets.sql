-- presets: what a picture costs. Generated from libs/app_config/runtime.py by `python -m libs.app_config.database_rows --write`.
-- `active` is left alone where the row exists: operators take a preset off sale, and it stays so. Rows of presets that
-- are gone from runtime.py stay, because renders refer to them, and are switched off.
insert into public.presets (id, credits, max_variants)
values
  ('warm-minimal', 2, 4),
  ('room-makeover', 1, 1),
  ('kitchen-refresh', 4, 1),
  ('daylight-facade', 2, 4),
  ('golden-dusk', 4, 1),
  ('remote-cabin', 5, 1),
  ('studio-plinth', 3, 1),
  ('clean-packshot', 1, 4),
  ('quiet-still-life', 2, 4),
  ('first-ideas', 1, 4),
  ('impossible-places', 3, 1),
  ('graphic-poster', 3, 1)
on conflict (id) do update set
  credits = excluded.credits,
  max_variants = excluded.max_variants;

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
