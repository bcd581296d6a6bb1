"""The community sets of a new local stack, as `sets.json` describes them."""

from pathlib import Path
from typing import Any, Final

import msgspec

from libs.app_config.runtime import Preset, find_preset

FILE: Final = Path(__file__).parent / "sets.json"


class SeedItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One picture: the first variant of a run with these settings."""

    title: str
    preset_id: str
    prompt: str
    seed: int
    settings: dict[str, Any]

    @property
    def preset(self) -> Preset:
        """The preset; tests make sure that it exists."""
        preset = find_preset(self.preset_id)
        if preset is None:
            raise LookupError(self.preset_id)
        return preset


class SeedSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A community set; sets and items are shown in the order of the file."""

    slug: str
    title: str
    description: str
    tags: list[str]
    items: list[SeedItem]


def read_sets() -> list[SeedSet]:
    return msgspec.json.decode(FILE.read_bytes(), type=list[SeedSet])
