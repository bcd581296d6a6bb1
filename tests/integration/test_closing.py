"""An account is closed at once and deleted afterwards: nothing is billed on and nothing stays, whatever dies."""

import asyncio

import httpx
import psycopg
import pytest

from api.errors import TransportCode
from api.services import WEBHOOK_PATH
from libs.app_config.settings import load_settings
from libs.errors import ErrorCode
from libs.services.external.webhook_client import WebhookClient, WebhookFailed
from tests.support.billing import buy_plan, profile
from tests.support.clients import http_client
from tests.support.clients.api_user import ApiUser, assert_refused, signed_in
from tests.support.clock import end_closings
from tests.support.images import image_file
from tests.support.processes.api import ApiProcess
from tests.support.processes.paused_api import paused_at
from tests.support.processes.stripe import StripeProcess
from tests.support.waiting import equals, until

# Where the API is killed, and whether it has told its caller by then.
STEPS = {
    "before AccountRepository.close": False,
    "after AccountRepository.close": False,
    "before StripeClient.remove_customer": True,
    "after StripeClient.remove_customer": True,
    "after ClosedAccountRepository.confirm_customer": True,
    # Links, items, jobs and collections are deleted, files of variants waited for, photos queued and waited for, and
    # the user is deleted.
    **{f"after ClosedAccountRepository.delete_step {number}": True for number in range(1, 9)},
}
PATHS = ("/me", "/usage", "/billing", "/me/export", "/renders", "/collections", "/generations", "/shares", "/uploads")


def left_of(connection: psycopg.Connection, person: ApiUser) -> list[str]:
    """Where something of an account is left."""
    found = [
        name
        for (name,) in connection.execute(
            "select table_schema || '.' || table_name from information_schema.columns"
            " where column_name = 'owner_id' and data_type = 'uuid' and table_schema in ('public', 'private')"
        )
        if connection.execute(f"select 1 from {name} where owner_id = %s".encode(), [person.id]).fetchone()
    ]
    for place, query in {
        "auth.users": "select 1 from auth.users where id = %s",
        "public.profiles": "select 1 from profiles where id = %s",
        "private.customer_removals": "select 1 from private.customer_removals where account_id = %s",
        "storage.objects": "select 1 from storage.objects where name like %s || '/%%'",
    }.items():
        if connection.execute(query.encode(), [person.id]).fetchone():
            found.append(place)
    return found


async def until_nothing_is_left(api: ApiProcess, person: ApiUser) -> None:
    with api.supabase.connect() as connection:
        await until(lambda: left_of(connection, person), equals([]))


async def make_everything(person: ApiUser) -> None:
    """A paid account with a photo, a render in a collection, and a link to it."""
    await person.upload(image_file())
    generation = await person.generation()
    render = generation["render"]["id"]
    await person.client.put(f"/renders/{render}/favorite")
    (await person.client.post("/collections", json={"name": "Ideas"})).raise_for_status()
    (await person.client.post("/shares", json={"render_id": render})).raise_for_status()
    await buy_plan(person)


def is_removed(stripe: StripeProcess, customer: str) -> bool:
    """Whether Stripe deleted the customer, which ends their subscriptions."""
    events = stripe.control("GET", "events")
    return any(one["type"] == "customer.deleted" and one["data"]["object"]["id"] == customer for one in events)


async def test_E4_a_closed_account_ends_its_subscription_and_leaves_nothing(
    billing_api: ApiProcess, stripe: StripeProcess
) -> None:
    async with signed_in(billing_api, "alice") as alice:
        await make_everything(alice)

        answer = await alice.client.delete("/me")

        assert answer.status_code == 202
        assert set(answer.json()["data"]) == {"closed_at"}
        await until_nothing_is_left(billing_api, alice)
        kinds = [one["type"] for one in stripe.control("GET", "events")]
        assert kinds[-2:] == ["customer.subscription.deleted", "customer.deleted"]
        # C3: the token still carries a good signature, and is worth nothing.
        for path in ("/me", "/usage", "/billing", "/me/export"):
            assert_refused(await alice.client.get(path), ErrorCode.ACCOUNT_GONE)
        assert (await alice.client.get("/renders")).json()["data"] == []


async def test_C3_a_closed_account_is_refused_by_every_route(billing_api: ApiProcess) -> None:
    """Before its data is gone: here Stripe still has its customer."""
    async with signed_in(billing_api, "alice") as alice:
        await make_everything(alice)
        with billing_api.supabase.connect() as connection:
            connection.execute("select private.begin_closing(%s)", [alice.id])

        for path in PATHS[:-1]:
            assert_refused(await alice.client.get(path), ErrorCode.ACCOUNT_CLOSED)
        assert (await alice.client.get("/uploads")).json()["data"] == []
        again = await alice.client.delete("/me")
        assert again.status_code == 202
        await until_nothing_is_left(billing_api, alice)


async def test_C3_the_same_mail_signs_up_again_once_the_account_is_gone(billing_api: ApiProcess) -> None:
    async with signed_in(billing_api, "alice") as alice:
        await alice.generation()
        assert (await alice.client.delete("/me")).status_code == 202
        await until_nothing_is_left(billing_api, alice)
        gateway = billing_api.supabase.gateway
        async with http_client.AsyncClient(headers={"apikey": gateway.publishable_key}) as visitor:
            body = {"email": alice.account.email, "password": "another password"}
            answer = await visitor.post(f"{billing_api.supabase.url}/auth/v1/signup", json=body)
            token = answer.raise_for_status().json()["access_token"]
        async with http_client.AsyncClient(
            base_url=f"{billing_api.url}/api/v1", headers={"Authorization": f"Bearer {token}"}
        ) as anew:
            assert (await anew.get("/renders")).raise_for_status().json()["data"] == []


