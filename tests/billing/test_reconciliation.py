"""The ledger beside providers' reports: figures, one side only, days without a report, granularity."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from billing.models import ProviderReportedUsage
from billing.reports.reconciliation import Pair, Reported, reconcile, reported_providers
from billing.reports.report import Sums
from tests.billing.usage_pages import book, make_billed_project
from tests.factories import NOON

pytestmark = pytest.mark.django_db

DAY = NOON.date()
NEXT = DAY + timedelta(days=1)


def report(
    model: str = "gpt-5", *, day: date = DAY, shape: bytes = b"by-day", hour: int | None = None, **values: Any
) -> ProviderReportedUsage:
    """A line of OpenAI's report of a day, or of one of its hours."""
    start = datetime(day.year, day.month, day.day, hour or 0, tzinfo=UTC)
    number = ProviderReportedUsage.objects.count()
    return ProviderReportedUsage.objects.create(
        **{
            "provider": "openai",
            "kind": "cost" if "amount" in values else "usage",
            "source": "openai-usage",
            "period_start": start,
            "period_end": start + (timedelta(days=1) if hour is None else timedelta(hours=1)),
            "model": model,
            "line_key": shape[:6].ljust(6) + number.to_bytes(10, "big"),
            **values,
        }
    )


def call(model: str = "gpt-5", **values: Any) -> None:
    values = {"cost": "1", "input_tokens": 100, "output_tokens": 10, "cache_read_tokens": 40, **values}
    book(values.pop("project", None) or make_billed_project(), provider="openai", model=model, **values)


def counted(**pairs: tuple[Any, Any]) -> dict[str, Pair]:
    return {name: Pair(*pair) for name, pair in pairs.items()}


def test_equal_sides() -> None:
    project = make_billed_project()
    call(project=project)
    call(project=project)
    report(requests=2, input_tokens=200, cache_read_tokens=80, cache_write_tokens=0, output_tokens=20)
    report(amount=Decimal(2))
    answer = reconcile("openai", DAY, DAY)
    [line] = answer.lines
    assert (line.day, line.model, line.sides) == (DAY, "gpt-5", "both")
    assert line.pairs == counted(
        requests=(2, 2),
        input_tokens=(200, 200),
        cache_read_tokens=(80, 80),
        cache_write_tokens=(0, 0),
        output_tokens=(20, 20),
        cost=(Decimal(2), Decimal(2)),
    )
    assert answer.total.pairs == answer.days[0].pairs == line.pairs
    assert (answer.exceeding, answer.is_within_tolerance, answer.unreported) == ((), True, ())


@pytest.mark.parametrize(("provider", "exceeds"), [(100, False), (99, True), (101, False), (102, True)])
def test_one_per_cent_of_the_providers_figure_is_tolerated(provider: int, exceeds: bool) -> None:
    call(input_tokens=100)
    report(input_tokens=provider)
    answer = reconcile("openai", DAY, DAY)
    assert (answer.lines[0].exceeding(answer.tolerance) == ("input_tokens",)) is exceeds
    assert answer.is_within_tolerance is not exceeds


def test_what_one_side_alone_has() -> None:
    call("ours")
    report("theirs", requests=3, input_tokens=30, output_tokens=3)
    lines = reconcile("openai", DAY, DAY).lines
    assert [(line.model, line.sides) for line in lines] == [("ours", "ledger"), ("theirs", "provider")]
    ours, theirs = lines
    assert (ours.pairs["requests"], theirs.pairs["requests"]) == (Pair(1, 0), Pair(0, 3))
    assert ours.pairs["requests"].fraction is None
    assert ours.pairs["cost"] == Pair(Decimal(1), None)


def test_what_a_report_does_not_tell_is_unknown_and_left_out_of_both_totals() -> None:
    call("one")
    call("two", cost="3")
    report("one", input_tokens=100)
    report("two", input_tokens=100)
    total = reconcile("openai", DAY, DAY).total.pairs
    assert total["requests"] == Pair(2, None)
    assert total["cost"] == Pair(Decimal(4), None)
    assert total["input_tokens"] == Pair(200, 200)


def test_unpriced_calls_stay_unknown() -> None:
    book(make_billed_project(), provider="openai", model="no-such-model", cost=None)
    report("no-such-model", amount=Decimal(5))
    answer = reconcile("openai", DAY, DAY)
    [line] = answer.lines
    assert (line.pairs["cost"], line.unpriced) == (Pair(None, Decimal(5)), 1)
    assert line.pairs["cost"].difference is None
    assert answer.total.pairs["cost"] == Pair(None, Decimal(5))


def test_days_without_a_report_are_named_and_left_out() -> None:
    call()
    call(occurred_at=NOON + timedelta(days=1), cost="7")
    report(requests=1, input_tokens=100, output_tokens=10, cache_read_tokens=40)
    answer = reconcile("openai", DAY, NEXT)
    assert [line.day for line in answer.lines] == [DAY]
    assert (answer.unreported, answer.unreported_sums) == ((NEXT,), Sums(requests=1, cost=Decimal(7)))
    assert answer.is_within_tolerance


