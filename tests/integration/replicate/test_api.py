"""The documented HTTP API, called by the official client where it has a call for it."""

import base64
import io
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import cast

import httpx
import pytest
from PIL import Image
from replicate.client import Client
from replicate.exceptions import ReplicateError

from tests.integration.replicate.conftest import SCHNELL, SMALL, until_finished
from tests.support.clients import http_client
from tests.support.images import image_file
from tests.support.processes.replicate import ReplicateProcess, running_replicate

INTERIOR = "76604baddc85b1b4616e1c6475eca080da339c8875bd4996705440484a6eac38"


def photo_uri() -> str:
    return "data:image/png;base64," + base64.b64encode(image_file("PNG", (120, 80))).decode()


async def test_official_model_runs_and_gives_the_pictures_asked_for(client: Client, api: httpx.AsyncClient) -> None:
    prediction = await client.models.predictions.async_create(
        ("black-forest-labs", "flux-schnell"), {**SMALL, "num_outputs": 2, "aspect_ratio": "3:2"}
    )
    assert (prediction.status, prediction.version) == ("starting", "hidden")
    await prediction.async_wait()
    assert prediction.status == "succeeded"
    assert prediction.logs
    assert "Using seed: 7" in prediction.logs
    assert "100%|██████████| 4/4" in prediction.logs
    assert isinstance(prediction.output, list)
    first, second = cast("list[str]", prediction.output)
    pictures = [(await api.get(url)).content for url in (first, second)]
    assert pictures[0] != pictures[1]
    for content in pictures:
        with Image.open(io.BytesIO(content)) as image:
            assert (image.format, image.size) == ("WEBP", (608, 416))


async def test_community_model_runs_by_version_with_a_single_output(client: Client) -> None:
    prediction = await client.predictions.async_create(
        version=INTERIOR, input={"prompt": "warm living room", "image": photo_uri()}
    )
    await prediction.async_wait()
    assert prediction.status == "succeeded", prediction.error
    assert isinstance(prediction.output, str)
    assert prediction.output.endswith("/out-0.png")


@pytest.mark.parametrize("version", ["adirik/interior-design", INTERIOR[:-1] + "0", "nobody/nothing"])
async def test_unknown_or_unpinned_version_is_refused(api: httpx.AsyncClient, version: str) -> None:
    body = {"version": version, "input": {"prompt": "x", "image": photo_uri()}}
    answer = await api.post("/v1/predictions", json=body)
    assert (answer.status_code, answer.json()["title"]) == (422, "Invalid version or not permitted")


async def test_community_model_cannot_be_created_by_name(api: httpx.AsyncClient) -> None:
    answer = await api.post("/v1/models/adirik/interior-design/predictions", json={"input": {"prompt": "x"}})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("values", "kind", "field", "description"),
    [
        ({}, "required", "input", "prompt is required"),
        ({"prompt": 5}, "invalid_type", "input.prompt", "Invalid type. Expected: string, given: integer"),
        ({"prompt": "x", "num_outputs": 5}, "number_lte", "input.num_outputs", "Must be less than or equal to 4"),
        ({"prompt": "x", "num_outputs": 0}, "number_gte", "input.num_outputs", "Must be greater than or equal to 1"),
        (
            {"prompt": "x", "seed": True},
            "invalid_type",
            "input.seed",
            "Invalid type. Expected: integer, given: boolean",
        ),
    ],
)
async def test_input_against_the_model_schema(
    api: httpx.AsyncClient, values: dict[str, object], kind: str, field: str, description: str
) -> None:
    answer = await api.post(SCHNELL, json={"input": values})
    assert answer.status_code == 422
    assert answer.json() == {
        "title": "Input validation failed",
        "detail": f"- {field}: {description}\n",
        "status": 422,
        "invalid_fields": [{"type": kind, "field": field, "description": description}],
    }


