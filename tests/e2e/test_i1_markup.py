"""I1: whatever a person, a file or the provider writes is text on the page, never markup."""

import pytest
from playwright.sync_api import expect

from tests.support.checks.page_problems import PageProblems
from tests.support.clients import http_client
from tests.support.clients.browser_user import PHOTO, BrowserUser
from tests.support.factories import Draft
from tests.support.processes.site import Site

PAYLOADS = (
    "<img src=x onerror=alert(1)>",
    "<script>alert(2)</script>",
    "\"'><svg onload=alert(3)>",
    "javascript:alert(4)",
    "{{constructor.constructor('alert(5)')()}}",
)
MARKUP = " ".join(PAYLOADS)


def test_I1_markup_in_prompt_and_file_name_stays_text(alice: BrowserUser) -> None:
    page = alice.page
    picker = page.get_by_label("Photo file")
    picker.set_input_files({"name": MARKUP, "mimeType": "image/webp", "buffer": PHOTO.read_bytes()})
    expect(alice.settings.get_by_text(MARKUP)).to_be_visible()
    alice.generate(MARKUP)
    expect(alice.variants).to_have_count(2)
    expect(alice.result.get_by_role("heading", level=2).first).to_contain_text(PAYLOADS[0])
    _expect_no_element_of_markup(alice)

    page.reload()
    expect(alice.variants).to_have_count(2)
    page.get_by_role("button", name="Earlier descriptions").click()
    expect(page.get_by_role("dialog").get_by_text(MARKUP)).to_be_visible()
    page.keyboard.press("Escape")
    alice.result.get_by_role("button", name="Open variant 1").click()
    with page.expect_download() as download:
        page.get_by_role("dialog").get_by_role("button", name="Download").click()
    assert not set(download.value.suggested_filename) & set("<>\"'/\\:;\r\n")
    _expect_no_element_of_markup(alice)


def test_I1_markup_in_a_file_that_is_refused_stays_text(alice: BrowserUser) -> None:
    picker = alice.page.get_by_label("Photo file")
    picker.set_input_files({"name": MARKUP, "mimeType": "image/svg+xml", "buffer": MARKUP.encode()})
    expect(alice.settings.get_by_role("alert")).to_contain_text(MARKUP)
    _expect_no_element_of_markup(alice)


def test_I1_markup_in_titles_and_names_of_collections_stays_text(alice: BrowserUser) -> None:
    page = alice.page
    renders = alice.keep([Draft(title=payload, prompt=payload) for payload in PAYLOADS])
    api = alice.api()
    for payload in PAYLOADS:
        api.post("/collections", json={"name": payload}).raise_for_status()
    newest = api.get("/collections").json()["data"][1]
    for render in renders:
        api.put(f"/collections/{newest['id']}/items/{render}").raise_for_status()

    page.goto("/dashboard/renders")
    for payload in PAYLOADS:
        expect(page.get_by_role("link", name=payload, exact=True)).to_be_visible()
    page.get_by_role("checkbox").first.click()
    page.get_by_role("button", name="Add to collection").click()
    expect(page.get_by_role("dialog").get_by_text(PAYLOADS[0], exact=True)).to_be_visible()
    _expect_no_element_of_markup(alice)
    for path, text in (
        (f"renders/{renders[0]}", PAYLOADS[0]),
        (f"compare?a={renders[0]}&b={renders[1]}", PAYLOADS[1]),
        ("collections", PAYLOADS[2]),
        (f"collections/{newest['id']}", newest["name"]),
    ):
        page.goto(f"/dashboard/{path}")
        expect(page.get_by_text(text).last).to_be_visible()
        _expect_no_element_of_markup(alice)

    api.post("/renders/bulk", json={"action": "trash", "selection": {"ids": renders}}).raise_for_status()
    page.goto("/dashboard/trash")
    expect(page.get_by_role("link", name=PAYLOADS[0], exact=True)).to_be_visible()
    _expect_no_element_of_markup(alice)


@pytest.mark.parametrize("kind", ["fail", "nsfw"])
def test_I1_markup_in_a_provider_error_is_not_shown(alice: BrowserUser, site: Site, kind: str) -> None:
    site.fault(on="run", kind=kind, error=MARKUP)
    alice.generate()
    expect(alice.result).to_contain_text("Your 4 credits are back.")
    expect(alice.page.get_by_text("alert(")).to_have_count(0)
    _expect_no_element_of_markup(alice)


def test_I1_a_script_that_gets_into_the_page_is_stopped_and_heard(
    alice: BrowserUser, page_problems: PageProblems
) -> None:
    """The control: what the other tests wait for in vain would have been noticed."""
    alice.page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "document.title = 'taken over'";
            document.body.append(script);
            document.body.insertAdjacentHTML("beforeend", "<img src='x:' onerror='document.title = `taken over`'>");
        }"""
    )
    expect(alice.page).to_have_title("Create · Maquette")
    broken_rules = [complaint for complaint in page_problems.seen if "Content Security Policy" in complaint]
    assert len(broken_rules) >= 2
    page_problems.seen.clear()

    alice.page.evaluate("setTimeout(() => alert('heard'))")
    alice.page.wait_for_function("true")
    assert page_problems.seen == ["dialog: heard"]
    page_problems.seen.clear()


@pytest.mark.parametrize("path", ["/", "/sign-in", "/dashboard/create", "/no/such/page"])
def test_I1_every_page_forbids_inline_scripts_frames_and_sniffing(site: Site, path: str) -> None:
    answer = http_client.get(site.url + path)
    policy = dict(rule.split(" ", 1) for rule in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def _expect_no_element_of_markup(person: BrowserUser) -> None:
    """None of the payloads became an element, and none of their handlers an attribute."""
    made = person.page.evaluate(
        "document.querySelectorAll('[onerror], [onload], img[src=x], a[href^=javascript], body script').length"
    )
    assert made == 0
