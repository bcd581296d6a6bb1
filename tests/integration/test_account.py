"""What a person has used, takes along, and leaves behind."""

import io
import json
import zipfile
from collections.abc import AsyncIterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.support.clients.api_rpc import ApiRpc, completion
from tests.support.clients.api_user import ApiUser, signed_in
from tests.support.clients.database_user import DatabaseUser
from tests.support.images import image_file
from tests.support.processes.api import ApiProcess


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
    far = (await alice.client.get("/usage/days", params={"time_zone": "Pacific/Kiritimati"})).json()["data"]
    first = (await alice.client.get("/usage/entries", params={"limit": 2})).json()
    rest = (await alice.client.get("/usage/entries", params={"cursor": first["meta"]["next_cursor"]})).json()

    assert (usage["used"], usage["limit"], usage["remaining"]) == (3, 60, 57)
    assert [day["credits"] for day in days] == [3]
    debited = datetime.fromisoformat((first["data"] + rest["data"])[2]["created_at"])
    assert [day["day"] for day in far] == [debited.astimezone(ZoneInfo("Pacific/Kiritimati")).date().isoformat()]
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


# Two renders have the same time, and all items: what pages by time alone loses or repeats some.
MANY = """
with made as (
  insert into generation_jobs (owner_id, idempotency_key, request_hash, status, preset_id, title, prompt, settings,
    variants, seed, credits, expected_seconds, deadline_at, created_at)
  select %(owner)s, number::text, '', 'succeeded', 'first-ideas', 'Many', 'Many', '{}', 1, 1, 1, 1, now(),
    now() - make_interval(secs => number / 2)
  from generate_series(1, %(count)s) as number
  returning id, created_at
), rendered as (
  insert into renders (owner_id, job_id, preset_id, title, prompt, settings, seed, created_at)
  select %(owner)s, id, 'first-ideas', 'Many', 'Many', '{}', 1, created_at from made
  returning id, created_at
)
insert into render_variants (render_id, owner_id, index, path, thumbnail_path, mime, width, height, bytes, placeholder,
  created_at)
select id, %(owner)s, 0, id || '/0.webp', id || '/0.thumb.webp', 'image/webp', 1, 1, 1, '', created_at from rendered
"""


async def test_an_export_of_many_pages_holds_each_row_once(billing_api: ApiProcess, alice: ApiUser) -> None:
    count = 1203
    with billing_api.supabase.connect() as connection:
        connection.execute(MANY, {"owner": alice.id, "count": count})
    answer = await alice.client.post("/renders/bulk", json={"action": "collect", "selection": {"matching": {}}})
    assert answer.raise_for_status().json()["data"]["changed"] == count

    answer = await alice.client.get("/me/export")

    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        assert packed.testzip() is None
        for table, key in (
            ("generation_jobs", "id"),
            ("renders", "id"),
            ("render_variants", "id"),
            ("collection_items", "render_id"),
        ):
            rows = json.loads(packed.read(f"data/{table}.json"))
            assert (len(rows), len({row[key] for row in rows})) == (count, count), table
        # Without rows it is an array too.
        assert json.loads(packed.read("data/share_links.json")) == []