def test_an_empty_day_between_reported_ones_is_a_report_of_nothing() -> None:
    call(occurred_at=NOON + timedelta(days=1))
    for day in (DAY, DAY + timedelta(days=2)):
        report("other", day=day, requests=1)
    answer = reconcile("openai", DAY, DAY + timedelta(days=2))
    assert [(line.day, line.sides) for line in answer.exceeding if line.model == "gpt-5"] == [
        (NEXT, "ledger")
    ]


def test_hours_and_days_of_one_period_are_not_added() -> None:
    call()
    report(requests=1, input_tokens=100)
    report(hour=3, requests=1, input_tokens=60, shape=b"by-hour")
    report(hour=4, requests=1, input_tokens=40, shape=b"by-hour")
    answer = reconcile("openai", DAY, DAY)
    assert answer.total.pairs["input_tokens"] == Pair(100, 100)
    assert answer.unused == (
        f"Lines of shorter periods (usage, {DAY}) than others that tell of the same time:"
        " kept, and not compared.",
    )


def test_hours_are_compared_where_no_day_was_loaded() -> None:
    call()
    report(hour=3, input_tokens=60)
    report(hour=23, input_tokens=40)
    answer = reconcile("openai", DAY, DAY)
    assert answer.total.pairs["input_tokens"] == Pair(100, 100)
    assert answer.unused == ()


def test_of_two_ways_to_split_a_day_the_one_with_models_counts() -> None:
    report("", input_tokens=100, shape=b"whole")
    report("gpt-5", input_tokens=60, shape=b"models")
    report("gpt-4", input_tokens=40, shape=b"models")
    answer = reconcile("openai", DAY, DAY)
    assert [line.model for line in answer.lines] == ["gpt-4", "gpt-5"]
    assert answer.unused == (
        f"A second report of the same time, split in another way (usage, {DAY}): kept, and not compared.",
    )


def test_interfaces_of_one_provider_are_added() -> None:
    report("a", input_tokens=60, request_type="chat", shape=b"chat")
    report("b", input_tokens=40, request_type="embedding", shape=b"embed")
    assert reconcile("openai", DAY, DAY).total.pairs["input_tokens"] == Pair(0, 100)


def test_searches_are_billed_apart_and_spread_over_those_who_searched() -> None:
    call("sonnet", cost="1.01")
    call("haiku", cost="2.02")
    report("sonnet", web_search_requests=1, input_tokens=100, output_tokens=10)
    report("haiku", web_search_requests=2, input_tokens=100, output_tokens=10)
    report("sonnet", amount=Decimal(1))
    report("haiku", amount=Decimal(2))
    report("", line_item="web_search", amount=Decimal("0.030000001"))
    answer = reconcile("openai", DAY, DAY)
    assert {line.model: line.pairs["cost"] for line in answer.lines} == {
        "haiku": Pair(Decimal("2.02"), Decimal("2.02")),
        "sonnet": Pair(Decimal("1.01"), Decimal("1.010000001")),
    }
    assert answer.total.pairs["cost"].provider == Decimal("3.030000001")


def test_what_is_billed_without_a_model_stands_alone_and_counts_in_the_total() -> None:
    call(cost="1")
    report(amount=Decimal(1))
    report("", line_item="file search", amount=Decimal("0.5"))
    answer = reconcile("openai", DAY, DAY)
    [_, item] = answer.lines
    assert (item.item, item.sides, item.pairs["cost"], item.pairs["requests"]) == (
        "file search", "provider", Pair(Decimal(0), Decimal("0.5")), Pair(None, None),
    )  # fmt: skip
    assert answer.total.pairs["cost"] == Pair(Decimal(1), Decimal("1.5"))
    assert not answer.is_within_tolerance


def test_credits_lower_a_bill() -> None:
    report(amount=Decimal(3))
    report("", line_item="credit", amount=Decimal(-1))
    assert reconcile("openai", DAY, DAY).total.pairs["cost"] == Pair(Decimal(0), Decimal(2))


def test_other_providers_and_days_stay_out() -> None:
    call()
    report(requests=1)
    report(day=NEXT, requests=50)
    report(provider="anthropic", requests=50)
    book(make_billed_project(), provider="anthropic", model="m", cost="9")
    assert reconcile("openai", DAY, DAY).total.pairs["requests"] == Pair(1, 1)
    assert reported_providers(None) == (Reported("openai", DAY, NEXT), Reported("anthropic", DAY, DAY))


def test_queries_do_not_grow(django_assert_num_queries: Any) -> None:
    def ask() -> None:
        reconcile("openai", DAY, DAY + timedelta(days=30))

    report(requests=1)
    with django_assert_num_queries(3):
        ask()
    for number in range(12):
        call(f"m{number}", occurred_at=NOON + timedelta(days=number))
        report(f"m{number}", day=DAY + timedelta(days=number), requests=1)
    with django_assert_num_queries(3):
        ask()
