"""What a provider keeps: predictions over a restart, and data for an hour only."""

from tests.integration.replicate.conftest import SCHNELL, SMALL, Receiver, until_finished
from tests.support.clients import http_client
from tests.support.processes.replicate import running_replicate
from tests.support.waiting import until


async def test_running_prediction_is_resumed_after_a_crash(receiver: Receiver) -> None:
    body = {"input": SMALL, "webhook": receiver.url, "webhook_events_filter": ["completed"]}
    with running_replicate(speed=0.5) as replicate:
        async with http_client.AsyncClient(base_url=replicate.base_url, headers=replicate.headers) as api:
            created = (await api.post(SCHNELL, json=body)).json()["id"]
            replicate.stop(kill=True)
            replicate.speed = 20
            replicate.start()
            prediction = await until_finished(api, created)
    assert prediction["status"] == "succeeded"
    assert (await receiver.until_received(1))[0].prediction["id"] == created


async def test_final_delivery_that_is_owed_comes_after_a_restart(receiver: Receiver) -> None:
    body = {"input": SMALL, "webhook": receiver.url, "webhook_events_filter": ["completed"]}
    receiver.answers = [500]
    # At this speed the second attempt is ten seconds away.
    with running_replicate(speed=0.1) as replicate:
        async with http_client.AsyncClient(base_url=replicate.base_url, headers=replicate.headers) as api:
            replicate.fault(on="run", kind="abort")
            await api.post(SCHNELL, json=body)
            await receiver.until_received(1)
            replicate.stop()
            replicate.start()
            await receiver.until_received(2)
    assert receiver.statuses() == ["aborted", "aborted"]


async def test_data_is_removed_in_time() -> None:
    with running_replicate(retention_seconds=3) as replicate:
        async with http_client.AsyncClient(base_url=replicate.base_url, headers=replicate.headers) as api:
            created = (await api.post(SCHNELL, json={"input": SMALL})).json()["id"]
            prediction = await until_finished(api, created)
            url = prediction["output"][0]
            assert (await api.get(url)).status_code == 200
            address = f"{replicate.base_url}/v1/predictions/{created}"
            await until(lambda: http_client.get(address, headers=replicate.headers).json()["data_removed"])
            prediction = (await api.get(f"/v1/predictions/{created}")).json()
            assert [prediction[name] for name in ("input", "output", "logs")] == [None, None, None]
            assert prediction["status"] == "succeeded"
            assert (await api.get(url)).status_code == 404
