"""What a request must not cost: no HTTP client and no TLS context is built for it."""

from pathlib import Path

import pytest

from tests.support.clients.api_user import ApiUser, signed_in
from tests.support.images import image_file
from tests.support.predictions import ONE_VARIANT, succeed_at_once
from tests.support.processes.api import ApiProcess, running_api


async def test_no_client_and_no_tls_context_is_built_for_a_request(
    api: ApiProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = tmp_path / "built"
    monkeypatch.setenv("BUILT_FILE", str(built))
    with running_api(
        tmp_path, api.supabase, api.replicate, module="tests.support.processes.client_counting_api"
    ) as counted:
        at_start = built.read_text().splitlines()
        assert {"AsyncClient", "ClientSession", "SSLContext"} <= set(at_start)  # building is seen

        async with signed_in(counted, "frugal") as person:
            await use(counted, person)
            in_use = built.read_text().splitlines()
            for _ in range(2):
                await use(counted, person)

        # A pool opens its session when it is first used, and no TLS context with it.
        assert set(in_use[len(at_start) :]) <= {"ClientSession", "TCPConnector"}
        assert built.read_text().splitlines()[len(in_use) :] == []


async def use(api: ApiProcess, person: ApiUser) -> None:
    """A round through the pools: the database, files, the provider, its webhook and its outputs."""
    await person.upload(image_file())
    succeed_at_once(api.replicate)
    render = (await person.generation(**ONE_VARIANT))["render"]
    for path in ("/me", "/config", "/uploads", "/renders", f"/renders/{render['id']}", "/collections"):
        assert (await person.client.get(path)).status_code == 200
    assert (await person.client.delete(f"/renders/{render['id']}")).is_success
