"""The list of conversations: what each used and cost."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.ledger.record import record_usage
from tests.factories import (
    NOON,
    make_conversation,
    make_event,
    make_message,
    make_owner,
    make_price,
    make_project,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(make_owner())
    return client


def listed(reader: Client, **params: str) -> str:
    response = reader.get(reverse("chat:conversations"), params)
    assert response.status_code == 200
    return response.content.decode()


def test_each_line_counts_its_own(reader: Client) -> None:
    make_price()
    project = make_project()
    talk, silent = make_conversation(project, title="Talk"), make_conversation(project, title="Silent")
    make_message(talk)
    make_message(talk)
    calls = [{"model": "acme-1"}, {"model": "acme-1"}, {"model": "unheard-of"}, {"status": "error"}]
    record_usage(
        [make_event(project, conversation_id=talk.pk, **{"provider": "acme", **call}) for call in calls]
    )
    lines = reader.get(reverse("chat:conversations")).context["page"].lines
    figures = {
        line.title: (line.messages, line.sums.calls, line.sums.errors, line.sums.unpriced) for line in lines
    }
    assert figures == {"Talk": (2, 3, 1, 1), "Silent": (0, 0, 0, 0)}
    page = listed(reader)
    assert "$0.0024" in page
    assert "+1 unpriced" in page
    assert silent.title in page


def test_pages_go_by_key_and_lose_nothing(reader: Client) -> None:
    project = make_project()
    for number in range(120):
        moment = NOON + timedelta(minutes=number // 3)
        make_conversation(project, title=f"title-{number:03}", started_at=moment, last_activity_at=moment)
    seen, url = [], reverse("chat:conversations")
    while url:
        page = reader.get(url).context["page"]
        seen += [line.title for line in page.lines]
        url = reverse("chat:conversations") + page.older_url if page.older_url else ""
    assert sorted(seen) == [f"title-{number:03}" for number in range(120)]
    assert page.newer_url
    newer = reader.get(reverse("chat:conversations") + page.newer_url).context["page"]
    assert [line.title for line in newer.lines] == seen[50:100]


def test_titles_ids_projects_and_environments_find(reader: Client) -> None:
    here = make_conversation(
        make_project(), title="Where is parcel 7?", external_id="ext-1", environment="staging"
    )
    make_conversation(make_project(), title="Something else")
    for params in (
        {"q": "PARCEL"},
        {"q": "ext-1"},
        {"q": str(here.pk)},
        {"project": str(here.project_id)},
        {"environment": "staging"},
    ):
        page = reader.get(reverse("chat:conversations"), params).context["page"]
        assert [line.title for line in page.lines] == ["Where is parcel 7?"], params
    assert "No conversation matches" in listed(reader, q="nothing like it")


def test_nothing_yet_says_what_to_do(reader: Client) -> None:
    assert "No conversations yet" in listed(reader)


def test_damaged_addresses_show_the_newest_page(reader: Client) -> None:
    make_conversation(make_project(), title="Still here")
    for params in (
        {"before": "x"},
        {"after": "2026-13-40_7"},
        {"project": "no-uuid"},
        {"before": "2026-11-01_x"},
    ):
        assert "Still here" in listed(reader, **params)


def test_more_conversations_take_no_more_queries(reader: Client) -> None:
    counts = []
    for number in (5, 30):
        for _ in range(number):
            make_message(make_conversation(make_project()))
        with CaptureQueriesContext(connection) as queries:
            listed(reader)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_each_filter_can_be_taken_away(reader: Client) -> None:
    project = make_project()
    params = {"q": "nothing", "environment": "staging", "project": str(project.pk)}
    page = reader.get(reverse("chat:conversations"), params).context["page"]
    assert [(chip.name, chip.value, chip.url) for chip in page.chips] == [
        ("Title or id", "nothing", f"?environment=staging&project={project.pk}"),
        ("Environment", "staging", f"?q=nothing&project={project.pk}"),
    ]
