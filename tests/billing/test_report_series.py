"""The chart shows the eight members that cost most, and all others as one."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import override_settings

from billing.ledger.record import record_usage
from billing.reports.build import build_report
from billing.reports.query import Dimension, Interval, UsageQuery
from billing.reports.report import OTHER, Report
from tests.factories import NOON, make_event, make_project

pytestmark = pytest.mark.django_db

PERIOD = {"first_day": date(2026, 11, 16), "last_day": date(2026, 11, 20)}


def book(numbers: range, dimension: Dimension) -> None:
    """One call of cost `number` dollars a member."""
    project = make_project(prefers_reported_cost=True)
    attribute = {"agent": "agent_label", "tag": "tags"}.get(dimension, dimension.value)
    for number in numbers:
        name = f"member-{number}"
        value = (name, "common") if dimension is Dimension.TAG else name
        record_usage([make_event(project, reported_cost=Decimal(number), **{attribute: value})])


def costs(report: Report) -> dict[str, Decimal]:
    """Each line's cost; all calls are of the third day."""
    assert all(point.cost == 0 for line in report.series for point in (*line.points[:2], *line.points[3:]))
    return {line.member.label: line.points[2].cost or Decimal(0) for line in report.series}


@pytest.mark.parametrize("zones", [["UTC"], ["Europe/Berlin"]])
@pytest.mark.parametrize("dimension", [Dimension.PROVIDER, Dimension.AGENT, Dimension.ENVIRONMENT])
@pytest.mark.parametrize("interval", [None, Interval.DAY])
def test_the_rest_is_folded_into_one_line(
    zones: list[str], dimension: Dimension, interval: Interval | None
) -> None:
    with override_settings(REPORTING_TIME_ZONES=zones):
        book(range(1, 12), dimension)
        report = build_report(UsageQuery(**PERIOD, group_by=(dimension,), interval=interval))
    largest = {f"member-{number}": Decimal(number) for number in range(11, 3, -1)}
    assert costs(report) == {**largest, OTHER.label: Decimal(1 + 2 + 3)}
    assert list(costs(report)) == [*largest, OTHER.label]
    assert len(report.rows) == 11
    assert report.points[2] == report.totals


def test_few_members_have_no_other() -> None:
    book(range(1, 9), Dimension.PROVIDER)
    report = build_report(UsageQuery(**PERIOD, group_by=(Dimension.PROVIDER,)))
    assert list(costs(report)) == [f"member-{number}" for number in range(8, 0, -1)]


def test_a_call_with_two_tags_is_in_both_lines_and_once_in_the_points() -> None:
    book(range(1, 3), Dimension.TAG)
    report = build_report(UsageQuery(**PERIOD, group_by=(Dimension.TAG,)))
    assert costs(report) == {"common": Decimal(3), "member-2": Decimal(2), "member-1": Decimal(1)}
    assert (report.points[2].cost, report.totals.cost, report.totals.requests) == (Decimal(3), Decimal(3), 2)


def test_rows_stand_by_cost_and_unpriced_ones_last() -> None:
    project = make_project(prefers_reported_cost=True)
    priced = {
        "cheap": Decimal(1),
        "dear": Decimal(2),
        "free": Decimal(0),
        "also-free": Decimal(0),
        "a-unknown": None,
    }
    record_usage(
        [make_event(project, provider=name, model="x", reported_cost=cost) for name, cost in priced.items()]
    )
    report = build_report(UsageQuery(**PERIOD, group_by=(Dimension.PROVIDER,)))
    assert [(row.members[0].label, row.sums.cost) for row in report.rows] == [
        ("dear", 2),
        ("cheap", 1),
        ("also-free", 0),
        ("free", 0),
        ("a-unknown", None),
    ]
    assert (report.totals.cost, report.totals.unpriced_requests) == (Decimal(3), 1)
    assert NOON.date() in {bucket.first_day for bucket in report.buckets}
