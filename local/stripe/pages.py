"""The hosted pages: checkout with a card form, the confirmation of the bank (3-D Secure), and the customer portal."""

from html import escape
from pathlib import Path
from typing import Any, Final

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.response import Redirect

from local.stripe.billing import NEEDS_CONFIRMATION, CardRefused
from local.stripe.forms import parse_form
from local.stripe.objects import Object
from local.stripe.services import Services
from local.stripe.settings import SoldPrice

AnyRequest = Request[Any, Any, State]

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; form-action *; base-uri 'none'; frame-ancestors 'none'"
STYLE: Final = (Path(__file__).parent / "pages.css").read_text()
TEST_MARK: Final = '<span class="mark">Test mode</span>'
TEST_CARDS: Final = (
    ("4242 4242 4242 4242", "is charged"),
    ("4000 0000 0000 0002", "is declined"),
    ("4000 0025 0000 3155", "wants the bank's confirmation"),
    ("4000 0000 0000 0341", "is charged now and fails at the renewal"),
)


class CheckoutController(Controller):
    """The hosted page of a checkout session."""

    path = "/c/pay/{session_id:str}"

    @get("/", sync_to_thread=False)
    def show_checkout(self, session_id: str, services: NamedDependency[Services]) -> Response[str]:
        """The card form."""
        return _checkout(services, services.store.get("checkout.session", session_id))

    @post("/", status_code=200)
    async def submit_checkout(
        self, request: AnyRequest, session_id: str, services: NamedDependency[Services]
    ) -> Response[str] | Redirect:
        """Charge the card, or ask the bank first."""
        form = parse_form(await request.body())
        card = str(form.get("card", ""))
        session = services.store.get("checkout.session", session_id)
        if session["status"] != "open":
            return _closed(session)
        if card.replace(" ", "") in NEEDS_CONFIRMATION and form.get("confirmed") != "yes":
            if form.get("confirmed") == "no":
                return _checkout(services, session, "The bank did not confirm this payment. Use another card.")
            return _confirmation(session, card)
        try:
            services.billing.pay(session, _sold(services, session), card)
        except CardRefused as refusal:
            return _checkout(services, session, str(refusal))
        return Redirect(session["success_url"], status_code=303)


class PortalController(Controller):
    """The hosted customer portal."""

    path = "/p/session/{session_id:str}"

    @get("/", sync_to_thread=False)
    def show_portal(self, session_id: str, services: NamedDependency[Services]) -> Response[str]:
        """The subscription, what it can be changed to, its card and its invoices."""
        return _portal(services, services.store.get("billing_portal.session", session_id))

    @post("/", status_code=200)
    async def submit_portal(
        self, request: AnyRequest, session_id: str, services: NamedDependency[Services]
    ) -> Response[str]:
        """Change the plan, cancel at the end of the period, undo that, or use another card."""
        form = parse_form(await request.body())
        session = services.store.get("billing_portal.session", session_id)
        billing, customer = services.billing, session["customer"]
        portal = billing.portal(session["configuration"])
        subscription = billing.running(customer)
        try:
            match form.get("action"):
                case "card":
                    billing.use_card(customer, str(form.get("card", "")))
                case "cancel" if subscription:
                    billing.cancel(subscription, portal)
                case "resume" if subscription:
                    billing.resume(subscription)
                case "change" if subscription and form.get("price") in billing.prices:
                    billing.change(subscription, billing.prices[str(form["price"])], portal)
                case _:
                    pass
        except CardRefused as refusal:
            return _portal(services, session, str(refusal))
        return _portal(services, session)


def _sold(services: Services, session: Object) -> SoldPrice:
    return services.billing.prices[session["line_items"]["data"][0]["price"]["id"]]


