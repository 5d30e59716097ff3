"""Figures made from Sums: additions, and the ratios that people read. A ratio of nothing is None."""

from collections.abc import Iterable
from decimal import Decimal

from billing.reports.amounts import Amounts, to_sums, total
from billing.reports.report import Sums
from billing.rollups import MEASURES
from core.fields import to_nanos


def summed(parts: Iterable[Sums]) -> Sums:
    """The sums of all `parts` together: unknown only where all that counts is unknown."""
    return to_sums(total(map(_amounts, parts)))


def _amounts(sums: Sums) -> Amounts:
    values = {name: getattr(sums, name) or 0 for name in MEASURES}
    return tuple(to_nanos(value) if isinstance(value, Decimal) else value for value in values.values())


def error_rate(sums: Sums) -> Decimal | None:
    """Failed calls among all that reached a provider."""
    return _ratio(sums.errors, sums.requests + sums.errors)


def cached_share(sums: Sums) -> Decimal | None:
    """Input tokens read from a cache among all input tokens."""
    return _ratio(sums.cache_read_tokens, sums.input_tokens)


def cost_per_request(sums: Sums) -> Decimal | None:
    """Dollars a priced request."""
    return _ratio(sums.cost, sums.requests - sums.unpriced_requests)


def share(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    return _ratio(part, whole)


def change(now: Decimal | int | None, before: Decimal | int | None) -> Decimal | None:
    """The relative change; None where either is unknown or there was nothing before."""
    ratio = _ratio(now, before)
    return None if ratio is None else ratio - 1


def _ratio(part: Decimal | int | None, whole: Decimal | int | None) -> Decimal | None:
    return None if part is None or not whole else Decimal(part) / Decimal(whole)
