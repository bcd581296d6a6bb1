"""Every operation of the API does its job over HTTP, and answers what openapi.json promises."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from uuid import uuid4
from zipfile import ZipFile

import httpx
import msgspec
import pytest
from prometheus_client.parser import text_string_to_metric_families
from standardwebhooks.webhooks import Webhook

from tests.support.checks.openapi import Document
from tests.support.clients import http_client
from tests.support.clients.api_user import ApiUser, open_url, signed_in
from tests.support.factories import Draft, add_renders
from tests.support.images import image_file
from tests.support.processes.api import ApiProcess, submit

Call = Callable[["Visit"], Awaitable[httpx.Response]]

PHOTO_PRESET: dict[str, Any] = {"preset_id": "warm-minimal", "variants": 1}


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """A person with one render of two variants. It has no files: only `painter` waited for real pictures."""

    api: ApiProcess
    person: ApiUser
    render: dict[str, Any]
    painter: ApiUser
    painting: dict[str, Any]

    @property
    def client(self) -> httpx.AsyncClient:
        return self.person.client

    async def collection(self) -> str:
        answer = await self.client.post("/collections", json={"name": "Ideas"})
        return answer.raise_for_status().json()["data"]["id"]

    async def item(self) -> str:
        """The address of the render's place in a collection."""
        address = f"/collections/{await self.collection()}/items/{self.render['id']}"
        (await self.client.put(address)).raise_for_status()
        return address

    async def shared(self) -> tuple[str, str]:
        """Id and token of a link to the painting."""
        answer = await self.painter.client.post("/shares", json={"render_id": self.painting["render"]["id"]})
        link = answer.json()["data"]
        return link["id"], link["url"].rpartition("/")[2]

    async def failed(self) -> str:
        """The id of a generation that the provider refused."""
        self.api.replicate.fault(on="api", kind="http", status=422)
        return (await submit(self.client)).json()["error"]["details"]["job_id"]


CALLS: dict[str, Call] = {}

# They need a Stripe: tests/integration/test_billing.py.
CALLED_ELSEWHERE = {"startCheckout", "openPortal", "receiveStripeWebhook"}


def call(function: Call) -> Call:
    CALLS[function.__name__] = function
    return function


@call
async def getConfig(visit: Visit) -> httpx.Response:
    async with visit.api.client() as anonymous:
        answer = await anonymous.get("/config")
    assert len(answer.json()["data"]["presets"]) >= 8
    assert answer.headers["cache-control"] == "max-age=60, public"
    return answer


@call
async def getMe(visit: Visit) -> httpx.Response:
    answer = await visit.client.get("/me")
    assert answer.json()["data"]["id"] == visit.person.id
    return answer


@call
async def getUsage(visit: Visit) -> httpx.Response:
    answer = await visit.client.get("/usage")
    usage = answer.json()["data"]
    assert (usage["used"], usage["reserved"]) == (0, 0)
    assert usage["remaining"] == usage["limit"] - usage["used"]
    return answer


@call
async def getUsageByDay(visit: Visit) -> httpx.Response:
    answer = await visit.painter.client.get("/usage/days")
    assert sum(day["credits"] for day in answer.json()["data"]) == visit.painting["credits"]
    return answer


@call
async def listUsageEntries(visit: Visit) -> httpx.Response:
    answer = await visit.painter.client.get("/usage/entries")
    assert [entry["amount"] for entry in answer.json()["data"]] == [-visit.painting["credits"]]
    return answer


@call
async def getBilling(visit: Visit) -> httpx.Response:
    answer = await visit.client.get("/billing")
    assert answer.json()["data"]["plan_id"] == "free"
    return answer


@call
async def exportAccount(visit: Visit) -> httpx.Response:
    answer = await visit.painter.client.get("/me/export")
    assert len(ZipFile(BytesIO(answer.content)).namelist()) > 1
    return answer


@call
async def deleteAccount(visit: Visit) -> httpx.Response:
    answer = await visit.client.delete("/me")
    assert (await visit.client.get("/me")).status_code == 401
    return answer


@call
async def addUpload(visit: Visit) -> httpx.Response:
    answer = await visit.client.post("/uploads", files={"file": ("a.png", image_file("PNG", (40, 30)))})
    upload = answer.json()["data"]
    assert (upload["width"], upload["height"]) == (40, 30)
    stored = (await open_url(upload["url"])).content
    assert stored[:3] == b"\xff\xd8\xff"
    assert len(stored) == upload["bytes"]
    return answer


@call
async def listUploads(visit: Visit) -> httpx.Response:
    upload = await visit.person.upload(image_file())
    answer = await visit.client.get("/uploads")
    assert [entry["id"] for entry in answer.json()["data"]] == [upload]
    return answer