def _checkout(services: Services, session: Object, error: str = "") -> Response[str]:
    if session["status"] != "open":
        return _closed(session)
    sold = _sold(services, session)
    cards = "".join(f"<tr><td>{number}</td><td>{what}</td></tr>" for number, what in TEST_CARDS)
    side = f"""
      <p><a href="{escape(session["cancel_url"])}">Back</a> {TEST_MARK}</p>
      <h1>Subscribe to {escape(sold.product)}</h1>
      <p class="amount">{_money(sold)}</p><p>per {sold.interval}</p>"""
    form = f"""
      <h2>Pay with card</h2>{_error(error)}
      <form method="post">
        <label for="card">Card number</label>
        <input id="card" name="card" inputmode="numeric" autocomplete="cc-number" value="4242 4242 4242 4242" required>
        <div class="row"><div><label for="expiry">Expires</label><input id="expiry" value="12 / 34"></div>
        <div><label for="cvc">CVC</label><input id="cvc" value="123"></div></div>
        <label for="name">Name on card</label><input id="name" autocomplete="cc-name">
        <button type="submit">Subscribe</button>
      </form>
      <div class="note">Nothing is charged. Cards to try: <table>{cards}</table></div>"""
    return _page("Checkout", side, form)


def _confirmation(session: Object, card: str) -> Response[str]:
    amount = f"{session['amount_total'] / 100:.2f} {session['currency'].upper()}"
    side = f"<p>{TEST_MARK}</p><h1>3-D Secure</h1><p class='amount'>{amount}</p>"
    form = f"""
      <h2>Confirm this payment</h2><p>This stands for the page of a bank.</p>
      <form method="post"><input type="hidden" name="card" value="{escape(card)}">
        <button name="confirmed" value="yes">Confirm</button>
        <button name="confirmed" value="no" class="plain">Refuse</button></form>"""
    return _page("3-D Secure", side, form)


def _closed(session: Object) -> Response[str]:
    done = session["status"] == "complete"
    said = "This checkout is complete." if done else "This checkout has expired."
    back = session["success_url"] if done else session["cancel_url"]
    return _page(
        "Checkout", "<h1>Checkout</h1>", f'<h2>{said}</h2><p><a href="{escape(back)}">Back to Maquette</a></p>'
    )


def _portal(services: Services, session: Object, error: str = "") -> Response[str]:
    subscription = services.billing.running(session["customer"])
    side = f"""<p><a href="{escape(session["return_url"])}">Return to Maquette</a> {TEST_MARK}</p>
      <h1>Billing</h1>"""
    if subscription is None:
        return _page("Billing", side, f"<h2>No subscription</h2>{_error(error)}{_invoices(services, session)}")
    sold = services.billing.price_of(subscription)
    side += f'<p class="amount">{escape(sold.product)}</p><p>{_money(sold)} per {sold.interval}</p>'
    if subscription["status"] == "past_due":
        side += '<p class="error">The last payment failed. Use another card.</p>'
    if subscription["cancel_at"] is None:
        ending = '<button name="action" value="cancel" class="plain">Cancel subscription</button>'
    else:
        side += "<p>Ends at the end of the period.</p>"
        ending = '<button name="action" value="resume">Do not cancel</button>'
    if planned := services.billing.planned(subscription):
        side += f"<p>{escape(planned.product)} from the next period on.</p>"
    changes = "".join(
        f"""<form method="post"><input type="hidden" name="action" value="change">
        <button name="price" value="{escape(other.id)}" class="plain">Change to {escape(other.product)},
        {_money(other)} per {other.interval}</button></form>"""
        for other in services.billing.prices.values()
        if other.id != sold.id
    )
    body = f"""<h2>Your subscription</h2>{_error(error)}{changes}<form method="post">{ending}</form>
      <form method="post"><input type="hidden" name="action" value="card"><label for="card">Another card</label>
      <input id="card" name="card" value="4242 4242 4242 4242"><button type="submit">Use this card</button></form>
      {_invoices(services, session)}"""
    return _page("Billing", side, body)


def _invoices(services: Services, session: Object) -> str:
    rows = "".join(
        f"<tr><td>{escape(one['number'])}</td><td>{one['total'] / 100:.2f}</td><td>{one['status']}</td></tr>"
        for one in services.store.all("invoice", customer=session["customer"])
    )
    return f'<div class="note">Invoices<table>{rows}</table></div>' if rows else ""


def _money(sold: SoldPrice) -> str:
    return f"{sold.amount / 100:.2f} {sold.currency.upper()}"


def _error(text: str) -> str:
    return f'<p class="error" role="alert">{escape(text)}</p>' if text else ""


def _page(title: str, side: str, main: str) -> Response[str]:
    html = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{STYLE}</style><body><aside>{side}</aside><main>{main}</main></body></html>"
    )
    headers = {"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
    return Response(html, media_type="text/html", headers=headers)
