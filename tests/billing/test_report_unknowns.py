"""What nobody knows is unknown, never zero; what somebody knows is never lost."""

from dataclasses import fields
from decimal import Decimal

import pytest

from billing.reports.amounts import NOTHING, to_sums
from billing.reports.report import Sums
from billing.rollups import MEASURES


def sums(**measures: int) -> Sums:
    return to_sums(tuple(measures.get(name, 0) for name in MEASURES))


UNKNOWN_TOKENS = {field.name: None for field in fields(Sums) if field.name.endswith("_tokens")}


def test_measures_are_the_figures_in_order() -> None:
    assert tuple(field.name for field in fields(Sums)) == MEASURES
    assert to_sums(NOTHING) == Sums()


@pytest.mark.parametrize(
    ("measures", "expected"),
    [
        (
            {"requests": 2, "unmeasured_requests": 2},
            Sums(requests=2, **UNKNOWN_TOKENS, unmeasured_requests=2),
        ),
        ({"requests": 2, "unmeasured_requests": 1}, Sums(requests=2, unmeasured_requests=1)),
        ({"requests": 1, "unpriced_requests": 1}, Sums(requests=1, cost=None, unpriced_requests=1)),
        (
            {"requests": 2, "unpriced_requests": 1, "cost": 5},
            Sums(requests=2, cost=Decimal("0.000000005"), unpriced_requests=1),
        ),
        ({"errors": 3}, Sums(errors=3)),
        # A failed call was billed, and nobody knows the price of the answered one.
        (
            {"requests": 1, "errors": 1, "unpriced_requests": 1, "cost": 7},
            Sums(requests=1, errors=1, cost=Decimal("0.000000007"), unpriced_requests=1),
        ),
        (
            {"requests": 1, "errors": 1, "unmeasured_requests": 1, "input_tokens": 9},
            Sums(requests=1, errors=1, **{**UNKNOWN_TOKENS, "input_tokens": 9}, unmeasured_requests=1),
        ),
    ],
)
def test_unknown_is_not_zero(measures: dict[str, int], expected: Sums) -> None:
    assert sums(**measures) == expected


def test_total_is_input_and_output() -> None:
    assert Sums(input_tokens=3, output_tokens=None).total_tokens == 3
    assert Sums(input_tokens=None, output_tokens=None).total_tokens is None
