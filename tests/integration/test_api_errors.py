"""Every code a person can meet, met over HTTP: with its status, its sentence and the id to quote."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from httpx import Response
from jose import jwt

from api.errors import ANSWERS, AnswerCode, TransportCode
from libs.app_config.runtime import LIMITS, PLANS
from libs.errors import ErrorCode
from libs.services.media.conversions import MOST_WAITING
from tests.support.clients import http_client
from tests.support.clients.api_user import ApiUser, assert_refused
from tests.support.clients.database_user import service_role_user
from tests.support.factories import Draft, JobRow, add_renders, fill_with_photos, insert
from tests.support.images import image_file, jpeg_of_many_scans, png_of_size, webp_animation
from tests.support.processes.api import TEXT_PRESET, ApiProcess, submit

Provoke = Callable[["Case"], Awaitable[Response]]

# A client that comes back sooner is refused again.
WITH_RETRY_AFTER = {
    ErrorCode.TOO_MANY_EXPORTS,
    ErrorCode.RATE_LIMITED,
    ErrorCode.TOO_MANY_GIVEN_BACK,
    ErrorCode.UPLOAD_UNDER_WAY,
    ErrorCode.DOWNLOADS_UNDER_WAY,
    ErrorCode.DATABASE_UNAVAILABLE,
    ErrorCode.DAILY_CEILING_REACHED,
    ErrorCode.STORAGE_UNAVAILABLE,
    ErrorCode.SIGN_IN_UNAVAILABLE,
}

# Who has a plan needs a Stripe: test_billing.py. A body that stops takes its time: test_g4_slow_clients.py. Without its
# Redis: test_shared_limits.py. While the provider's files are away: test_provider_faults.py. A full
# queue needs many people: test_f3_slow_photos.py.
MET_ELSEWHERE = {
    ErrorCode.ALREADY_SUBSCRIBED,
    TransportCode.REQUEST_TIMEOUT,
    ErrorCode.UPLOADS_BUSY,
    ErrorCode.LIMITS_UNAVAILABLE,
    ErrorCode.OUTPUTS_UNAVAILABLE,
}

PROVOKE: dict[AnswerCode, Provoke] = {}


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """Who provokes and whom they talk to."""

    api: ApiProcess
    person: ApiUser

    @property
    def client(self) -> httpx.AsyncClient:
        return self.person.client

    def sql(self, statement: str, *parameters: object) -> None:
        with self.api.supabase.connect() as connection:
            connection.execute(statement.encode(), parameters)

    def render(self) -> str:
        with self.api.supabase.connect() as connection:
            (render,) = add_renders(connection, self.person.id, [Draft()])
        return str(render)

    async def picture(self, data: bytes) -> str:
        """The address of the download of a variant with this file."""
        render = self.render()
        async with http_client.AsyncClient(base_url=self.api.supabase.url) as http:
            owner = service_role_user(self.api.supabase, http)
            stored = await owner.upload("renders", f"{self.person.id}/{render}/0.webp", data, content_type="image/webp")
            stored.raise_for_status()
        (variant,) = (await self.client.get(f"/renders/{render}")).json()["data"]["variants"]
        return f"/downloads/renders/{render}/variants/{variant['id']}"

    async def download(self, address: str) -> Response:
        return await self.client.get(address, params={"format": "png"})

    async def upload(self, file: bytes) -> Response:
        return await self.client.post("/uploads", files={"file": ("photo.jpg", file)})


def provokes(code: AnswerCode) -> Callable[[Provoke], Provoke]:
    def keep(provoke: Provoke) -> Provoke:
        PROVOKE[code] = provoke
        return provoke

    return keep


@provokes(TransportCode.MALFORMED_REQUEST)
async def _(case: Case) -> Response:
    return await case.client.patch(f"/renders/{uuid4()}", content=b"{", headers={"Content-Type": "application/json"})


@provokes(ErrorCode.INVALID_CURSOR)
async def _(case: Case) -> Response:
    return await case.client.get("/generations?cursor=W10")


@provokes(TransportCode.INVALID_IDEMPOTENCY_KEY)
async def _(case: Case) -> Response:
    return await case.client.post("/generations", json=TEXT_PRESET)


@provokes(TransportCode.NOT_AUTHENTICATED)
async def _(case: Case) -> Response:
    async with case.api.client() as anonymous:
        return await anonymous.get("/me")


@provokes(ErrorCode.ACCOUNT_GONE)
async def _(case: Case) -> Response:
    case.sql("delete from auth.users where id = %s", case.person.id)
    return await case.client.get("/me")


@provokes(ErrorCode.ACCOUNT_CLOSED)
async def _(case: Case) -> Response:
    case.sql("select private.begin_closing(%s)", case.person.id)
    return await case.client.get("/renders")


@provokes(ErrorCode.PLAN_CAP_REACHED)
async def _(case: Case) -> Response:
    case.sql("insert into plans values ('nothing', 0, 1, 9) on conflict do nothing")
    case.sql("insert into plan_prices values ('nothing', 'nothing') on conflict do nothing")
    case.sql("update profiles set price_id = 'nothing' where id = %s", case.person.id)
    return await submit(case.client)


@provokes(ErrorCode.PAYMENT_DISPUTED)
async def _(case: Case) -> Response:
    case.sql("insert into private.fraud_warnings (id, owner_id) values ('issfr_1', %s)", case.person.id)
    return await submit(case.client)


@provokes(ErrorCode.NOT_FOUND)
async def _(case: Case) -> Response:
    return await case.client.get("/nothing/here")


@provokes(ErrorCode.GENERATION_NOT_FOUND)
async def _(case: Case) -> Response:
    return await case.client.get(f"/generations/{uuid4()}")


@provokes(ErrorCode.INPUT_NOT_FOUND)
async def _(case: Case) -> Response:
    missing = {"kind": "upload", "upload_id": f"{'0' * 64}.jpg"}
    return await submit(case.client, preset_id="warm-minimal", input=missing)


@provokes(ErrorCode.COLLECTION_NOT_FOUND)
async def _(case: Case) -> Response:
    return await submit(case.client, collection_id=str(uuid4()))


@provokes(ErrorCode.RENDER_NOT_FOUND)
async def _(case: Case) -> Response:
    return await case.client.patch(f"/renders/{uuid4()}", json={"title": "Mine"})


@provokes(ErrorCode.VARIANT_NOT_FOUND)
async def _(case: Case) -> Response:
    return await case.client.patch(f"/renders/{case.render()}", json={"cover_variant_id": str(uuid4())})


@provokes(TransportCode.METHOD_NOT_ALLOWED)
async def _(case: Case) -> Response:
    return await case.client.put("/me")


@provokes(ErrorCode.GENERATION_IN_FLIGHT)
async def _(case: Case) -> Response:
    case.api.replicate.fault(on="run", kind="stall")
    await submit(case.client)
    return await submit(case.client)


@provokes(ErrorCode.GENERATION_NOT_RETRYABLE)
async def _(case: Case) -> Response:
    case.render()
    (generation,) = (await case.client.get("/generations")).json()["data"]
    return await case.client.post(f"/generations/{generation['id']}/retry", headers={"Idempotency-Key": "again"})


@provokes(ErrorCode.LAST_VARIANT)
async def _(case: Case) -> Response:
    (variant,) = (await case.client.get(f"/renders/{case.render()}")).json()["data"]["variants"]
    return await case.client.delete(f"/renders/variants/{variant['id']}")


@provokes(ErrorCode.FAVORITES_FIXED)
async def _(case: Case) -> Response:
    (favorites,) = (await case.client.get("/collections")).json()["data"]
    return await case.client.delete(f"/collections/{favorites['id']}")


@provokes(ErrorCode.TOO_MANY_UPLOADS)
async def _(case: Case) -> Response:
    fill_with_photos(case.api.supabase, case.person.id)
    return await case.upload(image_file())


@provokes(ErrorCode.UPLOAD_UNDER_WAY)
async def _(case: Case) -> Response:
    answers = await asyncio.gather(*(case.upload(image_file()) for _ in range(5)))
    return next(answer for answer in answers if answer.status_code == 429)


@provokes(ErrorCode.NOT_CONVERTIBLE)
async def _(case: Case) -> Response:
    return await case.download(await case.picture(b"no picture"))


@provokes(ErrorCode.DOWNLOADS_UNDER_WAY)
async def _(case: Case) -> Response:
    address = await case.picture(image_file("WEBP"))
    answers = await asyncio.gather(*(case.download(address) for _ in range(4 * MOST_WAITING)))
    return next(answer for answer in answers if answer.status_code == 429)


@provokes(ErrorCode.TOO_MANY_COLLECTIONS)
async def _(case: Case) -> Response:
    case.sql("insert into collections (owner_id, name) select %s, 'A' from generate_series(1, 999)", case.person.id)
    return await case.client.post("/collections", json={"name": "One more"})


@provokes(ErrorCode.TOO_MANY_COLLECTION_ITEMS)
async def _(case: Case) -> Response:
    first, second = case.render(), case.render()
    case.sql("update private.row_bounds set max_rows = 1 where id = 'collection_items'")
    try:
        assert (await case.client.put(f"/renders/{first}/favorite")).status_code == 204
        return await case.client.put(f"/renders/{second}/favorite")
    finally:
        case.sql(
            "update private.row_bounds set max_rows = %s where id = 'collection_items'", LIMITS.max_collection_items
        )


@provokes(ErrorCode.TOO_MANY_SHARE_LINKS)
async def _(case: Case) -> Response:
    render = case.render()
    case.sql(
        "insert into share_links (owner_id, render_id) select %s, %s from generate_series(1, 5000)",
        case.person.id,
        render,
    )
    return await case.client.post("/shares", json={"render_id": render})


@provokes(TransportCode.BODY_TOO_LARGE)
async def _(case: Case) -> Response:
    return await submit(case.client, prompt="a" * LIMITS.body_bytes)


@provokes(ErrorCode.UPLOAD_TOO_LARGE)
async def _(case: Case) -> Response:
    return await case.upload(image_file() + bytes(LIMITS.upload_bytes))


@provokes(ErrorCode.TOO_MANY_PIXELS)
async def _(case: Case) -> Response:
    return await case.upload(png_of_size(65_000, 65_000))


@provokes(TransportCode.UNSUPPORTED_CONTENT_TYPE)
async def _(case: Case) -> Response:
    return await case.client.patch(f"/renders/{uuid4()}", content=b"title=x", headers={"Content-Type": "text/plain"})


@provokes(ErrorCode.UNSUPPORTED_IMAGE)
async def _(case: Case) -> Response:
    return await case.upload(b"<svg xmlns='http://www.w3.org/2000/svg'/>")


@provokes(ErrorCode.UNREADABLE_IMAGE)
async def _(case: Case) -> Response:
    whole = image_file(size=(400, 300))
    return await case.upload(whole[: len(whole) // 2])


@provokes(ErrorCode.ANIMATED_IMAGE)
async def _(case: Case) -> Response:
    return await case.upload(webp_animation(2))


@provokes(ErrorCode.IMAGE_TOO_SLOW)
async def _(case: Case) -> Response:
    return await case.upload(jpeg_of_many_scans((64, 48), 1000))


@provokes(ErrorCode.VALIDATION_FAILED)
async def _(case: Case) -> Response:
    return await submit(case.client, variants=0)


@provokes(ErrorCode.IDEMPOTENCY_KEY_REUSED)
async def _(case: Case) -> Response:
    case.api.replicate.fault(on="run", kind="stall")
    await submit(case.client, "one-key")
    return await submit(case.client, "one-key", prompt="Another lighthouse")


@provokes(ErrorCode.PRESET_UNAVAILABLE)
async def _(case: Case) -> Response:
    case.sql("update presets set active = false where id = %s", "impossible-places")
    try:
        return await submit(case.client, preset_id="impossible-places")
    finally:
        case.sql("update presets set active = true where id = %s", "impossible-places")


@provokes(ErrorCode.TOO_MANY_VARIANTS)
async def _(case: Case) -> Response:
    return await submit(case.client, preset_id="first-ideas", variants=4)


@provokes(ErrorCode.RATE_LIMITED)
async def _(case: Case) -> Response:
    # More than a minute allows, twice over: a new minute may begin on the way.
    answers = [await case.client.delete(f"/uploads/{'0' * 64}.jpg") for _ in range(2)]
    while answers[-1].status_code != 429 and len(answers) < 130:
        answers += await asyncio.gather(*(case.client.post("/generations", json={}) for _ in range(20)))
    return answers[-1]


@provokes(ErrorCode.TOO_MANY_EXPORTS)
async def _(case: Case) -> Response:
    # Six in an hour, twice over: a new hour may begin on the way.
    answers = [await case.client.get("/me/export") for _ in range(7)]
    while answers[-1].status_code != 429 and len(answers) < 14:
        answers.append(await case.client.get("/me/export"))
    assert 0 < int(answers[-1].headers["retry-after"]) <= 3600
    return answers[-1]


@provokes(TransportCode.INTERNAL)
async def _(case: Case) -> Response:
    # A schema that is not the one this code was written for.
    case.sql("revoke execute on function my_usage from authenticated")
    try:
        return await case.client.get("/usage")
    finally:
        case.sql("grant execute on function my_usage to authenticated")


@provokes(ErrorCode.PROVIDER_ERROR)
async def _(case: Case) -> Response:
    case.api.replicate.fault(on="api", kind="http", status=422)
    return await submit(case.client)


@provokes(ErrorCode.SHARE_NOT_FOUND)
async def _(case: Case) -> Response:
    return await case.client.get(f"/shared/{'A' * 43}")


@provokes(ErrorCode.ACCOUNT_BLOCKED)
async def _(case: Case) -> Response:
    case.sql("select private.block(%s, 'Reported.')", case.person.id)
    return await submit(case.client)


@provokes(ErrorCode.SHARING_REFUSED)
async def _(case: Case) -> Response:
    with case.api.supabase.connect() as connection:
        (render,) = add_renders(connection, case.person.id, [Draft()])
    (await case.client.post("/shares", json={"render_id": str(render)})).raise_for_status()
    case.sql("select private.take_down_render(%s, 'other')", render)
    return await case.client.post("/shares", json={"render_id": str(render)})


@provokes(ErrorCode.COMMUNITY_SET_NOT_FOUND)
async def _(case: Case) -> Response:
    return await case.client.get("/community/no-such-set")


@provokes(ErrorCode.COMMUNITY_ITEM_NOT_FOUND)
async def _(case: Case) -> Response:
    return await case.client.post("/reports", json={"community_item_id": str(uuid4()), "reason": "other"})


@provokes(ErrorCode.NO_SUBSCRIPTION)
async def _(case: Case) -> Response:
    return await case.client.post("/billing/portal")


@provokes(ErrorCode.BILLING_UNAVAILABLE)
async def _(case: Case) -> Response:
    # No Stripe runs beside this API.
    return await case.client.post("/billing/checkout", json={"plan_id": "pro", "interval": "month"})


@provokes(ErrorCode.DATABASE_UNAVAILABLE)
async def _(case: Case) -> Response:
    with case.api.supabase.connect() as connection, connection.transaction():
        connection.execute("lock table generation_jobs in access exclusive mode")
        return await case.client.get("/generations")


@provokes(ErrorCode.TOO_MANY_GIVEN_BACK)
async def _(case: Case) -> Response:
    runs = [
        JobRow(owner_id=case.person.id, status="canceled", given_back_at=datetime.now(UTC))
        for _ in range(PLANS[0].daily_given_back)
    ]
    with case.api.supabase.connect() as connection:
        insert(connection, runs)
    return await submit(case.client)


@provokes(ErrorCode.SUBMITS_PAUSED)
async def _(case: Case) -> Response:
    case.sql("update private.brakes set paused = true")
    try:
        return await submit(case.client)
    finally:
        case.sql("update private.brakes set paused = false")


@provokes(ErrorCode.DAILY_CEILING_REACHED)
async def _(case: Case) -> Response:
    case.sql("update private.brakes set ceiling = 0")
    try:
        return await submit(case.client)
    finally:
        case.sql("update private.brakes set ceiling = null")


@provokes(ErrorCode.STORAGE_UNAVAILABLE)
async def _(case: Case) -> Response:
    case.sql("alter table storage.objects rename to moved")
    try:
        return await case.client.get("/uploads")
    finally:
        case.sql("alter table storage.moved rename to objects")


@provokes(ErrorCode.SIGN_IN_UNAVAILABLE)
async def _(case: Case) -> Response:
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    # The first makes the API fetch the keys; for a minute the second may name a new one.
    for kid in ("one", "another"):
        token = jwt.encode({"sub": case.person.id}, key.decode(), "ES256", headers={"kid": kid})
        answer = await case.client.get("/me", headers={"Authorization": f"Bearer {token}"})
    return answer


@pytest.fixture
async def case(api: ApiProcess, alice: ApiUser) -> AsyncIterator[Case]:
    yield Case(api=api, person=alice)
    api.replicate.clear_faults()


def test_every_code_has_an_answer() -> None:
    assert set(ANSWERS) == {*ErrorCode, *TransportCode}


@pytest.mark.parametrize("code", [code for code in ANSWERS if code not in MET_ELSEWHERE])
async def test_code_is_met_with_its_status_and_sentence(code: AnswerCode, case: Case) -> None:
    answer = await PROVOKE[code](case)
    assert_refused(answer, code)
    assert ("retry-after" in answer.headers) == (code in WITH_RETRY_AFTER)
