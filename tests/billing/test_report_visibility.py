"""A member of a project sees its usage alone, by every dimension, in every table and through every filter."""

from datetime import date

import pytest
from django.http import QueryDict
from django.test import override_settings

from accounts.models import User
from billing.ledger.record import record_usage
from billing.reports.address import parse_query
from billing.reports.build import build_report
from billing.reports.errors import QueryError
from billing.reports.query import Dimension, UsageQuery
from billing.reports.report import Report, Sums
from billing.reports.rows import rows_behind
from projects.models import Project
from tests.factories import (
    NOON,
    make_conversation,
    make_event,
    make_member,
    make_person,
    make_project,
    make_user,
)

pytestmark = pytest.mark.django_db

PERIOD = {"first_day": date(2026, 11, 16), "last_day": date(2026, 11, 20)}


def book(name: str, calls: int) -> Project:
    """A project in which every dimension's member bears the project's name."""
    project = make_project(name=name)
    record_usage(
        [
            make_event(
                project,
                provider=name.lower(),
                model=name,
                environment=name,
                agent_label=name,
                tags=(name,),
                source=name,
                person_id=make_person(name=name).pk,
                conversation_id=make_conversation(project, title=name).pk,
            )
            for _ in range(calls)
        ]
    )
    return project


def names(report: Report) -> set[str]:
    return {member.label.lower() for row in report.rows for member in row.members}


@pytest.mark.parametrize("zones", [["UTC"], ["Europe/Berlin"]])
@pytest.mark.parametrize("dimension", Dimension)
def test_a_member_sees_their_project_alone(zones: list[str], dimension: Dimension) -> None:
    with override_settings(REPORTING_TIME_ZONES=zones):
        ours, _ = book("Ours", 2), book("Theirs", 3)
        query = UsageQuery(**PERIOD, group_by=(dimension,), compare=True)
        report = build_report(query, user=make_member(ours), now=NOON)
    assert report.totals.requests == 2
    assert sum(point.requests for line in report.series for point in line.points) == 2
    assert "theirs" not in names(report)
    assert names(report) == {{"request_type": "chat", "status": "ok"}.get(dimension, "ours")}


@pytest.mark.parametrize("zones", [["UTC"], ["Europe/Berlin"]])
def test_roles_decide(zones: list[str]) -> None:
    with override_settings(REPORTING_TIME_ZONES=zones):
        book("Ours", 2)
        book("Theirs", 3)
        query = UsageQuery(**PERIOD)
        requests = {
            role: build_report(query, user=make_user(role=role)).totals.requests for role in User.Role.values
        }
        stranger = build_report(query, user=make_user())
        left = make_user(role=User.Role.OWNER, is_active=False)
        assert build_report(query, user=left).totals == Sums()
    assert requests == {"member": 0, "auditor": 5, "finance": 5, "owner": 5}
    assert (stranger.rows, stranger.series, stranger.totals) == ((), (), Sums())


def test_naming_another_project_shows_nothing_of_it() -> None:
    ours, theirs = book("Ours", 2), book("Theirs", 3)
    member = make_member(ours)
    query = UsageQuery(**PERIOD, filters={Dimension.PROJECT: (str(theirs.pk),)})
    assert build_report(query, user=member).totals == Sums()
    assert list(rows_behind(query, user=member)) == []
    assert rows_behind(UsageQuery(**PERIOD), user=member).count() == 2
    with pytest.raises(QueryError) as caught:
        parse_query(QueryDict(f"project={theirs.pk}"), user=member, default_zone="UTC", today=NOON.date())
    assert caught.value.messages == {"project": f"No such project: {theirs.pk}."}
