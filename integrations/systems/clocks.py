"""Times as sources write them, each value by itself: one column may mix three clocks."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECONDS_ABOVE = 10**11
"""A number above this counts milliseconds: as seconds it would be after the year 5100."""


class ClockError(ValueError):
    """A value that is no time."""


def instant(value: Any, naive_zone: ZoneInfo) -> datetime | None:
    """`value` as UTC: text without an offset is UTC, a naive datetime is local to `naive_zone`.

    Numbers, also when written as text, are seconds since 1970, above 1e11 milliseconds. None and "" are no
    time. Raises ClockError for all else.
    """
    if value is None or value == "":
        return None
    try:
        if isinstance(value, datetime):
            zoned = value if value.tzinfo else value.replace(tzinfo=naive_zone)
            return zoned.astimezone(UTC)
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        if isinstance(value, str):
            return _from_text(value.strip())
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            return _from_number(Decimal(str(value)))
    except (ValueError, OverflowError, ArithmeticError) as error:
        raise ClockError from error
    raise ClockError


def _from_text(text: str) -> datetime:
    if text.replace(".", "", 1).lstrip("-").isdigit() and len(text) > 8:
        return _from_number(Decimal(text))
    parsed = datetime.fromisoformat(text)
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)


def _from_number(number: Decimal) -> datetime:
    seconds = number / 1000 if abs(number) > _MILLISECONDS_ABOVE else number
    return _EPOCH + timedelta(microseconds=int(seconds * 1_000_000))
