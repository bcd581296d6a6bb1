"""The shims of Auth: what a person meets on the way to an account, answered as upstream answers."""

import asyncio
from uuid import uuid4

import httpx

from local.inbox.mailbox import Mail
from tests.integration.local.world import Shim, World
from tests.support.accounts import PASSWORD, Account
from tests.support.waiting import until

TWO_DAYS_AGO = "update auth.sessions set created_at = now() - interval '2 days' where user_id = %s"


def told(answer: httpx.Response) -> tuple[int, str]:
    """The status and the code of what was refused."""
    return answer.status_code, answer.json().get("error_code", "")


async def confirmed_person(world: World) -> Account:
    """Somebody who signed up and entered the code of the mail."""
    email = f"person-{uuid4().hex[:12]}@example.com"
    async with world.supabase.client() as client:
        (await client.post("/auth/v1/signup", json={"email": email, "password": PASSWORD})).raise_for_status()
        code = world.mailbox.to(email)[-1].codes[0]
        answer = await client.post("/auth/v1/verify", json={"email": email, "token": code, "type": "email"})
    session = answer.raise_for_status().json()
    return Account(id=session["user"]["id"], email=email, token=session["access_token"])


async def a_mailed_code_signs_in(world: World) -> None:
    alice = await world.supabase.sign_up("alice")
    async with world.supabase.client() as client:
        await client.post("/auth/v1/otp", json={"email": alice.email, "create_user": False})
        [code] = world.mailbox.to(alice.email)[-1].codes
        verify = {"email": alice.email, "token": code, "type": "email"}
        answer = await client.post("/auth/v1/verify", json=verify)
    assert answer.status_code == 200
    assert answer.json()["user"]["id"] == alice.id


async def mails_have_our_words_and_lead_back_to_the_page_that_asked(world: World) -> None:
    alice = await world.supabase.sign_up("alice")
    page = f"{world.supabase.gateway.site_url}/sign-in?next=%2Fdashboard%2Frenders%3Fq%3Doak"
    async with world.supabase.client() as client:
        await client.post("/auth/v1/recover", json={"email": alice.email}, params={"redirect_to": page})
        mails = world.mailbox.to(alice.email)
        assert len(mails) == 1
        mail = mails[0]
        assert mail.subject == f"Reset your password: {mail.codes[0]}"
        assert mail.html
        assert "&amp;redirect_to=" in mail.html
        assert mail.links[0].startswith(f"{world.supabase.url}/auth/v1/verify?")
        answer = await client.get(mail.links[0])
        assert answer.status_code == 303
        assert answer.headers["location"].startswith(f"{page}#access_token=")

        await client.post(
            "/auth/v1/recover", json={"email": alice.email}, params={"redirect_to": "https://evil.example"}
        )
    assert "evil" not in world.mailbox.to(alice.email)[-1].links[0]


async def a_new_person_enters_a_code(world: World) -> None:
    email = f"new-{uuid4().hex[:12]}@example.com"
    sign_in = {"email": email, "password": PASSWORD}
    async with world.supabase.client() as client:
        answers = [await client.post("/auth/v1/signup", json=sign_in) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 200]
        first, again = [answer.json() for answer in answers]
        assert first.get("id") == again.get("id") is not None
        assert "access_token" not in again
        assert len(again["identities"]) == 1
        refused = await client.post("/auth/v1/token", params={"grant_type": "password"}, json=sign_in)
        assert told(refused) == (400, "email_not_confirmed")

        replaced, mail = world.mailbox.to(email)
        for code, status in ((replaced.codes[0], 403), (mail.codes[0], 200), (mail.codes[0], 403)):
            answer = await client.post("/auth/v1/verify", json={"email": email, "token": code, "type": "email"})
            assert answer.status_code == status, code
        signed_in = await client.post("/auth/v1/token", params={"grant_type": "password"}, json=sign_in)
        assert signed_in.json()["user"]["id"] == first["id"]


async def a_code_for_a_new_address_confirms_it(world: World) -> None:
    email = f"new-{uuid4().hex[:12]}@example.com"
    confirmed = "select email_confirmed_at is not null from auth.users where email = %s"
    async with world.supabase.client() as client:
        assert told(await client.post("/auth/v1/otp", json={"email": email, "create_user": False}))[0] == 422
        assert (await client.post("/auth/v1/otp", json={"email": email})).status_code == 200
        [mail] = world.mailbox.to(email)
        assert mail.subject.startswith("Confirm your email: ")
        with world.supabase.connect() as connection:
            assert connection.execute(confirmed, (email,)).fetchone() == (False,)
            verify = {"email": email, "token": mail.codes[0], "type": "email"}
            assert (await client.post("/auth/v1/verify", json=verify)).json()["user"]["email"] == email
            assert connection.execute(confirmed, (email,)).fetchone() == (True,)


async def a_known_address_is_not_told(world: World) -> None:
    alice = await confirmed_person(world)
    before = len(world.mailbox.to(alice.email))
    async with world.supabase.client() as client:
        answer = await client.post("/auth/v1/signup", json={"email": alice.email, "password": "another password"})
    invented = answer.json()
    assert (answer.status_code, invented["identities"], invented["email"]) == (200, [], alice.email)
    assert invented["id"] != alice.id
    assert len(world.mailbox.to(alice.email)) == before


