"""Runs predictions: waits as a provider does, draws in a thread, reports progress, ends in one terminal status."""

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import httpx
from cachetools import LRUCache

from local.replicate.catalogue import Catalogue
from local.replicate.contracts import Event, Metrics, Record, RunFault, Status, now
from local.replicate.deliveries import Deliverer
from local.replicate.inputs import InputError, fetch_photo, photo_url
from local.replicate.pictures.order import Order, PhotoError, order_for
from local.replicate.pictures.render import Picture, render
from local.replicate.progress import bar
from local.replicate.settings import ReplicateSettings
from local.replicate.store import PredictionStore

STARTUP_SECONDS = 0.4
PICTURE_SECONDS = 1.0
"""Shortest time that one picture takes; drawing it may take longer."""

MAX_TICKS = 16
"""Progress lines per picture: tqdm prints at most ten a second."""

CACHED_PICTURES = 64

EVENT_INTERVAL = 0.5
"""Seconds between `logs` and `output` deliveries; "at most once every 500ms" (API reference)."""

REFUSALS = {
    "nsfw": "NSFW content detected. Try running it again, or try a different prompt.",
    "e005": "The input or output was flagged as sensitive. Please try again with different inputs. (E005)",
}


class _FailedError(Exception):
    """The prediction ends as `failed` with this text as its error."""


