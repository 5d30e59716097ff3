"""Filters keep what they name, and every number leads to the very rows that it counts."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.ledger.record import record_usage
from billing.models import TokenUsage
from billing.reports.address import behind
from billing.reports.build import build_report
from billing.reports.keys import NONE
from billing.reports.query import Dimension, Interval, UsageQuery
from billing.reports.report import Sums
from billing.reports.rows import rows_behind
from core.ids import NIL
from core.zones import day_start
from tests.billing.ledgers import LEDGERS, PERIODS, Drawn, booked, labels, naive_sums
from tests.factories import make_event, make_project

pytestmark = pytest.mark.django_db

LATER = datetime(2027, 1, 1, tzinfo=UTC)
ZONE = "America/New_York"
random_ledgers = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def keys(row: TokenUsage, dimension: Dimension) -> list[str]:
    if dimension is Dimension.PROJECT:
        return [str(row.project_id)]
    if dimension is Dimension.PERSON:
        return [str(row.person_id or NIL)]
    if dimension is Dimension.CONVERSATION:
        return [str(row.conversation_id or NIL)]
    return labels(row, dimension)


@pytest.mark.parametrize("zones", [["UTC", ZONE], ["Europe/Berlin"]])
@random_ledgers
@given(drawn=LEDGERS, period=st.sampled_from(PERIODS), chosen=st.sets(st.sampled_from(Dimension), max_size=2))
def test_filters_keep_any_of_their_values(
    settings: pytest.FixtureRequest,
    zones: list[str],
    drawn: list[Drawn],
    period: tuple[date, date],
    chosen: set[Dimension],
) -> None:
    settings.REPORTING_TIME_ZONES = zones
    first, last = period
    with booked(drawn) as ledger:
        filters = {dimension: tuple(sorted(set(keys(ledger[0], dimension)))) for dimension in chosen}
        query = UsageQuery(
            first_day=first, last_day=last, zone=ZONE, filters=filters, group_by=(Dimension.PROVIDER,)
        )
        start, end = (
            day_start(first, ZoneInfo(ZONE)),
            day_start(last.replace(day=last.day + 1), ZoneInfo(ZONE)),
        )
        kept = [
            row
            for row in ledger
            if start <= row.occurred_at < end
            and all(set(keys(row, dimension)) & set(values) for dimension, values in filters.items())
        ]
        assert build_report(query, now=LATER).totals == naive_sums(kept)
        behind_it = rows_behind(query, user=None)
        assert naive_sums(behind_it) == naive_sums(kept)
        if Dimension.STATUS not in filters:
            assert {row.pk for row in behind_it} == {row.pk for row in kept if naive_sums([row]) != Sums()}


@pytest.mark.parametrize("interval", [None, Interval.DAY, Interval.WEEK, Interval.MONTH])
@random_ledgers
@given(
    drawn=LEDGERS,
    period=st.sampled_from(PERIODS),
    group_by=st.lists(st.sampled_from(Dimension), min_size=1, max_size=3, unique=True),
    tags=st.sampled_from([(), ("a",), ("b", "c"), (NONE,)]),
)
def test_every_row_leads_to_what_it_counts(
    drawn: list[Drawn],
    period: tuple[date, date],
    group_by: list[Dimension],
    tags: tuple[str, ...],
    interval: Interval | None,
) -> None:
    query = UsageQuery(
        first_day=period[0],
        last_day=period[1],
        zone=ZONE,
        group_by=tuple(group_by),
        interval=interval,
        filters={Dimension.TAG: tags} if tags else {},
    )
    with booked(drawn):
        for row in build_report(query, now=LATER).rows:
            assert naive_sums(rows_behind(behind(query, row), user=None)) == row.sums


@pytest.mark.parametrize("zones", [["UTC"], ["Europe/Berlin"]])
def test_a_replaced_row_is_in_no_number_and_behind_none(
    settings: pytest.FixtureRequest, zones: list[str]
) -> None:
    settings.REPORTING_TIME_ZONES = zones
    partial = make_event(make_project(), output_tokens=2, status="partial")
    record_usage([partial])
    [full] = record_usage([replace(partial, output_tokens=100, status="ok")])
    query = UsageQuery(first_day=date(2026, 11, 1), last_day=date(2026, 11, 30))
    totals = build_report(query, now=LATER).totals
    assert (totals.requests, totals.output_tokens) == (1, 100)
    assert [row.pk for row in rows_behind(query, user=None)] == [full.usage_id]
