"""What the ledger, the reports and the pages really send, judged as a cluster would."""

from collections.abc import Callable
from datetime import date
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from billing.ledger.record import record_usage
from billing.reports.build import build_report
from billing.reports.query import Dimension, Interval, UsageQuery
from billing.reports.rows import rows_behind
from core.checks import is_growing
from dashboard.navigation import GROUPS
from tests.architecture.house import house_models
from tests.architecture.sql_lint import objections
from tests.cast import Cast
from tests.factories import make_conversation, make_event, make_message, make_person

pytestmark = pytest.mark.django_db

GROWING = {model._meta.db_table for model in house_models() if is_growing(model)}


def refused(work: Callable[[], Any]) -> dict[str, list[str]]:
    """The statements that `work` sends and a cluster would refuse, with the reasons."""
    sent = set()

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.add(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        work()
    assert sent
    return {sql: reasons for sql in sorted(sent) if (reasons := objections(sql, GROWING))}


@pytest.fixture
def booked(cast: Cast) -> Cast:
    """A project with a conversation, a person, a priced, an unpriced, a failed and a replaced call."""
    person, conversation = make_person(), make_conversation(cast.project)
    make_message(conversation)
    record_usage(
        [
            make_event(cast.project, person_id=person.pk, conversation_id=conversation.pk, tags=["a"]),
            make_event(cast.project, model="nobody-knows"),
            make_event(cast.project, status="error"),
        ]
    )
    return cast


def test_growing_tables_are_known() -> None:
    assert {"billing_tokenusage", "billing_dailyusage", "chat_message"} <= GROWING


def test_booking_calls(booked: Cast) -> None:
    first = make_event(booked.project, status="partial", output_tokens=1)
    again = make_event(booked.project, native_id=first.native_id, output_tokens=100)
    assert refused(lambda: [record_usage([event]) for event in (first, first, again)]) == {}


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu"])
@pytest.mark.parametrize("who", ["owner", "member", "installation"])
def test_reports(booked: Cast, who: str, zone: str) -> None:
    user = None if who == "installation" else getattr(booked, who).user

    def all_reports() -> None:
        for dimension, interval in product(Dimension, (None, Interval.HOUR, Interval.DAY, Interval.WEEK)):
            query = UsageQuery(
                first_day=date(2026, 11, 17),
                last_day=date(2026, 11, 19),
                zone=zone,
                group_by=(dimension,),
                interval=interval,
                compare=True,
            )
            build_report(query, user=user)
            list(rows_behind(query, user=user)[:50])

    assert refused(all_reports) == {}


@pytest.mark.parametrize("view_name", [page.view_name for group in GROUPS for page in group.pages])
@pytest.mark.parametrize("who", ["owner", "member"])
def test_pages(booked: Cast, who: str, view_name: str) -> None:
    client = getattr(booked, who).client
    assert refused(lambda: client.get(reverse(view_name))) == {}
