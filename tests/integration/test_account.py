"""What a person has used, takes along, and leaves behind."""

import io
import json
import zipfile
from collections.abc import AsyncIterator

import pytest

from libs.errors import ErrorCode
from tests.support.clients import http_client
from tests.support.clients.api_rpc import ApiRpc, completion
from tests.support.clients.api_user import ApiUser, assert_refused, signed_in
from tests.support.clients.database_user import DatabaseUser
from tests.support.images import image_file
from tests.support.processes.api import ApiProcess
from tests.support.processes.stripe import StripeProcess
from tests.support.waiting import equals, until


@pytest.fixture
async def alice(billing_api: ApiProcess) -> AsyncIterator[ApiUser]:
    async with signed_in(billing_api, "alice") as person:
        yield person


async def test_usage_is_told_by_day_and_entry(billing_api: ApiProcess, alice: ApiUser) -> None:
    generation = await alice.generation()
    with billing_api.supabase.connect() as connection:
        connection.execute("select private.add_credits(%s, 25, 'goodwill')", [alice.id])
        connection.execute("select private.add_credits(%s, -5, 'typo')", [alice.id])

    usage = (await alice.client.get("/usage")).json()["data"]
    days = (await alice.client.get("/usage/days")).json()["data"]
    first = (await alice.client.get("/usage/entries", params={"limit": 2})).json()
    rest = (await alice.client.get("/usage/entries", params={"cursor": first["meta"]["next_cursor"]})).json()

    assert (usage["used"], usage["limit"], usage["remaining"]) == (3, 60, 57)
    assert [day["credits"] for day in days] == [3]
    entries = first["data"] + rest["data"]
    told = [(entry["kind"], entry["amount"], entry["reason"], entry["title"]) for entry in entries]
    assert told == [
        ("adjustment", -5, "typo", None),
        ("grant", 25, "goodwill", None),
        ("debit", -3, "generation", generation["title"]),
    ]
    assert rest["meta"]["next_cursor"] is None


