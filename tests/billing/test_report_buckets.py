"""Periods are cut into hours, days, weeks and months as the clocks of a zone show them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from billing.reports.buckets import chart_interval, time_buckets
from billing.reports.query import Interval, UsageQuery
from billing.reports.report import Bucket

LATER = datetime(2030, 1, 1, tzinfo=UTC)


def query(first: date, last: date, zone: str = "UTC") -> UsageQuery:
    return UsageQuery(first_day=first, last_day=last, zone=zone)


@pytest.mark.parametrize(
    ("zone", "day", "start", "hours"),
    [
        ("America/New_York", date(2026, 3, 8), datetime(2026, 3, 8, 5, tzinfo=UTC), 23),
        ("America/New_York", date(2026, 11, 1), datetime(2026, 11, 1, 4, tzinfo=UTC), 25),
        ("Asia/Kolkata", date(2026, 11, 1), datetime(2026, 10, 31, 18, 30, tzinfo=UTC), 24),
        ("Asia/Kathmandu", date(2026, 11, 1), datetime(2026, 10, 31, 18, 15, tzinfo=UTC), 24),
        # Clocks move by half an hour.
        ("Australia/Lord_Howe", date(2026, 4, 5), datetime(2026, 4, 4, 13, tzinfo=UTC), 24.5),
        # The midnight does not exist, or comes twice.
        ("Africa/Cairo", date(2026, 4, 24), datetime(2026, 4, 23, 22, tzinfo=UTC), 23),
        ("America/Havana", date(2026, 11, 1), datetime(2026, 11, 1, 4, tzinfo=UTC), 25),
    ],
)
def test_a_day_is_as_long_as_its_clocks_say(zone: str, day: date, start: datetime, hours: float) -> None:
    [whole] = time_buckets(query(day, day, zone), Interval.DAY, LATER)
    assert whole == Bucket(day, start, start + timedelta(hours=hours), f"{day:%-d %b}")
    parts = time_buckets(query(day, day, zone), Interval.HOUR, LATER)
    assert (parts[0].start, parts[-1].end) == (whole.start, whole.end)
    assert [part.end for part in parts[:-1]] == [part.start for part in parts[1:]]
    assert {part.end - part.start for part in parts[:-1]} == {timedelta(hours=1)}
    assert len({part.label for part in parts}) == len(parts) == -(-hours // 1)


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    day = date(2026, 11, 1)
    labels = [part.label for part in time_buckets(query(day, day, "America/New_York"), Interval.HOUR, LATER)]
    assert labels[:4] == ["1 Nov, 00:00", "1 Nov, 01:00 -04:00", "1 Nov, 01:00 -05:00", "1 Nov, 02:00"]


def test_weeks_begin_on_monday_and_are_cut_by_the_period() -> None:
    weeks = time_buckets(query(date(2026, 12, 30), date(2027, 1, 12)), Interval.WEEK, LATER)
    assert weeks == (
        Bucket(
            date(2026, 12, 28), utc(2026, 12, 30), utc(2027, 1, 4), "Week 53, 28 Dec 2026", is_partial=True
        ),
        Bucket(date(2027, 1, 4), utc(2027, 1, 4), utc(2027, 1, 11), "Week 1, 4 Jan 2027"),
        Bucket(date(2027, 1, 11), utc(2027, 1, 11), utc(2027, 1, 13), "Week 2, 11 Jan 2027", is_partial=True),
    )


def test_months_are_partial_until_they_are_over() -> None:
    months = time_buckets(query(date(2026, 10, 1), date(2026, 11, 30)), Interval.MONTH, utc(2026, 11, 19))
    assert months == (
        Bucket(date(2026, 10, 1), utc(2026, 10, 1), utc(2026, 11, 1), "Oct 2026"),
        Bucket(date(2026, 11, 1), utc(2026, 11, 1), utc(2026, 12, 1), "Nov 2026", is_partial=True),
    )


def test_a_chart_has_some_dozens_of_buckets() -> None:
    first = date(2026, 1, 1)
    by_days = {
        days: chart_interval(query(first, first + timedelta(days=days - 1)))
        for days in (2, 3, 93, 94, 370, 371)
    }
    assert by_days == {
        2: Interval.HOUR,
        3: Interval.DAY,
        93: Interval.DAY,
        94: Interval.WEEK,
        370: Interval.WEEK,
        371: Interval.MONTH,
    }


def utc(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)
