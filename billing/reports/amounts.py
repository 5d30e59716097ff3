"""Raw sums: one integer a measure, in the order of MEASURES, cost in nanodollars."""

from collections.abc import Iterable
from operator import add

from billing.reports.report import Sums
from billing.rollups import MEASURES
from core.fields import from_nanos

Amounts = tuple[int, ...]

NOTHING: Amounts = (0,) * len(MEASURES)
COST = MEASURES.index("cost")


def added(left: Amounts, right: Amounts) -> Amounts:
    return tuple(map(add, left, right))


def total(amounts: Iterable[Amounts]) -> Amounts:
    columns = list(zip(*amounts, strict=True))
    return tuple(map(sum, columns)) if columns else NOTHING


def to_sums(amounts: Amounts) -> Sums:
    """The figures that people read: what nobody knows is None."""
    values = dict(zip(MEASURES, amounts, strict=True))
    requests = values["requests"]
    is_measured = not requests or values["unmeasured_requests"] < requests
    is_priced = not requests or values["unpriced_requests"] < requests
    tokens = {
        name: value if is_measured or value else None
        for name, value in values.items()
        if name.endswith("_tokens")
    }
    return Sums(
        requests=requests,
        errors=values["errors"],
        **tokens,
        cost=from_nanos(values["cost"]) if is_priced or values["cost"] else None,
        unpriced_requests=values["unpriced_requests"],
        unmeasured_requests=values["unmeasured_requests"],
    )
