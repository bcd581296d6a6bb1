"""What is wrong with a request is said in the envelope, and nothing is written."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from api.errors import AnswerCode, TransportCode
from libs.app_config.runtime import LIMITS
from libs.errors import ErrorCode
from tests.support.checks.snapshot import snapshot
from tests.support.clients import http_client
from tests.support.clients.api_user import ApiUser, assert_refused, signed_in
from tests.support.clients.database_user import service_role_user
from tests.support.factories import Draft, add_renders
from tests.support.images import image_file, png_of_size, webp_animation
from tests.support.processes.api import TEXT_PRESET, ApiProcess, submit

INVALID = ErrorCode.VALIDATION_FAILED
JSON = {"Content-Type": "application/json"}

# Name of the case: what is changed in a good submit, the code, the field that is named.
SUBMITS: dict[str, tuple[dict[str, Any], ErrorCode, str | None]] = {
    "unknown field": ({"owner_id": str(uuid4())}, INVALID, ""),
    "preset of another type": ({"preset_id": 5}, INVALID, "preset_id"),
    "preset unknown": ({"preset_id": "my-own"}, INVALID, "preset_id"),
    "preset null": ({"preset_id": None}, INVALID, "preset_id"),
    "prompt of another type": ({"prompt": ["A lighthouse"]}, INVALID, "prompt"),
    "prompt too long": ({"prompt": "ä" * (LIMITS.prompt_characters + 1)}, INVALID, "prompt"),
    "prompt empty": ({"prompt": ""}, INVALID, "prompt"),
    "prompt invisible": ({"prompt": " \u200b\u2060\n"}, INVALID, "prompt"),
    "variants as text": ({"variants": "2"}, INVALID, "variants"),
    "variants as fraction": ({"variants": 1.5}, INVALID, "variants"),
    "variants none": ({"variants": 0}, INVALID, "variants"),
    "variants negative": ({"variants": -1}, INVALID, "variants"),
    "variants beyond any model": ({"variants": LIMITS.max_variants + 1}, INVALID, "variants"),
    "variants beyond the preset": ({"variants": 2}, INVALID, "variants"),
    "seed zero": ({"seed": 0}, INVALID, "seed"),
    "seed too large": ({"seed": LIMITS.max_seed + 1}, INVALID, "seed"),
    "seed as truth": ({"seed": True}, INVALID, "seed"),
    "settings as list": ({"settings": []}, INVALID, "settings"),
    "setting unknown": ({"settings": {"model": "mine"}}, INVALID, "settings.model"),
    "setting not offered": ({"settings": {"style": "free"}}, INVALID, "settings.style"),
    "setting of another type": ({"settings": {"style": 1}}, INVALID, "settings.style"),
    "setting nested": ({"settings": {"style": {}}}, INVALID, "settings[...]"),
    "setting out of range": (
        {"preset_id": "remote-cabin", "settings": {"guidance": 1e9}, "input": "alices photo"},
        INVALID,
        "settings.guidance",
    ),
    "photo missing": ({"preset_id": "room-makeover"}, INVALID, "input"),
    "photo not wanted": ({"input": "alices photo"}, INVALID, "input"),
    "input of no kind": ({"input": {"upload_id": "x"}}, INVALID, "input"),
    "input of another kind": ({"input": {"kind": "url", "url": "http://127.0.0.1/"}}, INVALID, "input.kind"),
    "photo of another": ({"preset_id": "warm-minimal", "input": "bens photo"}, ErrorCode.INPUT_NOT_FOUND, None),
    "photo by path": (
        {"preset_id": "warm-minimal", "input": {"kind": "upload", "upload_id": "../../renders/x"}},
        ErrorCode.INPUT_NOT_FOUND,
        None,
    ),
    "photo by a long name": (
        {"preset_id": "warm-minimal", "input": {"kind": "upload", "upload_id": "a" * 50_000}},
        ErrorCode.INPUT_NOT_FOUND,
        None,
    ),
    "variant of another": ({"preset_id": "warm-minimal", "input": "bens variant"}, ErrorCode.INPUT_NOT_FOUND, None),
    "variant by no id": (
        {"preset_id": "warm-minimal", "input": {"kind": "variant", "variant_id": "1"}},
        INVALID,
        "input.variant_id",
    ),
    "collection of another": ({"collection_id": "bens favorites"}, ErrorCode.COLLECTION_NOT_FOUND, None),
    "collection by no id": ({"collection_id": "1 or true"}, INVALID, "collection_id"),
}

# Name of the case: body, content type, code.
BODIES: dict[str, tuple[bytes, str, AnswerCode]] = {
    "empty": (b"", "application/json", INVALID),
    "null": (b"null", "application/json", INVALID),
    "a list": (b"[]", "application/json", INVALID),
    "no JSON": (b"preset_id=x", "application/json", TransportCode.MALFORMED_REQUEST),
    "cut off": (b'{"preset_id": "graphic', "application/json", TransportCode.MALFORMED_REQUEST),
    "two values": (b"{}{}", "application/json", TransportCode.MALFORMED_REQUEST),
    "not UTF-8": (b'{"prompt": "\xff\xfe"}', "application/json", TransportCode.MALFORMED_REQUEST),
    "UTF-16": ('{"prompt": "x"}'.encode("utf-16"), "application/json", TransportCode.MALFORMED_REQUEST),
    "too large": (b" " * LIMITS.body_bytes + b"{}", "application/json", TransportCode.BODY_TOO_LARGE),
    "a form": (b"preset_id=x", "application/x-www-form-urlencoded", TransportCode.UNSUPPORTED_CONTENT_TYPE),
    "of no type": (b"{}", "", TransportCode.UNSUPPORTED_CONTENT_TYPE),
    "as text": (b"{}", "text/plain", TransportCode.UNSUPPORTED_CONTENT_TYPE),
}

WHOLE = image_file(size=(400, 300))
FILES: dict[str, tuple[bytes, ErrorCode]] = {
    "empty": (b"", ErrorCode.UNSUPPORTED_IMAGE),
    "SVG": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", ErrorCode.UNSUPPORTED_IMAGE),
    "HTML": (b"<!doctype html><script>alert(1)</script>", ErrorCode.UNSUPPORTED_IMAGE),
    "HTML that begins as a GIF": (b"GIF89a/*<script>*/=1;alert(1)", ErrorCode.UNSUPPORTED_IMAGE),
    "PDF": (b"%PDF-1.7\n" + WHOLE, ErrorCode.UNSUPPORTED_IMAGE),
    "TIFF": (image_file("TIFF"), ErrorCode.UNSUPPORTED_IMAGE),
    "truncated": (WHOLE[: len(WHOLE) // 2], ErrorCode.UNREADABLE_IMAGE),
    "a signature alone": (b"\xff\xd8\xff", ErrorCode.UNREADABLE_IMAGE),
    "animated": (webp_animation(2), ErrorCode.ANIMATED_IMAGE),
    "beyond 64 megapixels": (png_of_size(8001, 8001), ErrorCode.TOO_MANY_PIXELS),
    "beyond 25 MB": (WHOLE + bytes(LIMITS.upload_bytes), ErrorCode.UPLOAD_TOO_LARGE),
}


FORM = "multipart/form-data; boundary=x"
TEXT_PART = b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\ntext\r\n--x--'
OTHER_PART = b'--x\r\nContent-Disposition: form-data; name="other"; filename="f"\r\n\r\ndata\r\n--x--'
FORMS: dict[str, tuple[bytes, str, AnswerCode]] = {
    "no body": (b"", FORM, INVALID),
    "no boundary": (OTHER_PART, "multipart/form-data", TransportCode.MALFORMED_REQUEST),
    "another boundary": (OTHER_PART, "multipart/form-data; boundary=y", TransportCode.MALFORMED_REQUEST),
    "text for a file": (TEXT_PART, FORM, INVALID),
    "another field": (OTHER_PART, FORM, INVALID),
    "cut off": (OTHER_PART.removesuffix(b"\r\n--x--"), FORM, TransportCode.MALFORMED_REQUEST),
    "JSON": (b"{}", "application/json", TransportCode.UNSUPPORTED_CONTENT_TYPE),
}


class Cast(msgspec.Struct, frozen=True, kw_only=True):
    """Alice, who sends what is wrong, Ben, whose things she names, and what stands for them in the cases."""

    api: ApiProcess
    alice: ApiUser
    bob: ApiUser
    things: dict[str, Any]

    def snapshot(self) -> dict[str, str | None]:
        return snapshot(self.api.supabase, self.alice.id, self.bob.id)


@pytest.fixture(scope="module")
async def cast(api: ApiProcess) -> AsyncIterator[Cast]:
    async with signed_in(api, "alice") as alice, signed_in(api, "bob") as bob:
        with api.supabase.connect() as connection:
            add_renders(connection, bob.id, [Draft()])
            query = "select id::text, path from render_variants where owner_id = %s"
            ((variant, path),) = connection.execute(query, [bob.id]).fetchall()
        async with http_client.AsyncClient(base_url=api.supabase.url) as http:
            (await service_role_user(api.supabase, http).upload("renders", path, image_file())).raise_for_status()
        things = {
            "alices photo": {"kind": "upload", "upload_id": await alice.upload(image_file(size=(64, 64)))},
            "bens photo": {"kind": "upload", "upload_id": await bob.upload(image_file(size=(64, 48)))},
            "bens variant": {"kind": "variant", "variant_id": variant},
            "bens favorites": (await bob.client.get("/collections")).json()["data"][0]["id"],
        }
        yield Cast(api=api, alice=alice, bob=bob, things=things)


@pytest.mark.parametrize("case", SUBMITS)
async def test_submit_is_refused_and_writes_nothing(case: str, cast: Cast) -> None:
    changes, code, field = SUBMITS[case]
    body = {name: cast.things.get(value, value) if isinstance(value, str) else value for name, value in changes.items()}
    before = cast.snapshot()
    details = assert_refused(await submit(cast.alice.client, **body), code)
    assert field is None or [entry["field"] for entry in details["fields"]] == [field]
    assert cast.snapshot() == before


@pytest.mark.parametrize("name", sorted(TEXT_PRESET.keys() - {"settings", "variants", "prompt", "seed"}))
async def test_submit_without_a_required_field_is_refused(name: str, cast: Cast) -> None:
    body = {field: value for field, value in TEXT_PRESET.items() if field != name}
    answer = await cast.alice.client.post("/generations", json=body, headers={"Idempotency-Key": "missing"})
    (problem,) = assert_refused(answer, INVALID)["fields"]
    assert name in problem["message"]


@pytest.mark.parametrize("case", BODIES)
async def test_body_is_refused_and_writes_nothing(case: str, cast: Cast) -> None:
    body, content_type, code = BODIES[case]
    before = cast.snapshot()
    headers = {"Idempotency-Key": uuid4().hex} | ({"Content-Type": content_type} if content_type else {})
    assert_refused(await cast.bob.client.post("/generations", content=body, headers=headers), code)
    assert cast.snapshot() == before


@pytest.mark.parametrize("case", FILES)
async def test_file_is_refused_and_not_stored(case: str, cast: Cast) -> None:
    data, code = FILES[case]
    before = cast.snapshot()
    answer = await cast.bob.client.post("/uploads", files={"file": ("photo.jpg", data, "image/jpeg")})
    assert_refused(answer, code)
    assert cast.snapshot() == before


@pytest.mark.parametrize("case", FORMS)
async def test_upload_without_a_file_is_refused(case: str, cast: Cast) -> None:
    body, content_type, code = FORMS[case]
    before = cast.snapshot()
    assert_refused(await cast.alice.client.post("/uploads", content=body, headers={"Content-Type": content_type}), code)
    assert cast.snapshot() == before


async def test_the_same_people_are_served_when_nothing_is_wrong(cast: Cast) -> None:
    """The control of all refusals above: their accounts, photos and pictures are good."""
    cast.api.replicate.fault(on="run", kind="stall")
    before = cast.snapshot()
    photo_preset: dict[str, Any] = {
        "preset_id": "remote-cabin",
        "settings": {"guidance": 60},
        "input": cast.things["alices photo"],
    }
    answer = await submit(cast.alice.client, **photo_preset)
    assert answer.status_code == 202, answer.text
    await cast.alice.client.post(f"/generations/{answer.json()['data']['id']}/cancel")
    cast.api.replicate.fault(on="run", kind="stall")
    answer = await submit(cast.bob.client, preset_id="warm-minimal", input=cast.things["bens variant"])
    assert answer.status_code == 202, answer.text
    await cast.bob.client.post(f"/generations/{answer.json()['data']['id']}/cancel")
    changed = {table for table, digest in cast.snapshot().items() if digest != before[table]}
    assert {"public.generation_jobs", "public.usage_ledger"} <= changed
