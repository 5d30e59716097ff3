"""Raw sums: one integer a measure, in the order of MEASURES, cost in nanodollars."""

from collections.abc import Iterable
from operator import add

from billing.reports.report import Sums
from billing.rollups import MEASURES
from core.fields import from_nanos

Amounts = tuple[int, ...]

NOTHING: Amounts = (0,) * len(MEASURES)
COST = MEASURES.index("cost")
_TOKENS = slice(2, COST)
_UNPRICED = MEASURES.index("unpriced_requests")
_UNMEASURED = MEASURES.index("unmeasured_requests")


def added(left: Amounts, right: Amounts) -> Amounts:
    return tuple(map(add, left, right))


def total(amounts: Iterable[Amounts]) -> Amounts:
    columns = list(zip(*amounts, strict=True))
    return tuple(map(sum, columns)) if columns else NOTHING


def to_sums(amounts: Amounts) -> Sums:
    """The figures that people read: what nobody knows is None."""
    requests, unpriced, unmeasured = amounts[0], amounts[_UNPRICED], amounts[_UNMEASURED]
    tokens: tuple[int | None, ...] = amounts[_TOKENS]
    if requests and unmeasured == requests:
        tokens = tuple(value or None for value in tokens)
    is_priced = not requests or unpriced < requests or amounts[COST]
    cost = from_nanos(amounts[COST]) if is_priced else None
    # By position: a year of days by model makes thousands of these.
    return Sums(requests, amounts[1], *tokens, cost, unpriced, unmeasured)  # type: ignore[arg-type, call-arg]
