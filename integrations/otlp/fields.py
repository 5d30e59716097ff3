"""What both encodings of OTLP have in common: identities, times, and what is kept of what cannot be read."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from math import isfinite, isnan
from typing import Any

from integrations.sources.parsed import Rejection
from integrations.sources.values import BadValueError, storable

TRACE_ID_BYTES = 16
SPAN_ID_BYTES = 8

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def identity(sent: bytes, size: int, field: str) -> str:
    """Lower-case hex; empty for an id that is missing or all zeros. Raises BadValueError for another size."""
    if not any(sent):
        return ""
    if len(sent) != size:
        raise BadValueError(f"{field}: has {len(sent)} bytes, not {size}")
    return sent.hex()


def required(found: str, field: str) -> str:
    if not found:
        raise BadValueError(f"{field}: is missing or all zeros")
    return found


def moment_of(nanoseconds: int) -> datetime | None:
    """None for 0, which stands for an unknown time, and for what lies outside the calendar."""
    if nanoseconds <= 0:
        return None
    try:
        return _EPOCH + timedelta(microseconds=nanoseconds // 1000)
    except OverflowError:
        return None


def finite(number: float) -> float | str:
    """What is no number stands as a word, as JSON writes it: no database keeps it as a number."""
    if isfinite(number):
        return number
    return "NaN" if isnan(number) else "Infinity" if number > 0 else "-Infinity"


def status_of(code: int) -> int:
    """Codes that a later standard may add say nothing yet."""
    return code if code in {1, 2} else 0


def rejection(where: str, error: BadValueError, told: Mapping[str, Any]) -> Rejection:
    """`told` names the item: nothing that people wrote, as attributes may hold."""
    raw = {name: str(value)[:100] for name, value in told.items() if value}
    return Rejection(where, storable(str(error)), json.dumps(raw, ensure_ascii=False))