@call
async def removeUpload(visit: Visit) -> httpx.Response:
    upload = await visit.person.upload(image_file())
    answer = await visit.client.delete(f"/uploads/{upload}")
    assert (await visit.client.get("/uploads")).json()["data"] == []
    return answer


@call
async def submitGeneration(visit: Visit) -> httpx.Response:
    upload = {"kind": "upload", "upload_id": await visit.person.upload(image_file())}
    answer = await submit(visit.client, **PHOTO_PRESET, input=upload, collection_id=await visit.collection(), seed=11)
    generation = answer.json()["data"]
    assert (generation["input"]["kind"], generation["seed"]) == ("upload", 11)
    return answer


@call
async def listGenerations(visit: Visit) -> httpx.Response:
    first, second = visit.render["job_id"], await visit.failed()
    first_page = await visit.client.get("/generations", params={"limit": 1})
    cursor = first_page.json()["meta"]["next_cursor"]
    last_page = (await visit.client.get("/generations", params={"limit": 1, "cursor": cursor})).json()
    assert [entry["id"] for entry in first_page.json()["data"] + last_page["data"]] == [second, first]
    assert last_page["meta"]["next_cursor"] is None
    return first_page


@call
async def getGeneration(visit: Visit) -> httpx.Response:
    answer = await visit.painter.client.get(f"/generations/{visit.painting['id']}")
    variants = answer.json()["data"]["render"]["variants"]
    files = [(await open_url(variant["url"])).raise_for_status().content for variant in variants]
    assert [len(file) for file in files] == [variant["bytes"] for variant in variants]
    return answer


@call
async def cancelGeneration(visit: Visit) -> httpx.Response:
    visit.api.replicate.fault(on="run", kind="stall")
    generation = (await submit(visit.client)).json()["data"]["id"]
    answer = await visit.client.post(f"/generations/{generation}/cancel")
    assert answer.json()["data"]["cancel_requested"]
    return answer


@call
async def retryGeneration(visit: Visit) -> httpx.Response:
    failed = await visit.failed()
    answer = await visit.client.post(f"/generations/{failed}/retry", headers={"Idempotency-Key": str(uuid4())})
    assert answer.json()["data"]["id"] != failed
    return answer


@call
async def listRenders(visit: Visit) -> httpx.Response:
    answer = await visit.client.get("/renders", params={"text": "quiet oak", "preset": "graphic-poster"})
    (card,) = answer.json()["data"]
    assert (card["id"], card["variant_count"]) == (visit.render["id"], 2)
    return answer


@call
async def listRenderMonths(visit: Visit) -> httpx.Response:
    answer = await visit.client.get("/renders/months")
    assert answer.json()["data"] == [{"month": "2026-11", "count": 1}]
    return answer


@call
async def getRender(visit: Visit) -> httpx.Response:
    answer = await visit.client.get(f"/renders/{visit.render['id']}")
    assert answer.json()["data"]["title"] == "A quiet room"
    return answer


@call
async def changeRender(visit: Visit) -> httpx.Response:
    second = visit.render["variants"][1]["id"]
    body = {"title": "The lighthouse", "cover_variant_id": second}
    answer = await visit.client.patch(f"/renders/{visit.render['id']}", json=body)
    changed = answer.json()["data"]
    assert (changed["title"], changed["cover_variant_id"]) == ("The lighthouse", second)
    return answer


@call
async def trashRender(visit: Visit) -> httpx.Response:
    answer = await visit.client.delete(f"/renders/{visit.render['id']}")
    assert (await visit.client.get("/renders")).json()["data"] == []
    return answer


@call
async def addFavorite(visit: Visit) -> httpx.Response:
    answer = await visit.client.put(f"/renders/{visit.render['id']}/favorite")
    (favorite,) = (await visit.client.get("/renders", params={"favorite": "true"})).json()["data"]
    assert favorite["is_favorite"]
    return answer


@call
async def removeFavorite(visit: Visit) -> httpx.Response:
    address = f"/renders/{visit.render['id']}/favorite"
    (await visit.client.put(address)).raise_for_status()
    answer = await visit.client.delete(address)
    assert (await visit.client.get("/renders", params={"favorite": "true"})).json()["data"] == []
    return answer


@call
async def deleteVariant(visit: Visit) -> httpx.Response:
    first, second = visit.render["variants"]
    answer = await visit.client.delete(f"/renders/variants/{first['id']}")
    left = (await visit.client.get(f"/renders/{visit.render['id']}")).json()["data"]["variants"]
    assert [variant["id"] for variant in left] == [second["id"]]
    return answer


@call
async def changeRenders(visit: Visit) -> httpx.Response:
    body = {"action": "trash", "selection": {"ids": [visit.render["id"], str(uuid4())]}}
    answer = await visit.client.post("/renders/bulk", json=body)
    assert answer.json()["data"]["changed"] == 1
    return answer


