"""The adapter against the local Replicate: every preset really runs, and every fault is told apart."""

import base64
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from libs.app_config.runtime import PRESETS, Preset, find_preset
from libs.services.external.replicate_client import Prediction, ProviderRefused, ProviderUnsure, ReplicateClient
from libs.services.generation.model_input import matches_job, model_input, model_of
from libs.services.generation.progress import failure_code, progress_of
from tests.support.processes.replicate import ReplicateProcess, running_replicate
from tests.support.waiting import until

# Nobody listens there: deliveries are not the subject here.
WEBHOOK = "http://127.0.0.1:9/api/v1/webhooks/replicate?job=1"
SAMPLE = Path(__file__).parents[2] / "web" / "public" / "samples" / "living-room.webp"


@pytest.fixture(scope="module")
def replicate() -> Iterator[ReplicateProcess]:
    with running_replicate(speed=50) as server:
        yield server


@pytest.fixture
async def adapter(replicate: ReplicateProcess) -> AsyncIterator[ReplicateClient]:
    replicate.clear_faults()
    made = ReplicateClient(replicate.base_url, replicate.api_token)
    yield made
    await made.aclose()


def photo_for(preset: Preset) -> str | None:
    """A small photo as a data URI: the provider takes those as it takes addresses."""
    if preset.photo == "none":
        return None
    return f"data:image/webp;base64,{base64.b64encode(SAMPLE.read_bytes()).decode()}"


async def start(
    adapter: ReplicateClient, preset_id: str, *, seed: int = 7, variants: int = 1, webhook: str = WEBHOOK
) -> Prediction:
    preset = find_preset(preset_id)
    assert preset is not None
    values = model_input(preset, {}, "A calm room", variants, seed, photo_for(preset))
    return await adapter.create(model_of(preset), values, webhook, 900)


async def finished(adapter: ReplicateClient, prediction_id: str) -> Prediction:
    return await until(lambda: adapter.get(prediction_id), lambda prediction: prediction.is_terminal)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
async def test_every_preset_makes_all_its_variants(adapter: ReplicateClient, preset: Preset) -> None:
    created = await start(adapter, preset.id, variants=preset.max_variants)
    assert created.status in {"starting", "processing"}
    done = await finished(adapter, created.id)
    assert (done.status, done.error) == ("succeeded", None)
    assert progress_of(done) == (99, preset.max_variants)


async def test_a_run_is_found_again_by_what_it_was_asked(adapter: ReplicateClient) -> None:
    since = datetime.now(UTC) - timedelta(seconds=5)
    wanted = await start(adapter, "warm-minimal", seed=1001)
    other = await start(adapter, "warm-minimal", seed=1002, webhook=f"{WEBHOOK}2")
    preset = find_preset("warm-minimal")
    assert preset is not None
    # The photo's address is signed anew by then.
    values = model_input(preset, {}, "A calm room", 1, 1001, f"{photo_for(preset)}?token=another")
    found = {
        prediction.id: matches_job(prediction, preset, values, WEBHOOK)
        for prediction in await adapter.list_created(since, datetime.now(UTC))
    }
    assert found[wanted.id]
    assert not found[other.id]


async def test_a_canceled_run_ends_as_canceled(adapter: ReplicateClient, replicate: ReplicateProcess) -> None:
    replicate.fault(on="run", kind="stall")
    created = await start(adapter, "first-ideas")
    await adapter.cancel(created.id)
    assert (await finished(adapter, created.id)).status == "canceled"


@pytest.mark.parametrize(
    ("kind", "code"), [("nsfw", "safety_blocked"), ("e005", "safety_blocked"), ("fail", "provider_failed")]
)
async def test_a_failed_run_says_why(
    adapter: ReplicateClient, replicate: ReplicateProcess, kind: str, code: str
) -> None:
    replicate.fault(on="run", kind=kind)
    done = await finished(adapter, (await start(adapter, "first-ideas")).id)
    assert (done.status, failure_code(done.error)) == ("failed", code)


@pytest.mark.parametrize("status", [400, 402, 422, 429])
async def test_H3_a_refused_create_made_nothing(
    adapter: ReplicateClient, replicate: ReplicateProcess, status: int
) -> None:
    since = datetime.now(UTC)
    replicate.fault(on="api", kind="http", status=status, retry_after=9)
    with pytest.raises(ProviderRefused) as refusal:
        await start(adapter, "first-ideas")
    assert refusal.value.retry_after == (9 if status == 429 else None)
    assert await adapter.list_created(since, datetime.now(UTC)) == []


@pytest.mark.parametrize("kind", ["cut", "garbage"])
async def test_H3_a_spoilt_answer_leaves_a_run_that_the_list_shows(
    adapter: ReplicateClient, replicate: ReplicateProcess, kind: str
) -> None:
    since = datetime.now(UTC)
    replicate.fault(on="api", kind=kind, performed=True)
    with pytest.raises(ProviderUnsure):
        await start(adapter, "first-ideas", seed=4242)
    assert [(found.input or {}).get("seed") for found in await adapter.list_created(since, datetime.now(UTC))] == [4242]


async def test_a_wrong_token_is_refused(replicate: ReplicateProcess) -> None:
    unauthorized = ReplicateClient(replicate.base_url, "r8_local_other")
    with pytest.raises(ProviderRefused) as refusal:
        await unauthorized.list_created(datetime.now(UTC), datetime.now(UTC))
    assert refusal.value.status == 401
    await unauthorized.aclose()
