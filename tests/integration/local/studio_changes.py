"""Changes as somebody makes them in Studio, and all that is said about each."""

JPEG = "26214400 bytes, image/jpeg"
REALTIME = "Realtime would send deleted rows past row level security"
READS = 'policy "renders: owner reads" on public.renders'
OWNER = "(owner_id = ( SELECT private.caller_id() AS caller_id))"


def differs(name: str, here: str, there: str) -> str:
    return f"{name} is `{here}`; the migrations make it `{there}`"


CHANGES = {
    "function body": (
        """do $$ begin
          execute replace(
            pg_get_functiondef('private.my_usage()'::regprocedure), 'private.caller_id()', 'gen_random_uuid()'
          );
        end $$""",
        ["function private.my_usage() is not as the migrations make it"],
    ),
    "function that lost its search path": (
        "alter function public.my_usage() reset search_path",
        ["function public.my_usage() is not as the migrations make it"],
    ),
    "function dropped": (
        "drop function public.my_usage()",
        [
            "function public.my_usage() is missing",
            "grant EXECUTE on routine public.my_usage() to authenticated is missing",
        ],
    ),
    "function added, open to everybody by default": (
        "create function public.fresh() returns int language sql as 'select 1'",
        [
            "function public.fresh() comes from no migration",
            "grant EXECUTE on routine public.fresh() to public comes from no migration",
        ],
    ),
    "function granted to anon": (
        "grant execute on function public.my_usage() to anon",
        ["grant EXECUTE on routine public.my_usage() to anon comes from no migration"],
    ),
    "column added": (
        "alter table public.renders add column note text",
        ["column public.renders.note comes from no migration"],
    ),
    "column dropped": (
        "alter table public.render_variants drop column placeholder",
        ["column public.render_variants.placeholder is missing"],
    ),
    "column of another type": (
        "alter table public.plans alter column max_variants type bigint",
        [differs("column public.plans.max_variants", "bigint not null", "integer not null")],
    ),
    "column that may be null": (
        "alter table public.plans alter column max_variants drop not null",
        [differs("column public.plans.max_variants", "integer", "integer not null")],
    ),
    "default changed": (
        "alter table public.presets alter column active set default false",
        [differs("column public.presets.active", "boolean not null default false", "boolean not null default true")],
    ),
    "constraint dropped": (
        "alter table public.plans drop constraint plans_monthly_credits_check",
        ["constraint plans_monthly_credits_check on public.plans is missing"],
    ),
    "constraint weakened": (
        """alter table public.plans drop constraint plans_monthly_credits_check;
        alter table public.plans add constraint plans_monthly_credits_check check (monthly_credits >= -1)""",
        [
            differs(
                "constraint plans_monthly_credits_check on public.plans",
                "CHECK ((monthly_credits >= '-1'::integer))",
                "CHECK ((monthly_credits >= 0))",
            )
        ],
    ),
    "foreign key without cascade": (
        """alter table public.profiles drop constraint profiles_id_fkey;
        alter table public.profiles add constraint profiles_id_fkey foreign key (id) references auth.users (id)""",
        [
            differs(
                "constraint profiles_id_fkey on public.profiles",
                "FOREIGN KEY (id) REFERENCES auth.users(id)",
                "FOREIGN KEY (id) REFERENCES auth.users(id) ON DELETE CASCADE",
            )
        ],
    ),
    "index dropped": (
        "drop index public.plan_prices_plan_id_idx",
        ["index public.plan_prices_plan_id_idx is missing"],
    ),
    "index added": (
        "create index stray on public.plans (max_variants)",
        ["index public.stray comes from no migration"],
    ),
    "trigger disabled": (
        "alter table public.collections disable trigger keep_my_favorites",
        ["trigger keep_my_favorites on public.collections is not as the migrations make it"],
    ),
    "trigger on auth.users dropped": (
        "drop trigger create_profile on auth.users",
        ["trigger create_profile on auth.users is missing"],
    ),
    "trigger of ours on storage.objects": (
        """create trigger stray before insert on storage.objects
        for each row execute function private.keep_share_token()""",
        ["trigger stray on storage.objects comes from no migration"],
    ),
    "type extended": (
        "alter type public.ledger_kind add value 'gift'",
        [
            differs(
                "type public.ledger_kind",
                "'debit', 'refund', 'grant', 'adjustment', 'gift'",
                "'debit', 'refund', 'grant', 'adjustment'",
            )
        ],
    ),
    "sequence that starts again": (
        "alter sequence private.billing_versions cycle",
        [
            differs(
                "sequence private.billing_versions",
                "bigint from 1 by 1, 1 to 9223372036854775807, cycles",
                "bigint from 1 by 1, 1 to 9223372036854775807",
            )
        ],
    ),
    "view that asks no policy": (
        "alter view private.open_reports reset (security_invoker)",
        ["table private.open_reports is not as the migrations make it"],
    ),
    "table without row level security": (
        "alter table public.renders disable row level security",
        ["table public.renders has no row level security: everybody with a grant reaches every row"],
    ),
    "table added, open by default": (
        "create table public.bare (id int); grant select on public.bare to anon",
        [
            "grant SELECT on table public.bare to anon comes from no migration",
            "table public.bare has no row level security: everybody with a grant reaches every row",
            "table public.bare comes from no migration",
        ],
    ),
    "table dropped": (
        "drop table public.preset_timings",
        ["table public.preset_timings is missing"],
    ),
    "policy dropped": (
        'drop policy "renders: owner reads" on public.renders',
        ['policy "renders: owner reads" on public.renders is missing'],
    ),
    "policy edited": (
        'alter policy "renders: owner reads" on public.renders using (true)',
        [differs(READS, "select to authenticated using (true)", f"select to authenticated using ({OWNER})")],
    ),
    "policy for everybody": (
        'alter policy "renders: owner reads" on public.renders to public',
        [differs(READS, f"select to public using ({OWNER})", f"select to authenticated using ({OWNER})")],
    ),
    "policy on storage": (
        'create policy "open" on storage.objects for select to anon using (true)',
        ["policy open on storage.objects comes from no migration"],
    ),
    "grant on a table": (
        "grant delete on public.renders to authenticated",
        ["grant DELETE on table public.renders to authenticated comes from no migration"],
    ),
    "grant on a column": (
        "grant update (owner_id) on public.renders to authenticated",
        ["grant UPDATE (owner_id) on table public.renders to authenticated comes from no migration"],
    ),
    "grant on a sequence": (
        "grant usage on sequence private.billing_versions to anon",
        ["grant USAGE on sequence private.billing_versions to anon comes from no migration"],
    ),
    "grant revoked": (
        "revoke select on public.plans from anon",
        ["grant SELECT on table public.plans to anon is missing"],
    ),
    "objects may be made": (
        "grant create on schema public to authenticated",
        ["grant CREATE on schema public to authenticated comes from no migration"],
    ),
    "public bucket": (
        "update storage.buckets set public = true where id = 'inputs'",
        [differs("bucket inputs", f"public, {JPEG}", f"private, {JPEG}")],
    ),
    "bucket for any size and type": (
        "update storage.buckets set file_size_limit = null, allowed_mime_types = null where id = 'inputs'",
        [differs("bucket inputs", "private, any size, any type", f"private, {JPEG}")],
    ),
    "bucket added": (
        "insert into storage.buckets (id, name, public) values ('open', 'open', true)",
        ["bucket open comes from no migration"],
    ),
    "bucket deleted": (
        "set local storage.allow_delete_query = 'true'; delete from storage.buckets where id = 'inputs'",
        ["bucket inputs is missing"],
    ),
    "table published": (
        "create publication supabase_realtime for table public.renders",
        [f"publication supabase_realtime of public.renders comes from no migration: {REALTIME}"],
    ),
    "all tables published": (
        "create publication everything for all tables",
        [f"publication everything of all tables comes from no migration: {REALTIME}"],
    ),
}
