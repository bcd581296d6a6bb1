"""J3: with an internal port, what operators ask does not answer where people do."""

import asyncio
import time
from pathlib import Path

from local.machine import HOST
from tests.support.clients import http_client
from tests.support.processes.api import ApiProcess, running_api
from tests.support.processes.counting_proxy import counting_proxy
from tests.support.processes.supabase_stack import free_port

METRIC = "maquette_requests_total"


async def test_J3_metrics_and_readiness_move_to_the_internal_port(api: ApiProcess, tmp_path: Path) -> None:
    internal_port = free_port()
    with (
        counting_proxy(api.supabase.url) as proxy,
        running_api(
            tmp_path,
            api.supabase,
            api.replicate,
            {"INTERNAL_PORT": str(internal_port), "SUPABASE_URL": proxy.url},
        ) as own,
    ):
        async with http_client.AsyncClient() as client:
            internal = f"http://{HOST}:{internal_port}"
            await client.get(f"{own.url}/api/v1/config")

            assert (await client.get(f"{own.url}/healthz")).status_code == 200
            for path in ("/metrics", "/readyz"):
                answer = await client.get(f"{own.url}{path}")
                # The web app's page for an address that it does not know, or nothing: never the probe.
                assert METRIC not in answer.text
                assert "application/json" not in answer.headers["content-type"] or answer.status_code == 404

            assert (await client.get(f"{internal}/readyz")).json()["data"] == {"status": "ok"}
            assert METRIC in (await client.get(f"{internal}/metrics")).text
            assert (await client.get(f"{internal}/api/v1/config")).status_code == 404

            # A flood of questions is no flood of the database: one a second.
            proxy.calls.clear()
            began = time.monotonic()
            answers = await asyncio.gather(*(client.get(f"{internal}/readyz") for _ in range(200)))
            assert {answer.status_code for answer in answers} == {200}
            assert len(proxy.calls) <= time.monotonic() - began + 1
    # Without one everything answers in one place, as `./maquette up` has it.
    assert METRIC in http_client.get(f"{api.url}/metrics").text