async def test_a_render_says_what_it_cost_and_what_came_back(billing_api: ApiProcess, alice: ApiUser) -> None:
    """Of two variants one came. The other's credits are back, here and in the ledger, for the same reason."""
    whole = await alice.generation()
    async with billing_api.supabase.client(alice.account.token) as http:
        api_rpc = ApiRpc(supabase=billing_api.supabase, http=http)
        user = DatabaseUser.of_account(alice.account, billing_api.supabase, http)
        job = await api_rpc.submit(user, preset_id="first-ideas", variants=2)
        delivered = completion(user.id, job["id"], f"prediction-{job['id']}", variants=1)
        assert (await api_rpc.as_service("complete_generation", delivered)).json() == "applied"
    half = (await alice.client.get(f"/generations/{job['id']}")).json()["data"]

    receipts: list[object] = []
    for generation in (whole, half):
        render = (await alice.client.get(f"/renders/{generation['render']['id']}")).json()["data"]
        receipts.append((render["credits"], render["refund"]))

    assert receipts == [
        (whole["credits"], None),
        (job["credits"], {"credits": job["credits"] // 2, "reason": "missing_outputs"}),
    ]
    (refund,) = [
        entry for entry in (await alice.client.get("/usage/entries")).json()["data"] if entry["kind"] == "refund"
    ]
    assert (refund["amount"], refund["reason"]) == (job["credits"] // 2, "missing_outputs")


async def test_an_export_holds_everything_of_one_person(billing_api: ApiProcess, alice: ApiUser) -> None:
    upload = await alice.upload(image_file())
    generation = await alice.generation()
    await alice.client.put(f"/renders/{generation['render']['id']}/favorite")
    (await alice.client.post("/shares", json={"render_id": generation["render"]["id"]})).raise_for_status()
    async with signed_in(billing_api, "bob") as bob:
        await bob.generation()

        answer = await alice.client.get("/me/export")

    assert answer.headers["content-disposition"] == 'attachment; filename="maquette-export.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        assert packed.testzip() is None
        data = {name: json.loads(packed.read(name)) for name in packed.namelist() if name.endswith(".json")}
        pictures = [name for name in packed.namelist() if name.startswith(("photos/", "renders/"))]
    assert sorted(pictures) == [f"photos/{upload}", f"renders/{generation['id']}/0.webp"]
    assert {row["id"] for row in data["data/generation_jobs.json"]} == {generation["id"]}
    assert {row["render_id"] for row in data["data/collection_items.json"]} == {generation["render"]["id"]}
    assert [row["render_id"] for row in data["data/share_links.json"]] == [generation["render"]["id"]]
    assert [row["kind"] for row in data["data/usage_ledger.json"]] == ["debit"]
    assert bob.id not in json.dumps(data)


async def test_E4_deleting_the_account_ends_the_subscription_first(
    billing_api: ApiProcess, alice: ApiUser, stripe: StripeProcess
) -> None:
    await alice.generation()
    page = await alice.client.post("/billing/checkout", json={"plan_id": "pro", "interval": "month"})
    async with http_client.AsyncClient() as browser:
        await browser.post(page.json()["data"]["url"], data={"card": "4242 4242 4242 4242"})

    assert (await alice.client.delete("/me")).status_code == 204

    kinds = [one["type"] for one in stripe.control("GET", "events")]
    assert kinds[-2:] == ["customer.subscription.deleted", "customer.deleted"]
    with billing_api.supabase.connect() as connection:
        for query in (
            "select 1 from auth.users where id = %s",
            "select 1 from profiles where id = %s",
            "select 1 from renders where owner_id = %s",
            "select 1 from usage_ledger where owner_id = %s",
        ):
            assert connection.execute(query, [alice.id]).fetchall() == []
        # The API deletes them after it has answered.
        files = "select name from storage.objects where starts_with(name, %s)"
        await until(lambda: connection.execute(files, [alice.id]).fetchall(), equals([]))
    # C3: the token still carries a good signature, and is worth nothing.
    for path in ("/me", "/usage", "/billing", "/me/export"):
        assert_refused(await alice.client.get(path), ErrorCode.ACCOUNT_GONE)
    assert (await alice.client.get("/renders")).json()["data"] == []


async def test_E4_H1_a_deletion_that_died_after_the_subscription_is_repeated(
    billing_api: ApiProcess, alice: ApiUser, stripe: StripeProcess
) -> None:
    """Stripe deleted the customer, nothing else happened, and its webhook never came."""
    stripe.control("POST", "faults", kind="lose", type="customer.deleted")
    await alice.client.post("/billing/checkout", json={"plan_id": "pro", "interval": "month"})
    with billing_api.supabase.connect() as connection:
        ((customer,),) = connection.execute(
            "select stripe_customer_id from profiles where id = %s", [alice.id]
        ).fetchall()
    async with http_client.AsyncClient(headers={"authorization": f"Bearer {stripe.secret_key}"}) as died:
        (await died.delete(f"{stripe.url}/v1/customers/{customer}")).raise_for_status()
    assert (await alice.client.get("/me")).is_success

    assert (await alice.client.delete("/me")).status_code == 204

    assert_refused(await alice.client.get("/me"), ErrorCode.ACCOUNT_GONE)


async def test_the_account_stays_when_stripe_cannot_be_asked(
    billing_api: ApiProcess, api: ApiProcess, alice: ApiUser
) -> None:
    """`api` has no Stripe behind it: nothing is deleted that would go on being billed."""
    await alice.client.post("/billing/checkout", json={"plan_id": "pro", "interval": "month"})
    async with api.client(alice.account) as client:
        assert_refused(await client.delete("/me"), ErrorCode.BILLING_UNAVAILABLE)
    assert (await alice.client.get("/me")).is_success
