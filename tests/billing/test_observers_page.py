"""Who told of a call: shown beside its cost, and taken back by those who manage the project."""

import pytest
from django.test import Client
from django.urls import reverse

from billing.ledger.record import record_usage
from billing.models import TokenUsage
from projects.models import Membership
from tests.factories import make_event, make_member, make_project

pytestmark = pytest.mark.django_db

ALIKE = "Another observer told of a call of the same size at the same time"


@pytest.fixture
def twice_told() -> tuple[TokenUsage, TokenUsage]:
    """A call as the SDK told of it, which counts, and as a framework did."""
    project = make_project()
    rows = []
    for observer, response_id in (("com.anthropic.sdk.python", "m"), ("openinference", "")):
        event = make_event(
            project,
            native_id=observer,
            observer=observer,
            service="shop",
            response_id=response_id,
            latency_ms=10,
        )
        rows.append(TokenUsage.objects.get(pk=record_usage([event])[0].usage_id))
    return rows[0], rows[1]


def page_of(client: Client, usage: TokenUsage) -> str:
    return client.get(reverse("billing:cost", args=[usage.pk])).content.decode()


def test_both_reports_are_shown_with_the_one_that_counts(client, twice_told) -> None:
    counting, absorbed = twice_told
    client.force_login(make_member(counting.project, Membership.Role.VIEWER))
    page = page_of(client, counting)
    assert "Who told of it" in page
    assert "com.anthropic.sdk.python" in page
    assert reverse("billing:cost", args=[absorbed.pk]) in page
    assert ALIKE in page
    assert "Count it apart" not in page
    assert "This row is out of every sum" in page_of(client, absorbed)


def test_a_call_that_one_observer_told_of_shows_no_list(client) -> None:
    project = make_project()
    usage = TokenUsage.objects.get(pk=record_usage([make_event(project)])[0].usage_id)
    client.force_login(make_member(project))
    assert "Who told of it" not in page_of(client, usage)


def test_a_manager_counts_a_report_apart_and_lets_it_rejoin(client, twice_told) -> None:
    counting, absorbed = twice_told
    client.force_login(make_member(counting.project, Membership.Role.MANAGER))
    assert "Count it apart" in page_of(client, counting)
    address = reverse("billing:apart", args=[absorbed.pk])
    response = client.post(address, follow=True)
    assert "It counts as a call of its own now." in response.content.decode()
    assert TokenUsage.objects.booked().count() == 2
    assert "Let the rules decide" in page_of(client, absorbed)
    client.post(address, {"rejoin": "1"})
    assert TokenUsage.objects.booked().get() == counting


@pytest.mark.parametrize("role", [Membership.Role.VIEWER, Membership.Role.OPERATOR])
def test_others_may_not(client, twice_told, role) -> None:
    _, absorbed = twice_told
    client.force_login(make_member(absorbed.project, role))
    assert client.post(reverse("billing:apart", args=[absorbed.pk])).status_code == 403
    client.force_login(make_member(make_project(), Membership.Role.MANAGER))
    assert client.post(reverse("billing:apart", args=[absorbed.pk])).status_code == 404
    assert TokenUsage.objects.booked().count() == 1
