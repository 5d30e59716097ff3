"""A period is compared with the same weekdays before it, and with as much of them as has passed of itself."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import override_settings

from billing.ledger.record import record_usage
from billing.reports.build import build_report
from billing.reports.query import Dimension, Interval, UsageQuery
from billing.reports.report import Report, Sums
from billing.reports.spans import previous_span
from tests.factories import make_event, make_project

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 19, 10, 30, tzinfo=UTC)
ZONES = ["UTC", "America/New_York"]


@pytest.mark.parametrize(
    ("first", "last", "compared"),
    [
        # A month so far: its counterpart lies in the month before.
        (date(2026, 11, 1), date(2026, 11, 18), (date(2026, 10, 4), date(2026, 10, 21))),
        (date(2026, 10, 1), date(2026, 10, 31), (date(2026, 8, 27), date(2026, 9, 26))),
        (date(2026, 11, 9), date(2026, 11, 15), (date(2026, 11, 2), date(2026, 11, 8))),
        (date(2026, 11, 10), date(2026, 11, 17), (date(2026, 10, 27), date(2026, 11, 3))),
        (date(2026, 11, 18), date(2026, 11, 18), (date(2026, 11, 11), date(2026, 11, 11))),
    ],
)
def test_weekdays_meet_and_periods_do_not_overlap(
    first: date, last: date, compared: tuple[date, date]
) -> None:
    span = previous_span(UsageQuery(first_day=first, last_day=last), NOW)
    assert (span.first_day, span.last_day, span.cut) == (*compared, None)
    assert span.first_day.weekday() == first.weekday()


def test_a_period_that_runs_is_compared_up_to_the_same_time_of_day() -> None:
    running = UsageQuery(first_day=date(2026, 11, 1), last_day=date(2026, 11, 30), zone="America/New_York")
    span = previous_span(running, NOW)
    assert (span.first_day, span.last_day) == (date(2026, 9, 27), date(2026, 10, 15))
    # 05:30 in New York, where October still had daylight saving time.
    assert span.cut == datetime(2026, 10, 15, 9, 30, tzinfo=UTC)


def test_a_period_to_come_has_nothing_to_compare() -> None:
    span = previous_span(UsageQuery(first_day=date(2026, 11, 20), last_day=date(2026, 11, 26)), NOW)
    assert span.last_day < span.first_day


@pytest.fixture(params=["rollups", "ledger"])
def _both_ways(request: pytest.FixtureRequest, settings: pytest.FixtureRequest) -> None:
    settings.REPORTING_TIME_ZONES = ZONES if request.param == "rollups" else ["Europe/Berlin"]


def book(*moments: datetime, model: str = "m") -> None:
    project = make_project()
    record_usage(
        [
            make_event(
                project, occurred_at=moment, provider="acme", model=model, input_tokens=1, output_tokens=0
            )
            for moment in moments
        ]
    )


def counts(sums: Sums | None) -> int | None:
    return None if sums is None else sums.requests


@pytest.mark.usefixtures("_both_ways")
def test_rows_totals_and_points_meet_the_same_elapsed_part() -> None:
    shift = timedelta(days=28)
    book(NOW - timedelta(hours=1), NOW - timedelta(days=3))
    book(
        NOW - shift - timedelta(seconds=1), NOW - timedelta(days=3) - shift, datetime(2026, 10, 4, tzinfo=UTC)
    )
    book(NOW - shift, datetime(2026, 10, 3, 23, 59, tzinfo=UTC), datetime(2026, 10, 23, tzinfo=UTC))
    book(datetime(2026, 10, 5, tzinfo=UTC), model="gone")
    query = UsageQuery(first_day=date(2026, 11, 1), last_day=date(2026, 11, 19), compare=True)
    report = build_report(query, now=NOW)
    assert report.previous_days == (date(2026, 10, 4), date(2026, 10, 22))
    assert [(row.members[1].label, counts(row.sums), counts(row.previous)) for row in report.rows] == [
        ("m", 2, 3)
    ]
    assert counts(report.previous_totals) == 4
    assert points(report) == {4 - 4: 1, 1: 1, 15: 1, 18: 1}
    assert sum(counts(point) or 0 for point in report.points) == 2


def points(report: Report) -> dict[int, int]:
    assert report.previous_points is not None
    return {number: point.requests for number, point in enumerate(report.previous_points) if point.requests}


@pytest.mark.usefixtures("_both_ways")
@pytest.mark.parametrize("interval", Interval)
def test_buckets_meet_their_counterparts(interval: Interval) -> None:
    book(*(datetime(2026, 10, day, 15, tzinfo=UTC) for day in range(4, 18)))
    book(*(datetime(2026, 11, day, 16, tzinfo=UTC) for day in range(1, 15)))
    query = UsageQuery(
        first_day=date(2026, 11, 1),
        last_day=date(2026, 11, 14),
        zone="America/New_York",
        interval=interval,
        group_by=(Dimension.PROVIDER,),
        compare=True,
    )
    report = build_report(query, now=NOW)
    # 11 in the morning in New York on both sides of the clock change.
    assert [counts(row.previous) for row in report.rows] == [counts(row.sums) for row in report.rows]
    assert report.previous_points == report.points
    assert report.previous_totals == report.totals


def test_a_report_that_does_not_compare_says_so() -> None:
    book(NOW)
    report = build_report(UsageQuery(first_day=date(2026, 11, 1), last_day=date(2026, 11, 19)), now=NOW)
    assert (report.previous_totals, report.previous_points, report.previous_days) == (None, None, None)
    assert [row.previous for row in report.rows] == [None]


@override_settings(REPORTING_TIME_ZONES=["UTC"])
def test_no_usage_before_is_a_real_zero() -> None:
    book(NOW)
    query = UsageQuery(first_day=date(2026, 11, 1), last_day=date(2026, 11, 19), compare=True)
    report = build_report(query, now=NOW)
    assert (report.previous_totals, report.rows[0].previous) == (Sums(), Sums())
    assert report.previous_totals is not None
    assert report.previous_totals.cost == Decimal(0)
