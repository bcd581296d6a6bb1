"""What a prediction says about its job: how far it is, and why it failed."""

import re
from itertools import pairwise
from typing import Any, Final, cast

from libs.services.external.replicate_client import Prediction

# tqdm: ` 45%|████▌     | 9/20 [00:01<00:01,  7.20it/s]`
TQDM_PERCENT: Final = re.compile(r"(\d{1,3})%\|")
# The words of the FLUX safety checkers and of Replicate's own moderation.
SAFETY_WORDS: Final = re.compile(r"nsfw|flagged as sensitive|\be005\b", re.IGNORECASE)


def progress_of(prediction: Prediction) -> tuple[int, int]:
    """Percent done (0 to 99) by the progress bars in the log, and how many outputs are there.

    Each output may have its own bar: a percentage lower than the one before starts the next.
    """
    wanted = (prediction.input or {}).get("num_outputs", 1)
    outputs = wanted if isinstance(wanted, int) and wanted > 0 else 1
    output = prediction.output
    ready = len(cast(list[Any], output)) if isinstance(output, list) else int(output is not None)
    bars = [min(int(percent), 100) for percent in TQDM_PERCENT.findall(prediction.logs or "")]
    finished_bars = sum(1 for before, after in pairwise(bars) if after < before)
    share = finished_bars + (bars[-1] / 100 if bars else 0)
    return min(99, int(100 * max(share, ready) / outputs)), min(ready, outputs)


def failure_code(error_text: str | None) -> str:
    """`safety_blocked` when a safety check refused, else `provider_failed`."""
    return "safety_blocked" if SAFETY_WORDS.search(error_text or "") else "provider_failed"