async def both_addresses_confirm_a_change(world: World) -> None:
    for links in (False, True):
        alice = await confirmed_person(world)
        new = f"new-{alice.email}"
        page = f"{world.supabase.gateway.site_url}/dashboard/account"
        async with world.supabase.client(alice.token) as client:

            async def confirm(mail: Mail, address: str, client: httpx.AsyncClient = client) -> httpx.Response:
                if links:  # noqa: B023, this round's
                    return await client.get(mail.links[0])
                code = {"email": address, "token": mail.codes[0], "type": "email_change"}
                return await client.post("/auth/v1/verify", json=code)

            await client.put("/auth/v1/user", json={"email": new}, params={"redirect_to": page})
            old_mail, new_mail = world.mailbox.to(alice.email)[-1], world.mailbox.to(new)[-1]
            assert old_mail.subject.startswith("Confirm your email change: ")
            assert alice.email in new_mail.text
            half = await confirm(new_mail, new)
            if links:
                assert half.headers["location"].startswith(f"{page}#message=Confirmation+link+accepted.")
            else:
                assert (half.status_code, half.json()["code"]) == (200, "200")
                assert "access_token" not in half.json()
            user = (await client.get("/auth/v1/user")).json()
            assert (user["email"], user["new_email"]) == (alice.email, new)
            whole = await confirm(old_mail, alice.email)
            assert (
                whole.headers["location"].startswith(f"{page}#access_token=") if links else whole.json()["access_token"]
            )
            assert (await client.get("/auth/v1/user")).json()["email"] == new


async def confirmations_at_the_same_time_make_one_change(world: World) -> None:
    alice = await confirmed_person(world)
    new = f"new-{alice.email}"
    async with world.supabase.client(alice.token) as client:
        await client.put("/auth/v1/user", json={"email": new})
        mails = {address: world.mailbox.to(address)[-1] for address in (alice.email, new)}
        with world.supabase.connect() as holder, world.supabase.connect() as looker:
            # Both have found the account as it was before they may change it.
            with holder.transaction():
                holder.execute("select from auth.users where id = %s for update", (alice.id,))
                requests = [
                    asyncio.create_task(
                        client.post(
                            "/auth/v1/verify", json={"email": to, "token": mail.codes[0], "type": "email_change"}
                        )
                    )
                    for to, mail in mails.items()
                ]
                await until(lambda: looker.execute("select from pg_locks where not granted").rowcount >= 2)
            answers = await asyncio.gather(*requests)
        assert sorted("access_token" in answer.json() for answer in answers) == [False, True]
        assert (await client.get("/auth/v1/user")).json()["email"] == new


async def an_old_sign_in_needs_a_code_for_a_new_password(world: World) -> None:
    alice = await world.supabase.sign_up("alice")
    async with world.supabase.client(alice.token) as client:

        async def save(**more: str) -> httpx.Response:
            return await client.put("/auth/v1/user", json={"password": f"password {uuid4()}", **more})

        assert (await save()).status_code == 200
        with world.supabase.connect() as connection:
            connection.execute(TWO_DAYS_AGO, (alice.id,))
        assert told(await save()) == (400, "reauthentication_needed")
        assert (await client.get("/auth/v1/reauthenticate")).status_code == 200
        [mail] = world.mailbox.to(alice.email)
        assert mail.subject == f"Confirm that it is you: {mail.codes[0]}"
        wrong = "000000" if mail.codes[0] != "000000" else "000001"
        assert told(await save(nonce=wrong)) == (422, "reauthentication_not_valid")
        assert (await save(nonce=mail.codes[0])).status_code == 200
        assert told(await save(nonce=mail.codes[0])) == (422, "reauthentication_not_valid")


CONFIRM_NEW_PEOPLE = "  if (settings.enable_confirmations) confirmNewPeople(service);\n"
CONFIRM_BOTH = "  confirmBothAddresses(service, settings, half);\n"

AUTH_SHIMS = [
    Shim(a_mailed_code_signs_in, 'gateway.post("/auth/v1/verify",', 'gateway.post("/cut",'),
    Shim(mails_have_our_words_and_lead_back_to_the_page_that_asked, "  app._mailer = mailer;\n"),
    Shim(a_new_person_enters_a_code, CONFIRM_NEW_PEOPLE, file="auth.mjs", confirms=True),
    Shim(a_code_for_a_new_address_confirms_it, CONFIRM_NEW_PEOPLE, file="auth.mjs", confirms=True),
    Shim(
        a_known_address_is_not_told,
        "      if (user.confirmed_at) return",
        "      if (false) return",
        file="auth.mjs",
        confirms=True,
    ),
    Shim(both_addresses_confirm_a_change, CONFIRM_BOTH, file="auth.mjs", confirms=True),
    Shim(
        confirmations_at_the_same_time_make_one_change,
        "const user = await repo.findUserById(found.user.id);",
        "const { user } = found;",
        file="auth.mjs",
        confirms=True,
    ),
    Shim(
        an_old_sign_in_needs_a_code_for_a_new_password,
        "  if (settings.secure_password_change) askForCode(service, c, AuthError);\n",
        file="auth.mjs",
    ),
]
