-- row_bounds: how many rows of a table one person may have. Generated from libs/app_config/runtime.py by `python -m libs.app_config.database_rows --write`.
insert into private.row_bounds (id, max_rows)
values
  ('collections', 1000),
  ('collection_items', 200000),
  ('share_links', 5000)
on conflict (id) do update set
  max_rows = excluded.max_rows;
