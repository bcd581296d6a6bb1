"""A person at a browser, in the words of what people do."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import httpx
import psycopg
from playwright.sync_api import Locator, Page, expect

from tests.support.clients import http_client
from tests.support.factories import Draft, add_renders
from tests.support.processes.site import ROOT, Site
from tests.support.waiting import wait_until

PASSWORD = "correct horse battery staple"
PHOTO = ROOT / "web" / "public" / "samples" / "living-room.webp"
SENTENCE = "Calm living room with a pale linen sofa and an oak floor"


class BrowserUser:
    """Somebody with an e-mail address and a page in front of them."""

    def __init__(self, page: Page, site: Site, name: str) -> None:
        self.page = page
        self.site = site
        self.email = f"{name}-{uuid4().hex[:8]}@example.com"

    @classmethod
    def with_account(cls, page: Page, site: Site, name: str) -> Self:
        """Somebody new at Create. The form has its own tests: here the account is made behind it, which is faster."""
        person = cls(page, site, name)
        session = site.sign_up(person.email, PASSWORD)
        # An empty page of the product's origin: what is stored there is there before the first script of ours.
        page.route("/empty", lambda route: route.fulfill(content_type="text/html", body=""))
        page.goto("/empty")
        page.evaluate("(session) => localStorage.setItem('maquette.session', session)", session)
        page.goto("/dashboard/create")
        person.expect_create()
        return person

    def sign_up(self) -> None:
        """From the sign-in page that is shown, make an account as people do, and arrive at Create."""
        self.page.get_by_role("button", name="Create an account").click()
        self._fill_in(PASSWORD)
        self.page.get_by_role("button", name="Create account").click()
        self.expect_create()

    def sign_in(self, password: str = PASSWORD) -> None:
        """Fill in the form that is shown and send it; who waits for what comes of it is the caller."""
        self._fill_in(password)
        self.page.get_by_role("button", name="Sign in", exact=True).click()

    def sign_out(self) -> None:
        self.page.get_by_role("button", name=re.compile("^Account ")).click()
        self.page.get_by_role("menuitem", name="Sign out").click()
        expect(self.page.get_by_role("heading", name="Sign in")).to_be_visible()

    def expect_create(self) -> None:
        """Create is there, with what it needs."""
        expect(self.page).to_have_url(f"{self.site.url}/dashboard/create")
        expect(self.generate_button).to_be_visible()

    @property
    def generate_button(self) -> Locator:
        return self.page.get_by_role("button", name="Generate")

    @property
    def prompt(self) -> Locator:
        return self.page.get_by_label("Describe it")

    @property
    def settings(self) -> Locator:
        return self.page.get_by_role("region", name="Settings")

    @property
    def result(self) -> Locator:
        return self.page.get_by_role("region", name="Result")

    @property
    def variants(self) -> Locator:
        """The finished pictures of the run that is shown."""
        return (
            self.result.get_by_role("list", name="Variants")
            .get_by_role("button", name="Open variant")
            .get_by_role("img")
        )

    @property
    def credits_left(self) -> Locator:
        return self.page.get_by_role("button", name="credits left")

    def add_photo(self, photo: Path = PHOTO) -> None:
        self.page.get_by_label("Photo file").set_input_files(photo)
        expect(self.settings.get_by_text("Location data removed")).to_be_visible()

    def generate(self, sentence: str = SENTENCE) -> None:
        """Ask for what the panel says; the run is on screen afterwards."""
        self.prompt.fill(sentence)
        self.generate_button.click()
        expect(self.result.get_by_role("progressbar", name="Progress")).to_be_visible()

    def make_two(self) -> str:
        """A finished render of two variants from the photo, asked for behind the page; answers its id."""
        with PHOTO.open("rb") as photo:
            upload = self.api().post("/uploads", files={"file": photo}).raise_for_status().json()["data"]
        given = {"kind": "upload", "upload_id": upload["id"]}
        return self.make(preset_id="warm-minimal", prompt=SENTENCE, variants=2, input=given)

    def token(self) -> str:
        """The JWT of this person's session, as a script of the page would find it."""
        return self.page.evaluate("JSON.parse(localStorage.getItem('maquette.session')).access_token")

    def keep(self, drafts: Sequence[Draft]) -> list[str]:
        """Renders in this person's list that nothing drew: rows without pictures. Answers their ids."""
        owner = self.page.evaluate("JSON.parse(localStorage.getItem('maquette.session')).user.id")
        with psycopg.connect(self.site.database_url) as connection:
            return [str(render_id) for render_id in add_renders(connection, owner, drafts)]

    def api(self) -> httpx.Client:
        """Our API as this person."""
        headers = {"Authorization": f"Bearer {self.token()}"}
        return http_client.Client(base_url=f"{self.site.url}/api/v1", headers=headers)

    def make(self, **order: Any) -> str:
        """A finished render, asked for behind the page; answers its id.

        Without a seed in `order` it has always the same one: the local Replicate draws it for the first test only.
        """
        api = self.api()
        order = {"seed": 1, **order}
        key = {"Idempotency-Key": str(uuid4())}
        job = api.post("/generations", json=order, headers=key).raise_for_status().json()["data"]
        render = wait_until(lambda: api.get(f"/generations/{job['id']}").raise_for_status().json()["data"]["render"])
        return render["id"]

    def add_collection(self, name: str, renders: Sequence[str]) -> str:
        """A collection of these renders; answers its id."""
        api = self.api()
        collection = api.post("/collections", json={"name": name}).raise_for_status().json()["data"]["id"]
        for render in renders:
            api.put(f"/collections/{collection}/items/{render}").raise_for_status()
        return collection

    def share(self, **body: Any) -> str:
        """The address of a new link; `body` is that of POST /shares."""
        return self.api().post("/shares", json=body).raise_for_status().json()["data"]["url"]

    def _fill_in(self, password: str) -> None:
        self.page.get_by_label("E-mail", exact=True).fill(self.email)
        self.page.get_by_label("Password", exact=True).fill(password)
