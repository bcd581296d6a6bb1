"""A9: nothing that a person types about themselves opens or breaks anything."""

from uuid import uuid4

import httpx
import pytest

from tests.security.catalog import everything
from tests.security.decisions import PUBLIC_TABLES
from tests.support.accounts import PASSWORD
from tests.support.clients.api_rpc import ApiRpc
from tests.support.clients.database_user import DatabaseUser
from tests.support.clients.superuser import Superuser
from tests.support.processes.supabase_stack import SupabaseStack

# Who asks; null in the last two for an account that is closed.
CALLERS = ("auth.uid()", "private.caller_id()", "private.open_account()")
METADATA = {
    "nothing": None,
    "a megabyte": {"name": "x" * 1_000_000},
    "markup": {"name": "<script>alert(1)</script>", "avatar_url": "javascript:alert(1)"},
    "our own columns": {"id": str(uuid4()), "price_id": "price_pro", "is_favorites": False, "owner_id": str(uuid4())},
    "claims": {"role": "service_role", "sub": str(uuid4()), "admin": True, "app_metadata": {"role": "service_role"}},
    "another shape": {"name": ["a", {"b": None}], "": 1e300},
}


async def ask_for_an_account(
    supabase: SupabaseStack, http: httpx.AsyncClient, email: str, data: object
) -> httpx.Response:
    body = {"email": email, "password": PASSWORD, "data": data}
    return await http.post("/auth/v1/signup", json=body, headers=supabase.headers())


@pytest.mark.parametrize("kind", METADATA)
async def test_A9_whatever_one_tells_of_oneself_the_account_is_like_any_other(
    kind: str, supabase: SupabaseStack, http: httpx.AsyncClient, superuser: Superuser
) -> None:
    answer = await ask_for_an_account(supabase, http, f"{uuid4().hex}@example.com", METADATA[kind])

    assert answer.status_code == 200
    user = answer.json()["user"]["id"]
    profile = superuser.rows("select price_id, stripe_customer_id from profiles where id = %s", user)
    assert profile == [{"price_id": None, "stripe_customer_id": None}]
    made = superuser.rows("select name, is_favorites from collections where owner_id = %s", user)
    assert made == [{"name": "My Favorites", "is_favorites": True}]


async def test_A9_a_nul_in_the_metadata_leaves_no_half_account(
    supabase: SupabaseStack, http: httpx.AsyncClient, superuser: Superuser
) -> None:
    """No JSON of Postgres can hold it: Auth refuses, here and upstream."""
    email = f"{uuid4().hex}@example.com"

    refused = await ask_for_an_account(supabase, http, email, {"name": "a\u0000b"})

    assert refused.is_error
    assert superuser.rows("select id from auth.users where email = %s", email) == []
    assert (await ask_for_an_account(supabase, http, email, {"name": "ab"})).status_code == 200


async def test_A9_a_self_made_admin_is_nobody_special(
    api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser
) -> None:
    """`user_metadata` is the person's own to edit, and it stands in the JWT."""
    changes = {"data": {"role": "service_role", "admin": True, "plan": "studio"}}
    edited = await api_rpc.http.put("/auth/v1/user", json=changes, headers=alice.headers)
    assert edited.json()["user_metadata"]["admin"] is True
    before = everything(superuser.connection)

    assert (await alice.rpc("my_usage", {})).json()["plan_id"] == "free"
    assert [row["id"] for row in (await alice.rest("GET", "profiles")).json()] == [alice.id]
    assert (await alice.rest("PATCH", f"profiles?id=eq.{alice.id}", {"price_id": "x"})).status_code == 403
    assert everything(superuser.connection) == before


async def test_A9_nobody_signs_in_without_a_name(
    supabase: SupabaseStack, http: httpx.AsyncClient, superuser: Superuser
) -> None:
    accounts = superuser.value("select count(*) from auth.users")

    answer = await http.post("/auth/v1/signup", json={"data": {}}, headers=supabase.headers())

    assert (answer.status_code, answer.json()["error_code"]) == (422, "anonymous_provider_disabled")
    assert superuser.value("select count(*) from auth.users") == accounts


def test_A9_policies_name_their_role_and_ask_no_metadata(superuser: Superuser) -> None:
    policies = superuser.rows("""
        select
          schemaname || '.' || tablename as table, policyname, roles,
          coalesce(qual, '') || coalesce(with_check, '') as sql
        from pg_policies
    """)

    assert len(policies) > 10
    assert [p for p in policies if "public" in p["roles"]] == []
    assert [p for p in policies if "metadata" in p["sql"] or "jwt" in p["sql"]] == []
    # Outside of a SELECT it would be asked for every row.
    for caller in CALLERS:
        assert [p for p in policies if p["sql"].count(caller) != p["sql"].count(f"SELECT {caller}")] == []
    # Only what belongs to nobody is open to everybody; a live link's files are, with the API's proof (G5).
    unasked = [p for p in policies if not any(caller in p["sql"] for caller in CALLERS)]
    shared = [
        (p["table"], p["roles"], p["sql"]) for p in unasked if p["policyname"] == "renders: a live link reads files"
    ]
    proof = "( SELECT private.api_asks() AS api_asks)"
    condition = f"((bucket_id = 'renders'::text) AND {proof} AND private.share_opens_file(name))"
    assert shared == [("storage.objects", ["anon"], condition)]
    assert sorted(p["table"] for p in unasked if p["table"] != "storage.objects") == sorted(
        f"public.{table}" for table in PUBLIC_TABLES
    )
    assert len(unasked) == len(shared) + len(PUBLIC_TABLES)


def test_A9_no_function_asks_metadata(superuser: Superuser) -> None:
    query = """
        select p.oid::regprocedure::text from pg_proc as p
        where pronamespace in ('public'::regnamespace, 'private'::regnamespace)
          and prosrc ~ '(raw_)?(user|app)_meta_?data'
    """
    assert superuser.rows(query) == []
