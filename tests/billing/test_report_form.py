"""The form offers what the reader has used lately, and keeps what the address names."""

from datetime import timedelta

import pytest
from django.db.models import prefetch_related_objects
from django.http import QueryDict

from billing.ledger.record import record_usage
from billing.reports.filters import UsageFilter
from billing.reports.query import Dimension
from projects.models import Project
from tests.factories import NOON, make_event, make_member, make_owner, make_project

pytestmark = pytest.mark.django_db


def book() -> tuple[Project, Project]:
    ours, theirs = make_project(name="Ours"), make_project(name="Theirs")
    record_usage(
        [
            make_event(ours, provider="acme", model="a-1", environment="production"),
            make_event(ours, provider="acme", model="a-2"),
            make_event(ours, provider="past", model="p-1", occurred_at=NOON - timedelta(days=200)),
            make_event(theirs, provider="globex", model="g-1", environment="staging"),
        ]
    )
    return ours, theirs


def offered(form: UsageFilter) -> dict[str, list[str]]:
    names = (Dimension.PROJECT, Dimension.PROVIDER, Dimension.MODEL, Dimension.ENVIRONMENT, Dimension.PERSON)
    return {name.value: [str(label) for _, label in form.form.fields[name].choices] for name in names}


def form(text: str, user: object) -> UsageFilter:
    return UsageFilter(QueryDict(text), user=user, default_zone="UTC", today=NOON.date())  # type: ignore[arg-type]


def test_owners_are_offered_everything() -> None:
    book()
    assert offered(form("", make_owner())) == {
        "project": ["Ours", "Theirs"],
        "provider": ["acme", "globex"],
        "model": ["a-1", "a-2", "g-1"],
        "environment": ["(none)", "production", "staging"],
        "person": [],
    }


def test_members_are_offered_what_is_theirs() -> None:
    ours, _ = book()
    assert offered(form("", make_member(ours))) == {
        "project": ["Ours"],
        "provider": ["acme"],
        "model": ["a-1", "a-2"],
        "environment": ["(none)", "production"],
        "person": [],
    }


def test_chosen_names_are_offered_whatever_their_age() -> None:
    ours, _ = book()
    chosen = form("provider=past&provider=acme", make_member(ours))
    assert offered(chosen)["provider"] == ["acme", "past"]
    assert 'value="past" selected' in str(chosen.form["provider"])
    assert offered(form("to=2026-05-31", make_owner()))["provider"] == ["past"]


def test_validating_reads_nothing_but_named_projects(django_assert_num_queries) -> None:
    ours, _ = book()
    member = make_member(ours)
    prefetch_related_objects([member], "memberships")
    with django_assert_num_queries(0):
        assert form("provider=acme&status=ok&group_by=tag", member).query.filters == {
            Dimension.PROVIDER: ("acme",),
            Dimension.STATUS: ("ok",),
        }
    with django_assert_num_queries(1):
        assert form(f"project={ours.pk}", member).query.filters == {Dimension.PROJECT: (str(ours.pk),)}


def test_its_queryset_is_the_rows_behind_the_report() -> None:
    ours, _ = book()
    rows = form("provider=acme&provider=globex", make_member(ours)).qs
    assert sorted(row.model for row in rows) == ["a-1", "a-2"]
