"""A report's figures are the ledger's, whichever table answers, in every zone, at every clock change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.ledger.record import record_usage
from billing.reports.build import build_report
from billing.reports.query import Dimension, Interval, UsageQuery
from billing.reports.report import Report, Sums
from core.zones import day_start
from tests.billing.ledgers import LEDGERS, PERIODS, ZONES, Drawn, booked, naive_groups, naive_sums
from tests.factories import make_event, make_project

pytestmark = pytest.mark.django_db

LATER = datetime(2027, 1, 1, tzinfo=UTC)
FROM_ROLLUPS = [
    (Dimension.PROVIDER, Dimension.MODEL),
    (Dimension.PROJECT,),
    (Dimension.PERSON,),
    (Dimension.ENVIRONMENT, Dimension.REQUEST_TYPE, Dimension.PROJECT),
]
FROM_LEDGER = [
    (Dimension.TAG,),
    (Dimension.MODEL, Dimension.TAG),
    (Dimension.CONVERSATION, Dimension.AGENT),
    (Dimension.STATUS, Dimension.SOURCE),
]
random_ledgers = settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(params=["rollup zone", "foreign zone"])
def is_rollup_zone(request: pytest.FixtureRequest, settings: pytest.FixtureRequest) -> bool:
    """Whether the zones of these tests have rollups."""
    is_rollup = request.param == "rollup zone"
    settings.REPORTING_TIME_ZONES = [*ZONES] if is_rollup else ["Europe/Berlin"]
    return is_rollup


def shown(report: Report) -> dict[tuple[object, ...], Sums]:
    return {
        (*(member.label for member in row.members), *((row.bucket.start,) if row.bucket else ())): row.sums
        for row in report.rows
    }


@pytest.mark.parametrize("zone", ZONES)
@random_ledgers
@given(
    drawn=LEDGERS, period=st.sampled_from(PERIODS), group_by=st.sampled_from([*FROM_ROLLUPS, *FROM_LEDGER])
)
def test_groups_are_the_ledgers(
    is_rollup_zone: bool,
    zone: str,
    drawn: list[Drawn],
    period: tuple[date, date],
    group_by: tuple[Dimension, ...],
) -> None:
    query = UsageQuery(first_day=period[0], last_day=period[1], zone=zone, group_by=group_by)
    info = ZoneInfo(zone)
    start, end = day_start(period[0], info), day_start(period[1] + timedelta(days=1), info)
    with booked(drawn) as ledger:
        kept = [row for row in ledger if start <= row.occurred_at < end]
        report = build_report(query, now=LATER)
        assert shown(report) == naive_groups(kept, group_by)
        assert report.totals == naive_sums(kept)
        assert (report.read_from != "TokenUsage") == (is_rollup_zone and group_by in FROM_ROLLUPS)
        assert [
            naive_sums(row for row in kept if bucket.start <= row.occurred_at < bucket.end)
            for bucket in report.buckets
        ] == list(report.points)


@pytest.mark.parametrize("zone", ZONES)
@random_ledgers
@given(drawn=LEDGERS, period=st.sampled_from(PERIODS), interval=st.sampled_from(Interval))
def test_buckets_add_up_to_the_range(
    is_rollup_zone: bool, zone: str, drawn: list[Drawn], period: tuple[date, date], interval: Interval
) -> None:
    query = UsageQuery(
        first_day=period[0], last_day=period[1], zone=zone, group_by=(Dimension.PROVIDER,), interval=interval
    )
    with booked(drawn) as ledger:
        report = build_report(query, now=LATER)
        expected = {
            (*key, bucket.start): sums
            for bucket in report.buckets
            for key, sums in naive_groups(
                (row for row in ledger if bucket.start <= row.occurred_at < bucket.end), query.group_by
            ).items()
        }
        assert shown(report) == expected
        whole = build_report(
            UsageQuery(first_day=period[0], last_day=period[1], zone=zone, group_by=query.group_by)
        )
        assert report.totals == whole.totals
        assert [bucket.end for bucket in report.buckets[:-1]] == [
            bucket.start for bucket in report.buckets[1:]
        ]


def test_ten_years_of_days_in_a_foreign_zone(settings: pytest.FixtureRequest) -> None:
    settings.REPORTING_TIME_ZONES = ["UTC"]
    first = date(2017, 1, 1)
    info = ZoneInfo("Asia/Kathmandu")
    project = make_project()
    days = [first + timedelta(days=offset) for offset in (0, 1, 1000, 3658, 3659)]
    record_usage([make_event(project, occurred_at=day_start(day, info)) for day in days])
    query = UsageQuery(
        first_day=first,
        last_day=days[-1],
        zone="Asia/Kathmandu",
        interval=Interval.DAY,
        group_by=(Dimension.PROVIDER,),
    )
    report = build_report(query, now=LATER)
    assert [row.bucket.first_day for row in report.rows if row.bucket] == days
    assert len(report.points) == 3660
