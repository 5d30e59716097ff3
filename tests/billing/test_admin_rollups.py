"""The rollups in the admin: sums of one zone at a time, each with the report that it answers."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.ledger.record import record_usage
from billing.models import DailyPersonUsage, DailyUsage, RollupZone
from tests.cast import Cast
from tests.factories import NOON, make_conversation, make_event, make_person

pytestmark = pytest.mark.django_db


def test_one_zone_at_a_time(cast: Cast, settings) -> None:
    settings.REPORTING_TIME_ZONES = ["Asia/Kolkata", "UTC"]
    record_usage([make_event(cast.project, occurred_at=NOON.replace(hour=20))])
    url = reverse("admin:billing_dailyusage_changelist")
    for query, zone, day in (({}, "Asia/Kolkata", 19), ({"zone": "UTC"}, "UTC", 18)):
        [row] = cast.owner.client.get(url, query).context["cl"].result_list
        assert (row.zone, row.day.day) == (zone, day)


def test_a_sum_leads_to_the_report_that_adds_up_to_it(cast: Cast) -> None:
    person = make_person()
    record_usage([make_event(cast.project, person_id=person.pk, environment="production")])
    day = {"from": ["2026-11-18"], "to": ["2026-11-18"], "zone": ["UTC"], "project": [str(cast.project.pk)]}
    expected = {
        DailyUsage: {
            **day,
            "provider": ["anthropic"],
            "model": ["claude-sonnet-4-5"],
            "request_type": ["chat"],
            "environment": ["production"],
        },
        DailyPersonUsage: {**day, "person": [str(person.pk)]},
    }
    for model, query in expected.items():
        row = model.objects.get()
        url = reverse(f"admin:billing_{model._meta.model_name}_change", args=[row.pk])
        [link] = cast.owner.client.get(url).context["object_links"]
        assert parse_qs(urlsplit(link.url).query) == query


def test_people_are_named_where_the_reader_may_see_them(cast: Cast) -> None:
    known, unknown = make_person(name="Priya"), make_person(name="Quentin")
    make_conversation(cast.project, person=known)
    record_usage([make_event(cast.project, person_id=each) for each in (known.pk, unknown.pk, None)])
    url = reverse("admin:billing_dailypersonusage_changelist")
    for client, names in (
        (cast.owner.client, {"Priya", "Quentin", "nobody known"}),
        (cast.member.client, {"Priya", str(unknown.pk), "nobody known"}),
    ):
        page = client.get(url).content.decode()
        assert {
            name for name in ("Priya", "Quentin", "nobody known", str(unknown.pk)) if name in page
        } == names


def test_sums_over_all_projects_are_for_installation_roles(cast: Cast) -> None:
    record_usage([make_event(cast.project)])
    url = reverse("admin:billing_dailymodelusage_changelist")
    assert len(cast.owner.client.get(url).context["cl"].result_list) == 1
    assert len(cast.member.client.get(url).context["cl"].result_list) == 0


@pytest.mark.parametrize("model", ["dailyusage", "dailymodelusage", "dailyprojectusage", "dailypersonusage"])
def test_owners_cannot_change_sums(model: str, cast: Cast) -> None:
    record_usage([make_event(cast.project)])
    [row] = cast.owner.client.get(reverse(f"admin:billing_{model}_changelist")).context["cl"].result_list
    for page in ("change", "delete"):
        url = reverse(f"admin:billing_{model}_{page}", args=[row.pk])
        assert cast.owner.client.post(url, {"requests": 0, "post": "yes"}).status_code == 403
    assert cast.owner.client.get(reverse(f"admin:billing_{model}_add")).status_code == 403


def test_zones_say_whether_they_agree_with_the_ledger(cast: Cast) -> None:
    now = timezone.now()
    RollupZone.objects.bulk_create(
        [
            RollupZone(zone="Asia/Kolkata"),
            RollupZone(zone="Europe/Berlin", built_at=now),
            RollupZone(zone="Europe/Paris", built_at=now, checked_at=now),
            RollupZone(zone="UTC", built_at=now, checked_at=now, drift=2),
        ]
    )
    page = cast.owner.client.get(reverse("admin:billing_rollupzone_changelist")).content.decode()
    states = ["being built", "not compared yet", "agrees", "differs"]
    assert [page.index(f">{state}</span>") for state in states] == sorted(
        page.index(f">{state}</span>") for state in states
    )
