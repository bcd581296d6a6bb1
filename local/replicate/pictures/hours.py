"""The light of each hour, for pictures that are made from a photo."""

from collections.abc import Mapping

HOUR_TINT: Mapping[str, tuple[float, float, float]] = {
    "night": (0.62, 0.72, 1.0),
    "dusk": (1.0, 0.85, 0.8),
    "golden": (1.06, 1.0, 0.88),
    "soft": (0.99, 1.0, 1.02),
    "morning": (1.04, 1.01, 0.96),
}
HOUR_LEVEL = {"night": 0.5, "dusk": 0.68, "golden": 0.98, "soft": 1.05, "morning": 1.06}

SKIES: Mapping[str, tuple[str, str]] = {
    "night": ("#0d1833", "#3a4f80"),
    "dusk": ("#3e4a86", "#f2a37c"),
    "golden": ("#7fa9cf", "#fbdcae"),
    "soft": ("#b9c5ce", "#e9e9e6"),
    "morning": ("#4f8fd2", "#dcebf5"),
}
"""Top and horizon."""
