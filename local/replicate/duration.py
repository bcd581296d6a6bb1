"""The duration in a `Cancel-After` header."""

import re
from datetime import timedelta

MINIMUM = timedelta(seconds=5)

_UNITS = re.compile(r"(?:(?P<hours>\d{1,4})h)?(?:(?P<minutes>\d{1,6})m)?(?:(?P<seconds>\d{1,8})s?)?")


def parse_duration(text: str) -> timedelta:
    """`90`, `30s`, `5m` or `1h30m45s`; raises ValueError on anything else and below five seconds."""
    match = _UNITS.fullmatch(text.strip())
    if match is None or not match[0]:
        raise ValueError("Cancel-After must be a duration such as 30s, 5m or 1h30m45s")
    duration = timedelta(**{unit: int(value) for unit, value in match.groupdict().items() if value})
    if duration < MINIMUM:
        raise ValueError("Cancel-After must be at least 5 seconds")
    return duration