async def test_other_choice_or_address_is_refused_by_name(api: httpx.AsyncClient) -> None:
    answer = await api.post(SCHNELL, json={"input": {"prompt": "x", "aspect_ratio": "7:1"}})
    assert answer.json()["invalid_fields"][0]["type"] == "enum"
    answer = await api.post(
        "/v1/models/black-forest-labs/flux-dev/predictions",
        json={"input": {"prompt": "x", "image": "file:///etc/passwd"}},
    )
    assert answer.json()["invalid_fields"][0]["description"] == "Does not match format 'uri'"


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[" * 100_000, b"\xff\xfe", b"[]", b'"x"', b"{}", b'{"input": 1}', b'{"input": {}, "extra": 1}'],
)
async def test_bad_body_is_never_a_server_error(api: httpx.AsyncClient, body: bytes) -> None:
    answer = await api.post(SCHNELL, content=body)
    assert answer.status_code in ({422} if body in {b"[]", b'"x"', b"{}"} or body.startswith(b'{"') else {400})
    assert answer.json()["status"] == answer.status_code


@pytest.mark.parametrize(
    ("header", "detail"),
    [
        (None, "You did not pass an authentication token"),
        ("Bearer wrong", "You did not pass a valid authentication token"),
        ("Basic {token}", "You did not pass a valid authentication token"),
    ],
)
async def test_token_is_demanded_everywhere(replicate: ReplicateProcess, header: str | None, detail: str) -> None:
    headers = {} if header is None else {"authorization": header.format(token=replicate.api_token)}
    async with http_client.AsyncClient(base_url=replicate.base_url, headers=headers) as anonymous:
        for method, path in [("POST", SCHNELL), ("GET", "/v1/predictions"), ("GET", "/_local/deliveries")]:
            answer = await anonymous.request(method, path)
            assert (answer.status_code, answer.json()["detail"]) == (401, detail)


async def test_official_client_reads_a_refusal(client: Client) -> None:
    with pytest.raises(ReplicateError, match="prompt is required"):
        await client.models.predictions.async_create(("black-forest-labs", "flux-schnell"), {})


async def test_list_is_paged_newest_first(api: httpx.AsyncClient, replicate: ReplicateProcess) -> None:
    start = datetime.now(UTC)
    replicate.fault(on="run", kind="abort", times=103)
    made = [(await api.post(SCHNELL, json={"input": SMALL})).json()["id"] for _ in range(103)]
    first = (await api.get("/v1/predictions", params={"created_after": start.isoformat()})).json()
    assert [one["id"] for one in first["results"]] == made[:2:-1]
    assert first["previous"] is None
    second = (await api.get(first["next"])).json()
    assert [one["id"] for one in second["results"]] == made[2::-1]
    assert second["next"] is None
    assert (await api.get(second["previous"])).json()["results"][0]["id"] == made[-1]
    future = start + timedelta(days=1)
    assert (await api.get("/v1/predictions", params={"created_after": future.isoformat()})).json()["results"] == []


@pytest.mark.parametrize("query", ["cursor=x", "cursor=%ff", "created_after=yesterday", "cursor=YWZ0ZXI6bm9uZQ=="])
async def test_bad_list_parameter_is_400(api: httpx.AsyncClient, query: str) -> None:
    assert (await api.get(f"/v1/predictions?{query}")).status_code == 400


async def test_official_client_lists() -> None:
    # A server of its own: the client cannot read a page that holds an `aborted` prediction.
    with running_replicate() as replicate:
        client = Client(api_token=replicate.api_token, base_url=replicate.base_url)
        created = await client.models.predictions.async_create(("black-forest-labs", "flux-schnell"), SMALL)
        page = await client.predictions.async_list()
    assert [one.id for one in page.results] == [created.id]