async def test_C3_the_token_of_a_session_that_was_signed_out_closes_nothing(billing_api: ApiProcess) -> None:
    """It is good for an hour: for reading, not for the end of an account."""
    async with signed_in(billing_api, "alice") as alice:
        async with billing_api.supabase.client(alice.account.token) as auth:
            (await auth.post("/auth/v1/logout?scope=global")).raise_for_status()

        assert_refused(await alice.client.delete("/me"), TransportCode.NOT_AUTHENTICATED)

        assert (await alice.client.get("/me")).is_success


@pytest.mark.parametrize("step", STEPS)
async def test_H1_killed_during_the_deletion_of_an_account(
    billing_api: ApiProcess, stripe: StripeProcess, step: str
) -> None:
    async with signed_in(billing_api, "alice") as alice:
        await make_everything(alice)
        customer = profile(billing_api.supabase, alice)["stripe_customer_id"]
        async with paused_at(step, billing_api) as paused, paused.api.client(alice.account) as client:
            call = asyncio.create_task(client.delete("/me"))
            await paused.wait_until_paused()
            paused.kill()
            if STEPS[step]:
                # The answer may have left before the step, or not.
                await asyncio.wait([call])
                assert isinstance(call.exception(), httpx.TransportError) or call.result().status_code == 202
            else:
                with pytest.raises(httpx.TransportError):
                    await call
        if step.startswith("before AccountRepository"):
            assert (await alice.client.get("/me")).is_success
            assert (await alice.client.delete("/me")).status_code == 202
        else:
            # Closed; or gone, when the killed process had asked for the files and the others did the rest.
            assert (await alice.client.get("/usage")).status_code == 401

        await end_closings(billing_api)

        await until_nothing_is_left(billing_api, alice)
        assert is_removed(stripe, customer)


@pytest.mark.parametrize(
    "step", ["before Storage.remove", "after Storage.remove", "after FileChangeRepository.confirm"]
)
async def test_H1_killed_while_the_files_of_an_account_are_removed(
    billing_api: ApiProcess, stripe: StripeProcess, step: str
) -> None:
    async with signed_in(billing_api, "alice") as alice:
        await make_everything(alice)
        customer = profile(billing_api.supabase, alice)["stripe_customer_id"]
        with billing_api.supabase.connect() as connection:
            connection.execute("select private.begin_closing(%s)", [alice.id])
            rows = "select private.delete_account_rows(%s, 500)"
            await until(lambda: connection.execute(rows, [alice.id]).fetchall(), equals([(0,)]))
        async with paused_at(step, billing_api) as paused:
            settings, _ = load_settings(paused.api.environment())
            webhook = WebhookClient(f"{paused.api.url}{WEBHOOK_PATH}", settings.internal_webhook_secret)
            call = asyncio.create_task(webhook.change_files())
            await paused.wait_until_paused()
            paused.kill()
            with pytest.raises(WebhookFailed):
                await call
            await webhook.aclose()
        assert_refused(await alice.client.get("/renders"), ErrorCode.ACCOUNT_CLOSED)

        await end_closings(billing_api)

        await until_nothing_is_left(billing_api, alice)
        assert is_removed(stripe, customer)


async def test_E4_H1_nothing_is_deleted_while_stripe_cannot_be_asked(
    billing_api: ApiProcess, api: ApiProcess, stripe: StripeProcess
) -> None:
    """`api` has no Stripe behind it: the account is closed all the same, and reconcile ends what is billed later."""
    async with signed_in(billing_api, "alice") as alice:
        await make_everything(alice)
        customer = profile(billing_api.supabase, alice)["stripe_customer_id"]
        async with api.client(alice.account) as client:
            assert (await client.delete("/me")).status_code == 202
        await end_closings(api)
        assert_refused(await alice.client.get("/renders"), ErrorCode.ACCOUNT_CLOSED)
        with billing_api.supabase.connect() as connection:
            assert "private.customer_removals" in left_of(connection, alice)
            assert "public.renders" in left_of(connection, alice)

        await end_closings(billing_api)

        await until_nothing_is_left(billing_api, alice)
        assert is_removed(stripe, customer)


async def test_E4_a_user_deleted_in_studio_is_billed_no_more(billing_api: ApiProcess, stripe: StripeProcess) -> None:
    async with signed_in(billing_api, "alice") as alice:
        await make_everything(alice)
        customer = profile(billing_api.supabase, alice)["stripe_customer_id"]
        with billing_api.supabase.connect() as connection:
            connection.execute("delete from auth.users where id = %s", [alice.id])
        assert stripe.subscriptions(customer, "active") != []
        assert not is_removed(stripe, customer)

        await end_closings(billing_api)

        assert is_removed(stripe, customer)


async def test_H1_stripes_events_about_a_closed_account_are_answered(
    billing_api: ApiProcess, stripe: StripeProcess
) -> None:
    """`customer.deleted` and the rest come when nobody here has that customer: each is answered, and not sent again."""
    async with signed_in(billing_api, "alice") as alice:
        await buy_plan(alice)
        assert (await alice.client.delete("/me")).status_code == 202
        await until_nothing_is_left(billing_api, alice)
        with billing_api.supabase.connect() as connection:
            outcome = "select outcome from webhook_events where provider = 'stripe' and kind = 'customer.deleted'"
            await until(lambda: ("unknown_customer",) in connection.execute(outcome).fetchall())