@call
async def listCollections(visit: Visit) -> httpx.Response:
    collection = await visit.collection()
    answer = await visit.client.get("/collections", params={"containing": visit.render["id"]})
    favorites, ideas = answer.json()["data"]
    assert (favorites["is_favorites"], ideas["id"]) == (True, collection)
    return answer


@call
async def addCollection(visit: Visit) -> httpx.Response:
    answer = await visit.client.post("/collections", json={"name": "Ideas"})
    assert answer.json()["data"]["name"] == "Ideas"
    return answer


@call
async def getCollection(visit: Visit) -> httpx.Response:
    answer = await visit.client.get((await visit.item()).partition("/items")[0])
    assert answer.json()["data"]["count"] == 1
    return answer


@call
async def changeCollection(visit: Visit) -> httpx.Response:
    answer = await visit.client.patch(f"/collections/{await visit.collection()}", json={"name": "Plans"})
    assert answer.json()["data"]["name"] == "Plans"
    return answer


@call
async def deleteCollection(visit: Visit) -> httpx.Response:
    collection = await visit.collection()
    answer = await visit.client.delete(f"/collections/{collection}")
    assert len((await visit.client.get("/collections")).json()["data"]) == 1
    return answer


@call
async def addCollectionItem(visit: Visit) -> httpx.Response:
    collection = await visit.collection()
    answer = await visit.client.put(f"/collections/{collection}/items/{visit.render['id']}")
    (card,) = (await visit.client.get("/renders", params={"collection_id": collection})).json()["data"]
    assert card["id"] == visit.render["id"]
    return answer


@call
async def removeCollectionItem(visit: Visit) -> httpx.Response:
    item = await visit.item()
    answer = await visit.client.delete(item)
    assert (await visit.client.get(item.partition("/items")[0])).json()["data"]["count"] == 0
    return answer


@call
async def placeCollectionItem(visit: Visit) -> httpx.Response:
    return await visit.client.put(f"{await visit.item()}/place", json={"behind": None})


@call
async def listCommunity(visit: Visit) -> httpx.Response:
    async with visit.api.client() as anonymous:
        return await anonymous.get("/community")


@call
async def listCommunityTags(visit: Visit) -> httpx.Response:
    async with visit.api.client() as anonymous:
        return await anonymous.get("/community/tags")


@call
async def getCommunitySet(visit: Visit) -> httpx.Response:
    slug = f"set-{uuid4().hex}"
    with visit.api.supabase.connect() as connection:
        connection.execute(
            "insert into community_collections (slug, title, description, published_at) values (%s, 'Set', '', now())",
            (slug,),
        )
    async with visit.api.client() as anonymous:
        return await anonymous.get(f"/community/{slug}")


@call
async def addShare(visit: Visit) -> httpx.Response:
    answer = await visit.client.post("/shares", json={"render_id": visit.render["id"]})
    assert answer.json()["data"]["url"].startswith(f"{visit.api.url}/s/")
    return answer


@call
async def listShares(visit: Visit) -> httpx.Response:
    link, _ = await visit.shared()
    answer = await visit.painter.client.get("/shares")
    assert link in [one["id"] for one in answer.json()["data"]]
    return answer


@call
async def turnOffShare(visit: Visit) -> httpx.Response:
    link, token = await visit.shared()
    answer = await visit.painter.client.delete(f"/shares/{link}")
    assert (await visit.client.get(f"/shared/{token}")).status_code == 404
    return answer


@call
async def getShared(visit: Visit) -> httpx.Response:
    _, token = await visit.shared()
    async with visit.api.client() as anonymous:
        answer = await anonymous.get(f"/shared/{token}")
    # Nobody named it, and its own title is the prompt, which this link does not show.
    assert answer.json()["data"]["title"] == "Graphic poster"
    return answer


@call
async def getSharedPicture(visit: Visit) -> httpx.Response:
    _, token = await visit.shared()
    variant = visit.painting["render"]["variants"][0]
    async with visit.api.client() as anonymous:
        answer = await anonymous.get(f"/shared/{token}/pictures/{variant['id']}")
    assert (answer.headers["content-type"], len(answer.content)) == (variant["mime"], variant["bytes"])
    return answer


@call
async def addReport(visit: Visit) -> httpx.Response:
    _, token = await visit.shared()
    async with visit.api.client() as anonymous:
        return await anonymous.post("/reports", json={"share_token": token, "reason": "other"})


@call
async def downloadPicture(visit: Visit) -> httpx.Response:
    render = visit.painting["render"]
    variant = render["variants"][0]
    address = f"/downloads/renders/{render['id']}/variants/{variant['id']}"
    answer = await visit.painter.client.get(address, params={"recipe": "false"})
    assert (answer.headers["content-type"], len(answer.content)) == (variant["mime"], variant["bytes"])
    return answer


