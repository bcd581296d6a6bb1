"""Stripe's form bodies: `line_items[0][price]=x` means {"line_items": [{"price": "x"}]}."""

import re
from typing import Any, Final, cast
from urllib.parse import parse_qsl

PART: Final = re.compile(r"\[([^\]]*)\]")


def parse_form(body: bytes) -> dict[str, Any]:
    """A body as nested objects and lists; every value is a string."""
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(body.decode(), keep_blank_values=True):
        keys = [name.partition("[")[0], *PART.findall(name)]
        place = tree
        for key in keys[:-1]:
            place = place.setdefault(key, {})
        place[keys[-1]] = value
    return {key: _with_lists(value) for key, value in tree.items()}


def _with_lists(value: Any) -> Any:  # noqa: ANN401 - JSON
    if not isinstance(value, dict):
        return value
    inner = {key: _with_lists(one) for key, one in cast("dict[str, Any]", value).items()}
    return list(inner.values()) if inner and all(key.isdecimal() for key in inner) else inner
