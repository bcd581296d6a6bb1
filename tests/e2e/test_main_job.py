"""The main job: a new person's photo becomes pictures."""

import os
import time
from io import BytesIO
from typing import Any
from uuid import uuid4

import httpx
from PIL import Image
from playwright.sync_api import sync_playwright

from tests.e2e.conftest import ROOT

PHOTO = ROOT / "web" / "public" / "samples" / "living-room.webp"


def sign_up(app_url: str) -> httpx.Client:
    config = httpx.get(f"{app_url}/api/v1/config").json()["data"]
    answer = httpx.post(
        f"{config['supabase_url']}/auth/v1/signup",
        headers={"apikey": config["supabase_publishable_key"]},
        json={"email": f"{uuid4().hex}@example.com", "password": "correct horse battery"},
    )
    token = answer.json()["access_token"]
    return httpx.Client(base_url=f"{app_url}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=30)


def wait_for_end(person: httpx.Client, generation_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        generation = person.get(f"/generations/{generation_id}").json()["data"]
        if generation["status"] not in {"queued", "processing"}:
            return generation
        time.sleep(0.3)
    raise AssertionError("the generation did not end")


def test_a_new_person_turns_a_photo_into_two_pictures_that_nobody_else_sees(app_url: str) -> None:
    alice, bob = sign_up(app_url), sign_up(app_url)
    upload = alice.post("/uploads", files={"file": ("room.webp", PHOTO.read_bytes())})
    assert upload.status_code == 201
    body = {
        "preset_id": "warm-minimal",
        "prompt": "Calm living room with a pale linen sofa",
        "variants": 2,
        "input": {"kind": "upload", "upload_id": upload.json()["data"]["id"]},
    }
    submitted = alice.post("/generations", json=body, headers={"Idempotency-Key": str(uuid4())})
    assert submitted.status_code == 202

    generation = wait_for_end(alice, submitted.json()["data"]["id"])

    assert generation["status"] == "succeeded"
    assert len(generation["render"]["variants"]) == 2
    for variant in generation["render"]["variants"]:
        picture = Image.open(BytesIO(httpx.get(variant["url"]).content))
        picture.load()
        assert picture.size == (variant["width"], variant["height"])
    assert alice.get("/usage").json()["data"]["used"] == generation["credits"]
    assert bob.get(f"/generations/{generation['id']}").status_code == 404
    assert bob.get("/generations").json()["data"] == []


def test_a_visitor_is_asked_to_sign_in(app_url: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM_PATH"], args=["--no-sandbox"])
        page = browser.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(app_url)
        page.get_by_role("textbox", name="E-mail").wait_for(timeout=15_000)
        assert errors == []
        browser.close()