async def test_cancel_ends_a_running_prediction_and_leaves_a_finished_one(
    client: Client, api: httpx.AsyncClient, replicate: ReplicateProcess
) -> None:
    replicate.fault(on="run", kind="stall")
    prediction = await client.models.predictions.async_create(("black-forest-labs", "flux-schnell"), SMALL)
    await prediction.async_cancel()
    assert (await until_finished(api, prediction.id))["status"] == "canceled"
    done = await until_finished(api, (await api.post(SCHNELL, json={"input": SMALL})).json()["id"])
    answer = await api.post(f"/v1/predictions/{done['id']}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (200, "succeeded")


async def test_unknown_prediction_is_404(api: httpx.AsyncClient) -> None:
    assert (await api.get("/v1/predictions/none")).status_code == 404
    assert (await api.post("/v1/predictions/none/cancel")).status_code == 404


async def test_prefer_wait_answers_when_done_or_with_202(api: httpx.AsyncClient, replicate: ReplicateProcess) -> None:
    done = await api.post(SCHNELL, json={"input": SMALL}, headers={"prefer": "wait"})
    assert (done.status_code, done.json()["status"]) == (201, "succeeded")
    replicate.fault(on="run", kind="stall")
    early = await api.post(SCHNELL, json={"input": SMALL}, headers={"prefer": "wait=1"})
    assert (early.status_code, early.json()["status"]) == (202, "processing")
    await api.post(early.json()["urls"]["cancel"])


@pytest.mark.parametrize(("phase", "status"), [("starting", "aborted"), ("processing", "canceled")])
async def test_deadline_ends_what_did_not_finish(
    api: httpx.AsyncClient, replicate: ReplicateProcess, phase: str, status: str
) -> None:
    replicate.fault(on="run", kind="stall", phase=phase)
    created = await api.post(SCHNELL, json={"input": SMALL}, headers={"cancel-after": "5s"})
    assert "deadline" in created.json()
    assert (await until_finished(api, created.json()["id"]))["status"] == status


@pytest.mark.parametrize("duration", ["4", "4s", "", "soon", "-5s", "5 s", "99999999h"])
async def test_bad_deadline_is_refused(api: httpx.AsyncClient, duration: str) -> None:
    answer = await api.post(SCHNELL, json={"input": SMALL}, headers={"cancel-after": duration})
    assert answer.status_code == 422


async def test_signing_secret(client: Client, replicate: ReplicateProcess) -> None:
    assert (await client.webhooks.default.async_secret()).key == replicate.webhook_secret


async def test_same_seed_same_bytes_and_no_seed_another_picture(api: httpx.AsyncClient) -> None:
    async def picture(values: Mapping[str, object]) -> bytes:
        created = await api.post(SCHNELL, json={"input": values}, headers={"prefer": "wait"})
        return (await api.get(created.json()["output"][0])).content

    without = {name: value for name, value in SMALL.items() if name != "seed"}
    first, again, other = await picture(SMALL), await picture(SMALL), await picture(without)
    assert first == again
    assert first != other


async def test_photo_that_cannot_be_fetched_or_read_fails_the_prediction(api: httpx.AsyncClient) -> None:
    path = "/v1/models/black-forest-labs/flux-dev/predictions"
    for image, words in (
        ("data:image/png;base64,AAAA", "cannot be read"),
        ("data:image/png;base64,%%%", "not a valid data URI"),
        (f"{api.base_url}/files/none/out-0.webp", "could not be downloaded (404)"),
        ("http://127.0.0.1:1/photo.png", "could not be downloaded (ConnectError)"),
    ):
        created = await api.post(path, json={"input": {**SMALL, "image": image}})
        prediction = await until_finished(api, created.json()["id"])
        assert prediction["status"] == "failed"
        assert words in prediction["error"]


async def test_output_addresses_do_not_leave_their_folder(api: httpx.AsyncClient, replicate: ReplicateProcess) -> None:
    (replicate.data / "out-0.png").write_bytes(b"secret")
    for path in (
        "/files/../out-0.png",
        "/files/..%2f/out-0.png",
        "/files/../../out-0.png",
        "/files/./out-0.png",
        "/files/%2e%2e/out-0.png",
    ):
        answer = await api.get(path)
        assert answer.status_code == 404
        assert b"secret" not in answer.content
