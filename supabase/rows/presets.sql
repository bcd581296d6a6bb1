-- presets: what a picture costs. Generated from libs/app_config/runtime.py by `python -m libs.app_config.database_rows --write`.
-- `active` is left alone: operators take a preset off sale, and it stays so. Rows of presets that are gone from
-- runtime.py stay, because renders refer to them, and are retired.
insert into public.presets (id, credits, max_variants, retired)
values
  ('warm-minimal', 2, 4, false),
  ('room-makeover', 1, 1, false),
  ('kitchen-refresh', 4, 1, false),
  ('daylight-facade', 2, 4, false),
  ('golden-dusk', 4, 1, false),
  ('remote-cabin', 5, 1, false),
  ('studio-plinth', 3, 1, false),
  ('clean-packshot', 1, 4, false),
  ('quiet-still-life', 2, 4, false),
  ('first-ideas', 1, 4, false),
  ('impossible-places', 3, 1, false),
  ('graphic-poster', 3, 1, false)
on conflict (id) do update set
  credits = excluded.credits,
  max_variants = excluded.max_variants,
  retired = excluded.retired;

-- What Replicate takes for a picture, in US dollars.
insert into private.preset_costs (preset_id, dollars)
values
  ('warm-minimal', 0.025),
  ('room-makeover', 0.015),
  ('kitchen-refresh', 0.05),
  ('daylight-facade', 0.025),
  ('golden-dusk', 0.05),
  ('remote-cabin', 0.065),
  ('studio-plinth', 0.04),
  ('clean-packshot', 0.003),
  ('quiet-still-life', 0.025),
  ('first-ideas', 0.003),
  ('impossible-places', 0.04),
  ('graphic-poster', 0.04)
on conflict (preset_id) do update set
  dollars = excluded.dollars;

update public.presets set retired = true where not retired and id not in (
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
