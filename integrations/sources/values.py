"""Reading single values out of records that others wrote: counts, amounts, times, texts."""

import json
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any

MAX_COUNT = 2**53
MAX_DOLLARS = 9_000_000_000
"""Just below what a bigint of nanodollars holds."""

_LARGEST_MAGNITUDE = 60
"""Power of ten beyond which a number is no count, amount or time."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECONDS_FROM = 10**11
"""An epoch number above this counts milliseconds: as seconds it would be after the year 5100."""
_NO_TIME_FROM = 10**14
"""Milliseconds after the year 5100: another unit, or no time at all."""


class BadValueError(ValueError):
    """A field holds what it may not; the message names the field and the value."""


def count(value: Any, field: str) -> int | None:
    """A whole number of things: 12, "12" and 12.0 are 12; None and "" are unknown."""
    if value is None or value == "":
        return None
    if type(value) is int:
        number = value
    else:
        exact = _decimal(value, field, "a whole number")
        # The size is judged first: int(Decimal("1e999999")) would fill the memory.
        if abs(exact) <= MAX_COUNT and exact != int(exact):
            raise BadValueError(f"{field}: {_shown(value)} is not a whole number")
        number = MAX_COUNT + 1 if exact > MAX_COUNT else -1 if exact < 0 else int(exact)
    if number < 0:
        raise BadValueError(f"{field}: {_shown(value)} is negative")
    if number > MAX_COUNT:
        raise BadValueError(f"{field}: {_shown(value)} is too large")
    return number


def amount(value: Any, field: str) -> Decimal | None:
    """US dollars: 0.25, "0.25" and "$0.25"; None and "" are unknown."""
    if value is None or value == "":
        return None
    bare = value.strip().removeprefix("$") if isinstance(value, str) else value
    dollars = _decimal(bare, field, "an amount")
    if dollars < 0:
        raise BadValueError(f"{field}: {_shown(value)} is negative")
    if dollars > MAX_DOLLARS:
        raise BadValueError(f"{field}: {_shown(value)} is too large")
    return dollars


def moment(value: Any, field: str) -> datetime:
    """A UTC time: ISO 8601 (without a zone it is UTC), or seconds or milliseconds since 1970."""
    found = optional_moment(value, field)
    if found is None:
        raise BadValueError(f"{field}: missing")
    return found


def optional_moment(value: Any, field: str) -> datetime | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        try:
            parsed = datetime.fromisoformat(value.strip())
            return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    since = _decimal(value, field, "a time")
    if abs(since) >= _NO_TIME_FROM:
        raise BadValueError(f"{field}: {_shown(value)} is not a time")
    if abs(since) >= _MILLISECONDS_FROM:
        since /= 1000
    return _EPOCH + timedelta(microseconds=int(since * 1_000_000))


def milliseconds(start: datetime | None, end: datetime | None) -> int | None:
    """From `start` to `end`; None when either is unknown or the clock ran backwards."""
    if start is None or end is None or end < start:
        return None
    return round((end - start) / timedelta(milliseconds=1))


def text(value: Any, limit: int) -> str:
    """`value` as text that every database takes, at most `limit` characters; None is ""."""
    if value is None:
        return ""
    return storable(value if isinstance(value, str) else str(value)).strip()[:limit]


def storable(value: str) -> str:
    """Without U+0000 and lone surrogates, which PostgreSQL refuses."""
    if value.isascii():
        return value.replace("\x00", "") if "\x00" in value else value
    return value.encode("utf-8", "replace").decode().replace("\x00", "")


def native_id(value: Any) -> str:
    """A call's own id, whole; one that is too long for its column stands as its SHA-256."""
    whole = storable(value if isinstance(value, str) else str(value)).strip()
    return whole if len(whole) <= 512 else f"sha256:{sha256(whole.encode()).hexdigest()}"


def plain(value: Any) -> Any:
    """A JSON value that every database takes: storable texts, numbers as JSON writes them."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, Decimal):
        return float(value) if math.isfinite(float(value)) else str(value)
    return value


def parse_json(document: str) -> Any:
    """JSON with exact fractions (Decimal). Raises BadValueError, with the place."""
    try:
        return json.loads(document, parse_float=Decimal, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise BadValueError(f"is not JSON: {error.msg} at character {error.pos + 1:,}") from None
    except (ValueError, ArithmeticError, RecursionError) as error:
        # ArithmeticError: an exponent beyond what Decimal holds.
        raise BadValueError(f"is not JSON: {error or 'a number is beyond all bounds'}") from None


def each(values: Any, read: Callable[[Any], str]) -> tuple[str, ...]:
    """`read` of every member of a list, empty ones left out; of no list, nothing."""
    return tuple(filter(None, map(read, values))) if isinstance(values, list) else ()


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _decimal(value: Any, field: str, kind: str) -> Decimal:
    if isinstance(value, (str, int, Decimal)) and not isinstance(value, bool):
        try:
            exact = Decimal(value.strip() if isinstance(value, str) else value)
        except (InvalidOperation, ValueError):
            raise BadValueError(f"{field}: {_shown(value)} is not {kind}") from None
        if exact.is_finite():
            return _computable(exact)
    elif isinstance(value, float) and math.isfinite(value):
        return Decimal(str(value))
    raise BadValueError(f"{field}: {_shown(value)} is not {kind}")


def _computable(exact: Decimal) -> Decimal:
    """`exact`, or for magnitudes that no field has (1e400000000) another that arithmetic does not refuse."""
    magnitude = exact.adjusted()
    if exact and abs(magnitude) > _LARGEST_MAGNITUDE:
        exponent = _LARGEST_MAGNITUDE if magnitude > 0 else -_LARGEST_MAGNITUDE
        return Decimal((exact.as_tuple().sign, (1,), exponent))
    return exact


def _shown(value: Any) -> str:
    shown = f"“{value}”" if isinstance(value, str) else str(value)
    return shown if len(shown) <= 40 else f"{shown[:39]}…"
