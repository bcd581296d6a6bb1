"""Reconciliation settles several jobs at once, goes on past any failure, and asks once at a time about a job."""

import asyncio
from typing import cast
from uuid import UUID

import msgspec
from structlog.testing import capture_logs

from libs.repositories.generation_jobs import GenerationJobRepository, JobRow
from libs.services.external.replicate_client import Prediction, ProviderRefused, ReplicateClient
from libs.services.external.webhook_client import WebhookClient
from libs.services.generation.provider_run import ProviderRuns
from libs.services.generation.reconciliation import AT_ONCE, Reconciliation
from tests.unit.test_generation_views import job

JOBS = [msgspec.structs.replace(job(), id=UUID(int=number), prediction_id=f"p{number}") for number in range(1, 31)]
# A bug that one job meets: no error that the clients are known to raise.
BROKEN = "p3"


class Provider:
    """Each question takes a moment. Counts them."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.refused = ""
        self.now = self.most = 0

    async def get(self, prediction_id: str) -> Prediction:
        self.asked.append(prediction_id)
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.01)
        self.now -= 1
        if prediction_id == BROKEN:
            raise KeyError(prediction_id)
        if prediction_id == self.refused:
            raise ProviderRefused("no credit", status=402)
        return Prediction(id=prediction_id, status="succeeded")


class Webhook:
    """Notes what is settled."""

    def __init__(self) -> None:
        self.settled: list[UUID] = []

    async def redeliver(self, job_id: UUID, prediction: Prediction) -> str:
        assert prediction.is_terminal
        self.settled.append(job_id)
        return "applied"


class Jobs:
    """Thirty silent ones."""

    async def stale(self, older_than_seconds: int, limit: int) -> list[JobRow]:
        assert older_than_seconds > 0
        return JOBS[:limit]


def reconciliation(provider: Provider, webhook: Webhook) -> Reconciliation:
    return Reconciliation(
        cast("GenerationJobRepository", Jobs()),
        cast("ReplicateClient", provider),
        cast("ProviderRuns", None),
        cast("WebhookClient", webhook),
    )


async def test_jobs_are_settled_eight_at_once_and_one_that_breaks_keeps_no_other_from_it() -> None:
    provider, webhook = Provider(), Webhook()

    assert await reconciliation(provider, webhook).reconcile() == len(JOBS)

    assert provider.most == AT_ONCE
    assert sorted(webhook.settled) == [job.id for job in JOBS if job.prediction_id != BROKEN]


async def test_H3_the_log_says_of_each_job_that_cannot_be_settled_what_refused_it() -> None:
    provider, webhook = Provider(), Webhook()
    provider.refused = "p5"

    with capture_logs() as lines:
        await reconciliation(provider, webhook).reconcile()

    failed, broke = sorted(lines, key=lambda line: line["event"], reverse=True)
    assert (failed["event"], failed["job_id"], failed["causes"]) == (
        "settle_failed",
        str(UUID(int=5)),
        ["ProviderRefused"],
    )
    assert (failed["status"], failed["detail"]) == (402, "no credit")
    assert (broke["event"], broke["job_id"]) == ("settle_broke", str(UUID(int=3)))


async def test_H3_polls_at_the_same_time_ask_the_provider_once() -> None:
    provider, webhook = Provider(), Webhook()
    settles = reconciliation(provider, webhook)

    polls = [asyncio.create_task(settles.settle(JOBS[0])) for _ in range(10)]
    await asyncio.sleep(0)
    # One that leaves ends it for none of the others.
    polls[0].cancel()
    results = await asyncio.gather(*polls, return_exceptions=True)

    assert [type(result) for result in results] == [asyncio.CancelledError, *[type(None)] * 9]
    assert (provider.asked, webhook.settled) == (["p1"], [JOBS[0].id])
    await settles.settle(JOBS[0])
    assert provider.asked == ["p1", "p1"]
