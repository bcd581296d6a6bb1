"""F3: a replica fetches and stores the outputs of two runs at once: others wait before they are in memory."""

import asyncio
from typing import Any, cast
from uuid import UUID, uuid4

from libs.repositories.storage import Storage
from libs.repositories.webhook_jobs import ClaimResult, WebhookJobRepository
from libs.services.external.output_fetcher import OutputFetcher, OutputGone
from libs.services.external.replicate_client import Prediction
from libs.services.generation.ingest import STORED_AT_ONCE, WebhookIngest
from tests.support.waiting import equals, until


class Fetcher:
    """Outputs that come when they are told to. Counts those that are under way."""

    def __init__(self) -> None:
        self.come = asyncio.Event()
        self.begun = self.now = self.most = 0

    async def fetch(self, _: str) -> bytes:
        self.begun += 1
        self.now += 1
        self.most = max(self.most, self.now)
        await self.come.wait()
        self.now -= 1
        raise OutputGone


class Jobs:
    """Every run may be settled."""

    async def record_progress(self, *_: Any) -> ClaimResult:
        return ClaimResult("applied", uuid4())

    async def fail(self, *_: Any) -> str:
        return "applied"


async def test_F3_outputs_of_many_runs_are_fetched_two_runs_at_a_time() -> None:
    fetcher = Fetcher()
    ingest = WebhookIngest(cast("WebhookJobRepository", Jobs()), cast("Storage", None), cast("OutputFetcher", fetcher))
    made = Prediction(
        id="p", status="succeeded", output=["https://replicate.delivery/a", "https://replicate.delivery/b"]
    )
    deliveries = [asyncio.create_task(ingest.apply(f"e{number}", UUID(int=number), made)) for number in range(10)]

    await until(lambda: fetcher.begun, equals(STORED_AT_ONCE * 2))
    await asyncio.sleep(0.01)
    assert fetcher.begun == STORED_AT_ONCE * 2

    fetcher.come.set()
    assert set(await asyncio.gather(*deliveries)) == {"applied"}
    assert (fetcher.begun, fetcher.most) == (20, STORED_AT_ONCE * 2)
