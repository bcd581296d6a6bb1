"""Each shim of supabase.mjs: the text that makes it, and a check that holds with it and fails without it."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from typing import Any, cast
from uuid import uuid4

import msgspec
import psutil
import pytest
from jose import jwt
from postgrest import AsyncPostgrestClient
from postgrest.types import ReturnMethod
from storage3.exceptions import StorageApiError

from libs.repositories.database import IDLE_SECONDS
from tests.integration.local.world import PNG, Shim, World
from tests.support.clients import http_client
from tests.support.waiting import until


async def statements_end_after_the_time_of_their_role(world: World) -> None:
    alice = await world.supabase.sign_up("alice")
    as_anonymous = AsyncPostgrestClient(f"{world.supabase.url}/rest/v1", headers=world.supabase.headers())
    for database, limit in ((world.database(alice), "8s"), (as_anonymous, "3s")):
        assert (await database.rpc("setting", {"name": "statement_timeout"}).execute()).data == limit


async def jsonb_arguments_arrive_as_objects(world: World) -> None:
    alice = await world.supabase.sign_up("alice")
    value: Any = {"a": [1, {"b": None}], "text": 'quoted "text"'}
    answer = await world.database(alice).rpc("echo", {"value": value}).execute()
    assert answer.data == value


async def timestamps_have_postgrest_s_form(world: World) -> None:
    alice = await world.supabase.sign_up("alice")
    notes = world.database(alice).from_("notes")
    await notes.insert({"body": "x"}, returning=ReturnMethod.minimal).execute()
    (note,) = cast("list[dict[str, str]]", (await notes.select("created_at").execute()).data)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00", note["created_at"])


async def column_grants_survive_the_first_requests(world: World) -> None:
    alice = await world.supabase.sign_up("alice")
    table = world.database(alice).from_("notes")
    answers = await asyncio.gather(*(table.select("body").execute() for _ in range(20)))
    assert [answer.data for answer in answers] == [[]] * 20
    with world.supabase.connect() as connection:
        granted = "select has_column_privilege('authenticated', 'public.notes', 'secret', 'select')"
        assert connection.execute(granted).fetchone() == (False,)


async def studio_does_not_tell_the_database_password(world: World) -> None:
    async with http_client.AsyncClient(base_url=world.supabase.gateway.studio_url) as browser:
        answer = await browser.get("/_system/info")
    assert answer.status_code == 200
    assert world.supabase.gateway.database_url not in answer.text


async def a_broken_check_is_the_clients_fault(world: World) -> None:
    alice = await world.supabase.sign_up("alice")
    async with world.supabase.client(alice.token) as client:
        answer = await client.post("/rest/v1/notes", json={"body": ""})
    assert (answer.status_code, answer.json()["code"]) == (400, "23514")
    assert "notes_body_check" in answer.json()["message"]


async def a_notification_reloads_the_schema(world: World) -> None:
    alice = await world.supabase.sign_up("alice")
    name = f"late_{uuid4().hex[:8]}"
    async with world.supabase.client(alice.token) as client:
        assert (await client.get(f"/rest/v1/{name}")).status_code == 404
        with world.supabase.connect() as connection:
            connection.execute(f"create table public.{name} (id int)".encode())
            connection.execute(f"grant select on public.{name} to authenticated".encode())
            connection.execute("notify pgrst, 'reload schema'")
        await world.until_served(client, name)


async def a_notification_counts_while_the_schema_is_read(world: World) -> None:
    alice = await world.supabase.sign_up("alice")
    name = f"later_{uuid4().hex[:8]}"
    async with world.supabase.client(alice.token) as client:
        with world.supabase.connect() as connection, world.supabase.connect() as holder:
            connection.execute(f"create table public.{name}_held (id int)".encode())
            connection.execute(f"create view public.{name}_view as select id from public.{name}_held".encode())
            connection.execute("notify pgrst, 'reload schema'")
            # Lite reads the tables first and then waits here: the definition of a view needs its table.
            with holder.transaction():
                holder.execute(f"lock table public.{name}_held".encode())
                readings = [asyncio.create_task(client.get(f"/rest/v1/{name}"))]

                def waits_for_the_lock() -> bool:
                    # One that began before the notification arrived reads nothing anew.
                    if readings[-1].done():
                        readings.append(asyncio.create_task(client.get(f"/rest/v1/{name}")))
                    return connection.execute("select from pg_locks where not granted").rowcount > 0

                await until(waits_for_the_lock)
                connection.execute(f"create table public.{name} (id int)".encode())
                connection.execute(f"grant select on public.{name} to authenticated".encode())
                connection.execute("notify pgrst, 'reload schema'")
            await asyncio.gather(*readings)
        await world.until_served(client, name)


async def a_name_may_go_on_where_another_ends(world: World) -> None:
    alice = await world.supabase.sign_up("alice")
    files = world.storage(alice).from_("files")
    names = {f"{alice.id}/room": b"file", f"{alice.id}/room/a.png": b"file below a file", f"{alice.id}/Room": b"case"}
    for name, content in names.items():
        await files.upload(name, content, PNG)
    assert {name: await files.download(name) for name in names} == names


async def downloads_leave_no_file_open(world: World) -> None:
    alice = await world.supabase.sign_up("alice")
    path = await world.upload(alice, content=b"x" * 100_000)
    files = world.storage(alice).from_("files")
    for _ in range(20):
        assert len(await files.download(path)) == 100_000
    opened = [file.path for file in psutil.Process(world.supabase.process_id).open_files()]
    assert [file for file in opened if file.startswith(str(world.supabase.gateway.storage))] == []


async def storage_deletes_and_sql_does_not(world: World) -> None:
    alice = await world.supabase.sign_up("alice")
    path = await world.upload(alice)
    async with world.supabase.client(alice.token) as client:
        answer = await client.post("/rest/v1/rpc/delete_files", json={})
    assert (answer.status_code, answer.json()["code"]) == (403, "42501")
    files = world.storage(alice).from_("files")
    assert await files.download(path) == b"picture"
    assert [file["name"] for file in await files.remove([path])] == [path]


async def browsers_may_ask_auth(world: World) -> None:
    async with world.supabase.client() as client:
        headers = {"Origin": "http://127.0.0.1:8000", "Access-Control-Request-Headers": "apikey,content-type"}
        preflight = {**headers, "Access-Control-Request-Method": "POST"}
        answer = await client.options("/auth/v1/token", headers=preflight)
    assert answer.is_success
    assert answer.headers.get("access-control-allow-origin") == "*"
    assert "apikey" in answer.headers.get("access-control-allow-headers", "")


async def a_folder_is_listed_by_relative_names(world: World) -> None:
    alice = await world.supabase.sign_up("alice")
    files = world.storage(alice).from_("files")
    for name in ("room/a.png", "room/b.png", "room/below/c.png", "room-2/d.png"):
        await files.upload(f"{alice.id}/{name}", b"picture", PNG)
    options: Any = {"limit": 10, "offset": 0, "sortBy": {"column": "name", "order": "asc"}}
    for folder in (f"{alice.id}/room", f"{alice.id}/room/"):
        listed = await files.list(folder, options)
        assert [(entry["name"], entry["id"] is None) for entry in listed] == [
            ("a.png", False),
            ("b.png", False),
            ("below", True),
        ]
    (second,) = await files.list(f"{alice.id}/room", options | {"limit": 1, "offset": 1})
    assert second["name"] == "b.png"


async def many_paths_are_signed_at_once(world: World) -> None:
    alice, bob = await world.supabase.sign_up("alice"), await world.supabase.sign_up("bob")
    first, second = await world.upload(alice, "a room & 1+1.png", b"first"), await world.upload(alice)
    paths = [first, await world.upload(bob), second, f"{alice.id}/../{alice.id}/absent.png"]
    signed = await world.storage(alice).from_("files").create_signed_urls(paths, 60)
    assert [entry["path"] for entry in signed] == paths
    assert [entry["error"] is None for entry in signed] == [True, False, True, False]
    assert [bool(entry["signedURL"]) for entry in signed] == [True, False, True, False]
    address = signed[0]["signedURL"]
    assert address
    async with http_client.AsyncClient() as anybody:
        assert (await anybody.get(address)).content == b"first"


async def a_token_that_has_ended_signs_nothing(world: World) -> None:
    alice = await world.supabase.sign_up("alice")
    path = await world.upload(alice)
    claims = jwt.get_unverified_claims(alice.token) | {"exp": int(time.time()) - 1}
    ended = jwt.encode(claims, world.supabase.gateway.jwt_secret, "HS256")
    with pytest.raises(StorageApiError) as raised:
        await world.storage(msgspec.structs.replace(alice, token=ended)).from_("files").create_signed_urls([path], 60)
    assert (raised.value.status, raised.value.code) == ("403", "Unauthorized")


async def one_path_is_signed_relative_to_storage(world: World) -> None:
    alice = await world.supabase.sign_up("alice")
    path = await world.upload(alice)
    async with world.supabase.client(alice.token) as client:
        answer = await client.post(f"/storage/v1/object/sign/files/{path}", json={"expiresIn": 60})
        assert answer.json().get("signedURL", "").startswith(f"/object/sign/files/{path}?token=")
    signed = await world.storage(alice).from_("files").create_signed_url(path, 60)
    address = signed["signedURL"]
    assert address
    async with http_client.AsyncClient() as anybody:
        assert (await anybody.get(address)).content == b"picture"


async def an_edited_signature_is_the_clients_fault(world: World) -> None:
    alice = await world.supabase.sign_up("alice")
    signed = await world.storage(alice).from_("files").create_signed_url(await world.upload(alice), 60)
    assert signed["signedURL"]
    address, _, token = signed["signedURL"].partition("token=")
    head, claims, signature = token.split(".")
    async with http_client.AsyncClient() as anybody:
        assert (await anybody.get(f"{address}token={token}")).status_code == 200
        answer = await anybody.get(f"{address}token={head}.{claims}.{signature[::-1]}")
    assert (answer.status_code, answer.json()["error"]) == (400, "InvalidJWT")


async def a_refused_upload_is_answered(world: World) -> None:
    alice, bob = await world.supabase.sign_up("alice"), await world.supabase.sign_up("bob")
    async with world.supabase.client(alice.token) as client:
        path = f"/storage/v1/object/files/{bob.id}/a.png"
        answer = await client.post(path, content=b"x" * 20_000_000, headers=PNG)
    assert (answer.status_code, answer.json()["statusCode"]) in {(400, "403"), (400, "413")}


async def a_refused_row_keeps_the_file(world: World) -> None:
    alice = await world.supabase.sign_up("alice")
    path = await world.upload(alice, "kept.png")
    # As lite signs, which would try the row before it signs this one.
    claims = {"sub": path, "bucket": "files", "intent": "upload", "upsert": True}
    params = {"token": jwt.encode(claims, world.supabase.gateway.jwt_secret, "HS256")}
    async with world.supabase.client() as client:
        address = f"/storage/v1/object/upload/sign/files/{path}"
        refused = await client.put(address, params=params, content=b"another", headers=PNG)
    assert (refused.status_code, refused.json()["statusCode"]) == (400, "403")
    assert await world.storage(alice).from_("files").download(path) == b"picture"


async def policies_read_the_headers_of_a_request(world: World) -> None:
    path = await world.upload(await world.supabase.sign_up("alice"))
    async with world.supabase.client() as anybody:
        address = f"/storage/v1/object/files/{path}"
        assert (await anybody.get(address, headers={"X-Color": "grey"})).status_code == 400
        assert (await anybody.get(address, headers={"X-Color": "canary"})).content == b"picture"


async def an_upload_of_untold_length_is_bounded_too(world: World) -> None:
    alice = await world.supabase.sign_up("alice")

    async def content() -> AsyncIterator[bytes]:
        yield b"x" * 2_000_000

    async with world.supabase.client(alice.token) as client:
        path = f"/storage/v1/object/files/{alice.id}/a.png"
        answer = await client.post(path, content=content(), headers=PNG)
    assert (answer.status_code, answer.json().get("statusCode")) == (400, "413")


async def the_gateway_has_no_routes_of_its_own(world: World) -> None:
    async with world.supabase.client() as client:
        assert (await client.get("/_system/introspect")).status_code == 404
        assert (await client.get("/auth/v1/health")).status_code == 200


async def studio_sees_all_rows_without_a_key(world: World) -> None:
    alice = await world.supabase.sign_up("alice")
    await world.database(alice).from_("notes").insert({"body": "x"}, returning=ReturnMethod.minimal).execute()
    async with http_client.AsyncClient(base_url=world.supabase.gateway.studio_url) as browser:
        answer = await browser.get("/rest/v1/notes", params={"owner_id": f"eq.{alice.id}"})
    assert answer.status_code == 200
    assert [note["secret"] for note in answer.json()] == ["hidden"]


async def studio_answers_no_other_site_and_no_credential(world: World) -> None:
    async with http_client.AsyncClient(base_url=world.supabase.gateway.studio_url) as browser:
        assert (await browser.get("/_system/info")).status_code == 200
        for headers in (
            {"Origin": "http://evil.example"},
            {"Host": "evil.example"},
            {"apikey": world.supabase.gateway.publishable_key},
        ):
            for path in ("/_system/info", "/rest/v1/notes"):
                assert (await browser.get(path, headers=headers)).status_code == 403


async def studio_finds_its_scripts(world: World) -> None:
    async with http_client.AsyncClient(base_url=world.supabase.gateway.studio_url) as browser:
        script = re.search(r'src="(/static/[^"]+\.js)"', (await browser.get("/")).text)
        assert script is not None
        answer = await browser.get(script[1])
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, "text/javascript")


async def an_idle_connection_outlives_our_pools(world: World) -> None:
    async with world.supabase.client() as client:
        told = (await client.get("/auth/v1/health")).headers["keep-alive"]
    assert int(told.removeprefix("timeout=")) >= 2 * IDLE_SECONDS


SHIMS = [
    Shim(
        jsonb_arguments_arrive_as_objects, "  jsonb: { to: 3802, from: [3802], serialize: text, parse: JSON.parse },\n"
    ),
    Shim(statements_end_after_the_time_of_their_role, "giveTimeoutOfRole(connection);\n"),
    Shim(timestamps_have_postgrest_s_form, '.replace(" ", "T").replace(/([+-]\\d\\d)$/, "$1:00")'),
    Shim(column_grants_survive_the_first_requests, '  connection.rlsState = "active";\n'),
    Shim(studio_does_not_tell_the_database_password, '  connection.config.url = "local";\n'),
    Shim(a_broken_check_is_the_clients_fault, "includes(error?.code)", "includes(null)"),
    Shim(a_notification_reloads_the_schema, 'listen("pgrst",', 'listen("unheard",'),
    Shim(a_notification_counts_while_the_schema_is_read, "if (started === version) "),
    Shim(a_name_may_go_on_where_another_ends, "  files.filePath = ", "  const unused = "),
    Shim(downloads_leave_no_file_open, "  files.getObject = ", "  const unused = "),
    Shim(storage_deletes_and_sql_does_not, '      connection: { "storage.allow_delete_query": "true" },'),
    Shim(browsers_may_ask_auth, "gateway.use(cors({", "void (({"),
    Shim(many_paths_are_signed_at_once, 'gateway.post("/storage/v1/object/sign/:bucket",', 'gateway.post("/cut",'),
    Shim(a_token_that_has_ended_signs_nothing, "    if (status === 401) return null;\n"),
    Shim(
        one_path_is_signed_relative_to_storage,
        'gateway.post("/storage/v1/object/sign/:bucket/:path{.+}",',
        'gateway.post("/cut",',
    ),
    Shim(
        a_folder_is_listed_by_relative_names,
        'gateway.post("/storage/v1/object/list/:bucket",',
        'gateway.post("/cut",',
    ),
    Shim(an_edited_signature_is_the_clients_fault, 'gateway.get("/storage/v1/object/sign/*",', 'gateway.get("/cut",'),
    Shim(
        a_refused_upload_is_answered,
        'gateway.on(["POST", "PUT"], "/storage/v1/object/*",',
        'gateway.on("POST", "/cut",',
    ),
    Shim(
        an_upload_of_untold_length_is_bounded_too,
        '  headers.set("Content-Length", String(body.byteLength));\n',
    ),
    Shim(a_refused_row_keeps_the_file, "    await tryRow(bucket, name);\n"),
    Shim(policies_read_the_headers_of_a_request, "giveHeadersToPolicies(connection);\n"),
    Shim(the_gateway_has_no_routes_of_its_own, '["/auth/v1/*", "/rest/v1/*", "/storage/v1/*"]', '["/*"]'),
    Shim(studio_sees_all_rows_without_a_key, "studioConnection.applyJwtSessionContext = async () => {};\n"),
    Shim(studio_answers_no_other_site_and_no_credential, "return ours && ", "return true || "),
    Shim(an_idle_connection_outlives_our_pools, "    server.keepAliveTimeout = 75_000;\n"),
    Shim(studio_finds_its_scripts, "serveStatic({ root: assets })", "(c, next) => next()"),
]