class Runner:
    """Owns every running prediction of this process."""

    def __init__(
        self, settings: ReplicateSettings, store: PredictionStore, deliverer: Deliverer, catalogue: Catalogue
    ) -> None:
        self._settings = settings
        self._store = store
        self._deliverer = deliverer
        self._catalogue = catalogue
        self._runs: dict[str, asyncio.Task[None]] = {}
        self._throttled_until: dict[str, float] = {}
        # One at a time: two threads would mostly wait for each other's interpreter lock.
        self._drawing = ThreadPoolExecutor(max_workers=1, thread_name_prefix="drawing")
        self._drawn = LRUCache[tuple[object, ...], Picture](CACHED_PICTURES)
        self._client = httpx.AsyncClient(follow_redirects=True, max_redirects=3)

    def start(self, record: Record) -> None:
        prediction_id = record.prediction.id
        task = asyncio.create_task(self._run(record), name=f"prediction {prediction_id}")
        self._runs[prediction_id] = task
        task.add_done_callback(lambda _: self._runs.pop(prediction_id, None))

    def resume(self) -> None:
        """After a restart: run again what had not ended, and send the final deliveries that are still pending."""
        for record in self._store:
            if not record.finished:
                self.start(record)
            elif record.final_delivery_pending:
                self._deliverer.send(record, "completed")

    async def wait(self, prediction_id: str, seconds: float) -> None:
        """Return when the prediction is terminal or `seconds` have passed."""
        run = self._runs.get(prediction_id)
        if run is not None:
            await asyncio.wait([run], timeout=seconds)

    def cancel(self, record: Record) -> None:
        """End a running prediction as canceled; a finished one stays as it is."""
        if record.finished:
            return
        self._finish(record, "canceled")
        run = self._runs.get(record.prediction.id)
        if run is not None:
            run.cancel()

    async def close(self) -> None:
        """Stop all runs; their records stay `starting` or `processing`, so that they are resumed."""
        runs = list(self._runs.values())
        for run in runs:
            run.cancel()
        await asyncio.gather(*runs, return_exceptions=True)
        self._drawing.shutdown(wait=False, cancel_futures=True)
        await self._client.aclose()

    async def _run(self, record: Record) -> None:
        prediction = record.prediction
        deadline = prediction.deadline
        left = max(0.0, (deadline - now()).total_seconds()) if isinstance(deadline, datetime) else None
        try:
            async with asyncio.timeout(left):
                await self._produce(record)
        except TimeoutError:
            self._finish(record, "aborted" if prediction.status == "starting" else "canceled")
        except (_FailedError, InputError, PhotoError) as error:
            self._finish(record, "failed", error=str(error))
        except Exception as error:
            self._finish(record, "failed", error=f"Prediction failed: {type(error).__name__}")
            raise

    async def _produce(self, record: Record) -> None:
        prediction = record.prediction
        fault = record.fault
        if prediction.status == "starting":
            await self._sleep(STARTUP_SECONDS)
            if fault is not None and fault.kind == "abort":
                self._finish(record, "aborted")
                return
            await self._stall_if(fault, "starting")
            prediction.status = "processing"
            prediction.started_at = now()
            self._store.save(record)
            self._deliverer.send(record, "start")
        await self._stall_if(fault, "processing")
        if fault is not None and fault.kind == "output":
            prediction.output = fault.output
            self._finish(record, "succeeded")
            return
        await self._draw_all(record)

    async def _draw_all(self, record: Record) -> None:
        prediction = record.prediction
        model = self._catalogue[record.model]
        values = model.with_defaults(prediction.input or {})
        url = photo_url(values)
        photo = await fetch_photo(self._client, url) if url else None
        order = order_for(record.model, values, record.seed, photo)
        # A run that is resumed starts again: its log begins anew.
        prediction.logs = f"Using seed: {record.seed}\n"
        prediction.output = None
        loop = asyncio.get_running_loop()
        drawings = [loop.run_in_executor(self._drawing, self._draw, order, index) for index in range(order.pictures)]
        try:
            await self._collect(record, order, drawings)
        finally:
            # After a failure or a cancellation, do not begin the other pictures.
            for drawing in drawings:
                drawing.cancel()
        self._finish(record, "succeeded")

    def _draw(self, order: Order, index: int) -> Picture:
        """The same order gives the same picture, so the latest ones are cached."""
        key = (*order.key(), index)
        if key not in self._drawn:
            self._drawn[key] = render(order, index, self._settings.detail)
        return self._drawn[key]

    async def _collect(self, record: Record, order: Order, drawings: list[asyncio.Future[Picture]]) -> None:
        prediction = record.prediction
        urls: list[str] = []
        for index, drawing in enumerate(drawings):
            picture = await self._watch(record, order, drawing)
            name = f"out-{index}.{picture.extension}"
            self._store.write_output(prediction.id, name, picture.content)
            urls.append(f"{self._settings.base_url}/files/{prediction.id}/{name}")
            prediction.output = list(urls) if self._catalogue[record.model].many_outputs else urls[0]
            self._store.save(record)
            if index + 1 < order.pictures:
                self._notify(record, "output")

    async def _watch(self, record: Record, order: Order, drawing: asyncio.Future[Picture]) -> Picture:
        """Log the steps of one picture until it is drawn; fail half-way when a fault says so."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        ticks = min(order.steps, MAX_TICKS)
        for tick in range(ticks):
            step = order.steps * tick // ticks
            self._log(record, bar(step, order.steps, loop.time() - started))
            await asyncio.sleep(self._picture_seconds(record.fault) / ticks)
            if tick >= ticks // 2:
                _raise_fault(record.fault)
        picture = await drawing
        self._log(record, bar(order.steps, order.steps, loop.time() - started))
        return picture

    def _log(self, record: Record, line: str) -> None:
        record.prediction.logs = f"{record.prediction.logs}{line}\n"
        self._notify(record, "logs")

    def _notify(self, record: Record, event: Event) -> None:
        """Deliver unless one was sent less than 500 ms ago: the next one carries this state too."""
        clock = asyncio.get_running_loop().time()
        if clock >= self._throttled_until.get(record.prediction.id, 0.0):
            self._throttled_until[record.prediction.id] = clock + EVENT_INTERVAL
            self._deliverer.send(record, event)

    def _finish(self, record: Record, status: Status, error: str | None = None) -> None:
        prediction = record.prediction
        prediction.status = status
        prediction.error = error
        prediction.completed_at = now()
        started = prediction.started_at
        predict = prediction.completed_at - started if isinstance(started, datetime) else timedelta()
        total = prediction.completed_at - prediction.created_at
        prediction.metrics = Metrics(predict_time=predict.total_seconds(), total_time=total.total_seconds())
        record.final_delivery_pending = record.webhook is not None
        self._throttled_until.pop(prediction.id, None)
        self._store.save(record)
        self._deliverer.send(record, "completed")

    def _picture_seconds(self, fault: RunFault | None) -> float:
        if fault is not None and fault.kind == "slow":
            return fault.seconds
        return PICTURE_SECONDS / self._settings.speed

    async def _sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._settings.speed)

    async def _stall_if(self, fault: RunFault | None, phase: str) -> None:
        if fault is not None and fault.kind == "stall" and fault.phase == phase:
            await asyncio.Event().wait()


def new_seed() -> int:
    """For a request without one; the log of the prediction names it."""
    return secrets.randbelow(2**31)


def _raise_fault(fault: RunFault | None) -> None:
    if fault is None:
        return
    if fault.kind == "fail":
        raise _FailedError(fault.error)
    if fault.kind in REFUSALS:
        raise _FailedError(REFUSALS[fault.kind])
