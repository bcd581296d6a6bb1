-- A project of the tests' own: one table, one function, one bucket.
create table public.notes (
  id bigint generated always as identity primary key,
  owner_id uuid not null default auth.uid(),
  body text not null check (body <> ''),
  secret text not null default 'hidden',
  created_at timestamptz not null default now()
);

alter table public.notes enable row level security;

create function public.echo(value jsonb) returns jsonb
language sql immutable set search_path = ''
as $$ select value $$;

create function public.setting(name text) returns text
language sql stable set search_path = ''
as $$ select current_setting(name) $$;

create function public.delete_files() returns void
language sql security definer set search_path = ''
as $$ delete from storage.objects $$;

insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values ('files', 'files', false, 1048576, array['image/png', 'text/plain'])
on conflict (id) do nothing;

-- Refuses to write over a file.
create function public.keep_file() returns trigger
language plpgsql set search_path = ''
as $$ begin raise sqlstate '42501' using message = 'kept'; end $$;

create trigger keep_file before update of version on storage.objects
  for each row when (new.name like '%/kept.png') execute function public.keep_file();

-- Whether a request names the color of the day.
create function public.knows_the_color() returns boolean
language sql stable set search_path = ''
as $$ select current_setting('request.headers', true)::jsonb ->> 'x-color' = 'canary' $$;
