"""The random numbers of one picture."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from local.replicate.pictures.filters import Array

T = TypeVar("T")


class Random:
    """A stream of random choices: the same `seed` makes the same choices in the same order."""

    def __init__(self, *seed: int) -> None:
        self._stream = np.random.default_rng(seed)

    def between(self, low: float, high: float) -> float:
        """A number from `low` to `high`."""
        return float(self._stream.uniform(low, high))

    def below(self, limit: int) -> int:
        """A whole number from 0 up to, but not including, `limit`."""
        return int(self._stream.integers(limit))

    def chance(self, share: float) -> bool:
        """True in this share of cases."""
        return bool(self._stream.random() < share)

    def side(self) -> int:
        """1 or -1."""
        return 1 if self.chance(0.5) else -1

    def pick(self, options: Sequence[T]) -> T:
        """One of them."""
        return options[self.below(len(options))]

    def shuffled(self, options: Sequence[T]) -> list[T]:
        """All of them in another order."""
        copy = list(options)
        self._stream.shuffle(copy)
        return copy

    def normal(self, height: int, width: int) -> Array:
        """Normally distributed numbers (height, width) with mean 0 and deviation 1."""
        return self._stream.standard_normal((height, width)).astype(np.float32)
