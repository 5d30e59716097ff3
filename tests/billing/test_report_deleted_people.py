"""Spend outlives people: a report names them as they were, and marks them as deleted."""

import pytest

from billing.ledger.record import record_usage
from billing.reports.build import build_report
from billing.reports.query import Dimension, UsageQuery
from tests.factories import NOON, make_event, make_person, make_project

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu"])
def test_a_deleted_persons_spend_stands_under_their_name(zone: str) -> None:
    project, priya, tom = make_project(), make_person(name="Priya"), make_person(name="Tom")
    record_usage(
        [
            make_event(project, person_id=priya.pk, person_label="Priya"),
            make_event(project, person_id=tom.pk, person_label="Tom", input_tokens=10),
            make_event(project, input_tokens=1),
        ]
    )
    priya.delete()
    query = UsageQuery(first_day=NOON.date(), last_day=NOON.date(), zone=zone, group_by=(Dimension.PERSON,))
    report = build_report(query)
    assert [(row.members[0].label, row.sums.input_tokens) for row in report.rows] == [
        ("Priya (deleted)", 1000),
        ("Tom", 10),
        ("(nobody)", 1),
    ]
