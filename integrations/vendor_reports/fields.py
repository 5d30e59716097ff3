"""Reading the fields that several providers' reports have."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from integrations.sources.values import BadValueError, amount, count, moment, storable

MAX_QUANTITY = Decimal(10) ** 18


class WrongReportError(BadValueError):
    """The file is another report; the message says which."""


def token_sum(record: Mapping[str, Any], *fields: str) -> int | None:
    """The sum of counts; None when none of them is known."""
    counts = [number for field in fields if (number := count(record.get(field), field)) is not None]
    return sum(counts) if counts else None


def part_of(part: int | None, field: str, whole: int | None, whole_field: str) -> None:
    """Refuse a part that is larger than its whole."""
    if part is not None and whole is not None and part > whole:
        raise BadValueError(f"{field}: {part} is more than {whole_field}, {whole}, of which it is a part")


def signed_dollars(value: Any, field: str) -> Decimal | None:
    """US dollars, exact; negative for credits."""
    if isinstance(value, str):
        text = value.strip()
        if text.startswith(("-", "\u2212")):
            return _negative(amount(text[1:], field))
        return amount(text, field)
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool) and value < 0:
        return _negative(amount(-value, field))
    return amount(value, field)


def quantity_of(value: Any, field: str) -> Decimal | None:
    """How much of a thing, at most 10^18; fractions as they stand."""
    if value is None or value == "":
        return None
    try:
        number = Decimal("NaN") if isinstance(value, bool) else Decimal(str(value).strip())
    except ArithmeticError:
        number = Decimal("NaN")
    if not number.is_finite():
        raise BadValueError(f"{field}: “{str(value)[:40]}” is not a number")
    if not 0 <= number <= MAX_QUANTITY:
        raise BadValueError(f"{field}: “{str(value)[:40]}” is {'negative' if number < 0 else 'too large'}")
    return number


def _negative(dollars: Decimal | None) -> Decimal | None:
    return None if dollars is None else -dollars


def us_dollars(currency: Any, field: str) -> str:
    """The currency's code in capitals; amounts in any but US dollars are refused."""
    code = name_of(currency).upper() or "USD"
    if code != "USD":
        raise BadValueError(f"{field}: “{name_of(currency)[:20]}” is not USD, in which amounts are kept")
    return code


def flag(value: Any, field: str) -> bool | None:
    """true, "TRUE", "false" and the like; None and "" are unknown."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return value
    words = {"true": True, "false": False, "1": True, "0": False, "1.0": True, "0.0": False}
    known = words.get(str(value).strip().lower())
    if known is None:
        raise BadValueError(f"{field}: “{str(value)[:40]}” is neither true nor false")
    return known


def name_of(value: Any) -> str:
    """A name as it stands; None is ""."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return storable(value if isinstance(value, str) else str(value)).strip()


def period(start: Any, start_field: str, end: Any, end_field: str) -> tuple[datetime, datetime]:
    """Two UTC moments, the second after the first."""
    begins, ends = moment(start, start_field), moment(end, end_field)
    if ends <= begins:
        raise BadValueError(f"{end_field}: {ends.isoformat()} is not after {start_field}")
    return begins, ends


def bare(record: Mapping[str, Any], *times: str) -> bool:
    """Whether a row has nothing but its times: a period without usage."""
    return not any(str(value).strip() for name, value in record.items() if name not in times)


def grouping_names(
    record: Mapping[str, Any], known: Mapping[str, str], left_out: frozenset[str]
) -> dict[str, str]:
    """The grouping columns of a line that have a value, by the report's names for them.

    Besides those that are `known` (name in the report → our column) these are columns that a report has grown
    since: words and yes-or-no group, numbers are figures.
    """
    found = {}
    for name, value in record.items():
        if name in left_out or isinstance(value, (dict, list)):
            continue
        if name not in known and not _groups(value):
            continue
        if text := name_of(value):
            found[name] = text.lower() if text in {"TRUE", "FALSE"} else text
    return found


def _groups(value: Any) -> bool:
    if isinstance(value, bool):
        return True
    if not isinstance(value, str):
        return False
    try:
        Decimal(value.strip() or "0")
    except ArithmeticError:
        return True
    return False


def kept_columns(names: Mapping[str, str], known: Mapping[str, str]) -> dict[str, Any]:
    """Of the grouping columns those that ProviderReportedUsage keeps, by its names."""
    return {column: names[name] for name, column in known.items() if column and name in names}