@call
async def downloadArchive(visit: Visit) -> httpx.Response:
    form = {"access_token": visit.painter.account.token, "render_ids": visit.painting["render"]["id"]}
    async with visit.api.client() as browser:
        answer = await browser.post("/downloads/archive", data=form)
    assert len(ZipFile(BytesIO(answer.content)).namelist()) == 1
    return answer


@call
async def receiveReplicateWebhook(visit: Visit) -> httpx.Response:
    body = msgspec.json.encode({"id": "nobodys", "status": "succeeded", "model": "", "input": {}, "output": []})
    event = f"msg_{uuid4().hex}"
    signer = Webhook(visit.api.replicate.webhook_secret)
    sent = datetime.now(UTC)
    headers = {
        "webhook-id": event,
        "webhook-timestamp": str(int(sent.timestamp())),
        "webhook-signature": signer.sign(event, sent, body.decode()),
        "content-type": "application/json",
    }
    async with visit.api.client() as provider:
        answer = await provider.post(f"/webhooks/replicate?job={uuid4()}", content=body, headers=headers)
    assert answer.json()["data"]["outcome"] == "unknown_job"
    return answer


@call
async def getHealth(visit: Visit) -> httpx.Response:
    async with http_client.AsyncClient() as balancer:
        return await balancer.get(f"{visit.api.url}/healthz")


@call
async def getReadiness(visit: Visit) -> httpx.Response:
    async with http_client.AsyncClient() as balancer:
        return await balancer.get(f"{visit.api.url}/readyz")


def test_every_documented_operation_is_called(document: Document) -> None:
    assert {operation.id for operation in document.operations()} == CALLS.keys() | CALLED_ELSEWHERE


@pytest.fixture(scope="module")
async def painter(api: ApiProcess) -> AsyncIterator[ApiUser]:
    async with signed_in(api, "painter") as person:
        yield person


@pytest.fixture(scope="module")
async def painting(painter: ApiUser) -> dict[str, Any]:
    """The generation of a real picture: that takes seconds."""
    return await painter.generation()


@pytest.fixture
async def visit(api: ApiProcess, alice: ApiUser, painter: ApiUser, painting: dict[str, Any]) -> Visit:
    with api.supabase.connect() as connection:
        (render_id,) = add_renders(connection, alice.id, [Draft(variants=2)])
    (row,) = (await alice.client.get("/generations")).json()["data"]
    render = {**row["render"], "job_id": row["id"]}
    assert render["id"] == str(render_id)
    return Visit(api=api, person=alice, render=render, painter=painter, painting=painting)


@pytest.mark.parametrize("operation_id", CALLS)
async def test_operation_does_its_job(operation_id: str, document: Document, visit: Visit) -> None:
    answer = await CALLS[operation_id](visit)
    assert answer.is_success, answer.text
    document.check(operation_id, answer)


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/assets/none.js",
        "/community",
        "/sitemap.xml",
        "/robots.txt",
        "/api/v1/config",
        "/api/v1/community",
        "/api/v1/openapi.json",
        "/healthz",
        "/api/v1/me",
    ],
)
def test_head_answers_as_get_without_the_content(api: ApiProcess, address: str) -> None:
    # As it is: compressed, two answers whose ids differ are seldom of one length.
    with http_client.Client(base_url=api.url, headers={"Accept-Encoding": "identity"}) as anonymous:
        whole, head = anonymous.get(address), anonymous.head(address)
        own = {"date", "x-request-id"}
        told, expected = (
            {*answer.headers.items()} - {(name, answer.headers.get(name)) for name in own} for answer in (head, whole)
        )
        assert (head.status_code, told, head.content) == (whole.status_code, expected, b"")
        if "etag" in head.headers:
            assert anonymous.head(address, headers={"If-None-Match": head.headers["etag"]}).status_code == 304


async def test_an_address_says_which_methods_it_answers(visit: Visit) -> None:
    answer = await visit.client.head("/webhooks/replicate")
    assert (answer.status_code, answer.headers["allow"]) == (405, "OPTIONS, POST")
    assert "GET, HEAD" in (await visit.client.put("/me")).headers["allow"]


def test_metrics_count_requests_by_route_and_not_by_address(api: ApiProcess) -> None:
    http_client.get(f"{api.url}/api/v1/generations/{uuid4()}")
    text = http_client.get(f"{api.url}/metrics").raise_for_status().text
    families = {family.name: family for family in text_string_to_metric_families(text)}
    paths = {sample.labels["path"] for sample in families["maquette_requests"].samples}
    assert "/api/v1/generations/{generation_id}" in paths
    assert len(paths) < 60
    assert "maquette_replicate_deliveries" in families
