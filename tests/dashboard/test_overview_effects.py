"""The change of a cost splits into volume, mix and unit cost: exactly, and as it is written."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.reports.report import Member, Row, Sums
from core.fields import from_nanos
from dashboard.overview.effects import Effects, effects, effects_text


def sums(requests: int, cost: str | Decimal | None, unpriced: int = 0) -> Sums:
    return Sums(requests=requests, cost=None if cost is None else Decimal(cost), unpriced_requests=unpriced)


def row(model: str, now: Sums, before: Sums) -> Row:
    return Row((Member(model, model),), now, previous=before)


def test_more_requests_at_the_same_price_are_volume() -> None:
    now, before = sums(30, "3"), sums(10, "1")
    assert effects(now, before, [row("a", now, before)]) == Effects(Decimal(2), Decimal(0), Decimal(0))


def test_the_same_requests_at_another_price_are_unit_cost() -> None:
    now, before = sums(10, "4"), sums(10, "1")
    assert effects(now, before, [row("a", now, before)]) == Effects(Decimal(0), Decimal(0), Decimal(3))


def test_requests_that_move_to_a_dearer_model_are_mix() -> None:
    cells = [row("cheap", sums(0, "0"), sums(10, "1")), row("dear", sums(20, "20"), sums(10, "10"))]
    assert effects(sums(20, "20"), sums(20, "11"), cells) == Effects(Decimal(0), Decimal(9), Decimal(0))


def test_new_and_abandoned_models_are_mix() -> None:
    # The abandoned model has no row any more: only the totals before know it.
    cells = [row("new", sums(10, "30"), Sums())]
    assert effects(sums(10, "30"), sums(10, "5"), cells) == Effects(Decimal(0), Decimal(25), Decimal(0))


def test_requests_without_a_price_are_left_out() -> None:
    now, before = sums(30, "3", unpriced=10), sums(11, "1", unpriced=1)
    assert effects(now, before, [row("a", now, before)]) == Effects(Decimal(1), Decimal(0), Decimal(1))


@pytest.mark.parametrize("before", [sums(0, "0"), sums(10, None, unpriced=10)])
def test_what_cannot_be_told_is_not_told(before: Sums) -> None:
    now = sums(10, "1")
    assert effects(now, before, [row("a", now, before)]) is None


CALLS = st.integers(0, 10**6)
COSTS = st.integers(0, 10**14).map(from_nanos)
CELLS = st.lists(st.tuples(CALLS, COSTS, CALLS, COSTS), max_size=6)


@given(CELLS)
def test_parts_add_up(drawn: list[Any]) -> None:
    cells = [row(f"m{number}", sums(*one[:2]), sums(*one[2:])) for number, one in enumerate(drawn)]
    now = sums(sum(one[0] for one in drawn), sum((one[1] for one in drawn), Decimal(0)))
    before = sums(sum(one[2] for one in drawn), sum((one[3] for one in drawn), Decimal(0)))
    found = effects(now, before, cells)
    if before.requests:
        assert found is not None
        assert now.cost is not None
        assert before.cost is not None
        assert abs(found.total - (now.cost - before.cost)) < Decimal(1).scaleb(-12)


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (("612.3", "281.2", "-24.4"), "+$612 volume, +$281 mix, −$24 unit cost"),
        (("0.4", "0.4", "100.4"), "+$101 unit cost"),
        (("1.234", "0", "-0.004"), "+$1.23 volume"),
        (("0", "0", "0"), ""),
        (("-210.5", "64.4", "-30.9"), "−$210 volume, +$64 mix, −$31 unit cost"),
    ],
)
def test_written_parts_add_up_to_the_written_change(parts: tuple[str, str, str], text: str) -> None:
    assert effects_text(Effects(*map(Decimal, parts))) == text
