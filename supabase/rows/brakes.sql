-- brakes: the planned ceiling of provider cost a day, in US dollars. Generated from libs/app_config/runtime.py by `python -m libs.app_config.database_rows --write`.
-- The other columns are left alone: operators switch them.
insert into private.brakes (id, planned_ceiling)
values
  (true, 100)
on conflict (id) do update set
  planned_ceiling = excluded.planned_ceiling;
