"""How many statements a report takes does not depend on the data."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from billing.ledger.record import record_usage
from billing.reports.build import build_report
from billing.reports.query import Dimension, Interval, UsageQuery
from tests.factories import make_conversation, make_event, make_member, make_person, make_project

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 19, 10, 30, tzinfo=UTC)
THIS_MONTH = {"first_day": date(2026, 11, 1), "last_day": date(2026, 11, 19)}


def book(number: int) -> None:
    project = make_project()
    moments = [NOW - timedelta(days=days, minutes=1) for days in (0, 1, 5, 28, 30)]
    record_usage(
        [
            make_event(
                project,
                occurred_at=moment,
                provider=f"provider-{number}",
                tags=(f"tag-{number}", "all"),
                person_id=make_person().pk,
                conversation_id=make_conversation(project).pk,
            )
            for moment in moments
        ]
    )


def statements(query: UsageQuery, **options: object) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        build_report(query, now=NOW, **options)  # type: ignore[arg-type]
    return [entry["sql"] for entry in captured.captured_queries]


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        # The zone's register, rows, series.
        ({}, 3),
        ({"interval": Interval.DAY}, 2),
        # Names of projects, people and conversations: one each.
        ({"group_by": (Dimension.PROJECT, Dimension.PERSON, Dimension.CONVERSATION)}, 6),
        # Rows and points of the period before, each with its running day from the ledger.
        ({"compare": True}, 7),
        ({"compare": True, "interval": Interval.DAY}, 4),
        ({"compare": True, "last_day": date(2026, 11, 18)}, 5),
        ({"compare": True, "interval": Interval.HOUR, "first_day": date(2026, 11, 19)}, 3),
        ({"group_by": (Dimension.TAG,), "compare": True}, 6),
    ],
)
def test_statements_are_counted(changes: dict[str, object], count: int) -> None:
    query = UsageQuery(**{**THIS_MONTH, **changes})  # type: ignore[arg-type]
    book(0)
    few = statements(query)
    for number in range(1, 12):
        book(number)
    assert len(few) == len(statements(query)) == count, "\n".join(few)


def test_a_member_takes_as_many() -> None:
    project = make_project()
    member = make_member(project)
    record_usage([make_event(project, occurred_at=NOW - timedelta(days=1))])
    # And one for their memberships, which are read once a user.
    assert len(statements(UsageQuery(**THIS_MONTH), user=member)) == 4


@pytest.mark.parametrize(
    ("dimensions", "filters", "table"),
    [
        ((Dimension.MODEL,), {}, "DailyModelUsage"),
        ((Dimension.PROJECT,), {}, "DailyProjectUsage"),
        ((Dimension.PERSON,), {}, "DailyPersonUsage"),
        ((Dimension.PERSON, Dimension.PROJECT), {}, "DailyPersonUsage"),
        ((Dimension.MODEL,), {Dimension.PROJECT: ("00000000-0000-7000-8000-000000000000",)}, "DailyUsage"),
        ((Dimension.ENVIRONMENT, Dimension.REQUEST_TYPE), {}, "DailyUsage"),
        ((Dimension.PERSON, Dimension.MODEL), {}, "TokenUsage"),
        ((Dimension.MODEL,), {Dimension.TAG: ("x",)}, "TokenUsage"),
        ((Dimension.STATUS,), {}, "TokenUsage"),
    ],
)
def test_the_smallest_table_that_can_answers(
    dimensions: tuple[Dimension, ...], filters: dict[Dimension, tuple[str, ...]], table: str
) -> None:
    book(0)
    report = build_report(UsageQuery(**THIS_MONTH, group_by=dimensions, filters=filters), now=NOW)
    assert report.read_from == table


def test_a_member_reads_tables_that_know_the_project() -> None:
    project = make_project()
    record_usage([make_event(project)])
    member = make_member(project)
    tables = {
        dimension: build_report(
            UsageQuery(**THIS_MONTH, group_by=(dimension,)), user=member, now=NOW
        ).read_from
        for dimension in (Dimension.MODEL, Dimension.PROJECT)
    }
    assert tables == {Dimension.MODEL: "DailyUsage", Dimension.PROJECT: "DailyProjectUsage"}


def test_a_zone_is_read_from_rollups_only_once_they_are_whole() -> None:
    book(0)
    with override_settings(REPORTING_TIME_ZONES=["UTC", "Asia/Kolkata"]):
        report = build_report(UsageQuery(**THIS_MONTH, zone="Asia/Kolkata"), now=NOW)
    assert (report.read_from, report.totals.requests) == ("TokenUsage", 3)
