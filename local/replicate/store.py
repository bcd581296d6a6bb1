"""Predictions on disk: one JSON file each, all of them in memory, output files beside them."""

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from local.replicate.contracts import Prediction, Record
from local.serving import replace_file


class PredictionStore:
    """The state that survives a restart."""

    def __init__(self, folder: Path) -> None:
        self._predictions = folder / "predictions"
        self._files = folder / "files"
        for path in (self._predictions, self._files):
            path.mkdir(parents=True, exist_ok=True)
        self._records = {path.stem: _load(path) for path in self._predictions.glob("*.json")}

    def find(self, prediction_id: str) -> Record | None:
        return self._records.get(prediction_id)

    def save(self, record: Record) -> None:
        """Keep a record as it is now; it is on disk when this returns."""
        self._records[record.prediction.id] = record
        replace_file(self._predictions / f"{record.prediction.id}.json", msgspec.json.encode(record))

    def __iter__(self) -> Iterator[Record]:
        """Newest first."""
        return iter(sorted(self._records.values(), key=_newest, reverse=True))

    def output_path(self, prediction_id: str, name: str) -> Path:
        """`name` may come from a URL; `prediction_id` is known to be one."""
        return self._files / prediction_id / Path(name).name

    def write_output(self, prediction_id: str, name: str, content: bytes) -> None:
        path = self.output_path(prediction_id, name)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)

    def remove_data_before(self, time: datetime) -> None:
        """Forget inputs, outputs and logs of predictions that finished before `time`, as Replicate does."""
        for record in self._records.values():
            prediction = record.prediction
            finished = prediction.completed_at
            if prediction.data_removed or not isinstance(finished, datetime) or finished > time:
                continue
            shutil.rmtree(self._files / prediction.id, ignore_errors=True)
            prediction.input = prediction.output = prediction.logs = None
            prediction.data_removed = True
            self.save(record)

    def page(
        self, wanted: Callable[[Prediction], bool], cursor: str | None, size: int
    ) -> tuple[list[Prediction], str | None, str | None]:
        """One page, newest first, with the cursors of the previous and the next page.

        A cursor names the prediction next to the page: `before:<id>` or `after:<id>`. Raises ValueError on another.
        """
        found = [record.prediction for record in self if wanted(record.prediction)]
        ids = [prediction.id for prediction in found]
        start = 0
        if cursor is not None:
            direction, _, neighbour = cursor.partition(":")
            place = ids.index(neighbour)
            if direction not in {"before", "after"}:
                raise ValueError(cursor)
            start = place + 1 if direction == "after" else max(0, place - size)
        page = found[start : start + size]
        previous = f"before:{page[0].id}" if page and start > 0 else None
        following = f"after:{page[-1].id}" if start + size < len(found) else None
        return page, previous, following


def _load(path: Path) -> Record:
    return msgspec.json.decode(path.read_bytes(), type=Record)


def _newest(record: Record) -> tuple[datetime, str]:
    return record.prediction.created_at, record.prediction.id
