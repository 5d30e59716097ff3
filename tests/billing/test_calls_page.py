"""The list of model calls: the ledger's rows behind a number, page by page."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from billing.ledger.record import record_usage
from billing.pages import calls_page
from billing.reports.report import Sums
from projects.models import Project
from tests.billing.usage_pages import NOVEMBER, book, make_billed_project, page_of
from tests.cast import Cast
from tests.factories import NOON, make_conversation, make_event, make_owner, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client: Client) -> Client:
    client.force_login(make_owner())
    return client


@pytest.fixture
def project() -> Project:
    return make_billed_project(name="Helpdesk")


def ids(page: Any) -> list[Any]:
    return [line.call.pk for line in page.lines]


def test_pages_hold_every_call_once_newest_first(
    owner: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls_page, "PAGE_SIZE", 3)
    # Many calls end at the same moment: the id tells them apart.
    calls = [
        book(project, cost="1", occurred_at=NOON + timedelta(seconds=number // 4)) for number in range(10)
    ]
    expected = sorted(((call.occurred_at, call.pk) for call in calls), reverse=True)
    url, found, visited = f"/usage/calls/?{NOVEMBER}", [], []
    while url:
        page = page_of(owner, url)
        visited.append(page)
        found += [(line.call.occurred_at, line.call.pk) for line in page.lines]
        url = f"/usage/calls/{page.older_url}" if page.older_url else ""
    assert found == expected
    assert [len(page.lines) for page in visited] == [3, 3, 3, 1]
    assert [bool(page.newer_url) for page in visited] == [False, True, True, True]
    for page, newer in zip(visited[1:], visited, strict=False):
        assert ids(page_of(owner, f"/usage/calls/{page.newer_url}")) == ids(newer)
    assert not page_of(owner, f"/usage/calls/{visited[1].newer_url}").newer_url


@pytest.mark.parametrize("cursor", ["nonsense", "2026-11-18T12:00:00Z_nobody", "2026-11-18T12:00:00_x", "_"])
def test_a_cursor_that_makes_no_sense_is_the_first_page(owner: Client, project: Project, cursor: str) -> None:
    call = book(project, cost="1")
    for name in ("before", "after"):
        assert ids(page_of(owner, f"/usage/calls/?{NOVEMBER}&{name}={cursor}")) == [call.pk]


def test_totals_are_those_of_all_rows_not_of_the_page(
    owner: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls_page, "PAGE_SIZE", 1)
    book(project, cost="1", input_tokens=10, output_tokens=1)
    book(project, cost="2", input_tokens=20, output_tokens=2)
    book(project, input_tokens=40, output_tokens=4)
    page = page_of(owner, f"/usage/calls/?{NOVEMBER}")
    assert page.totals == Sums(
        requests=3, input_tokens=70, output_tokens=7, cost=Decimal(3), unpriced_requests=1
    )
    assert page.count_text == "3 calls, newest first"


def test_nobody_counts_beyond_ten_thousand(
    owner: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls_page, "COUNTED_UP_TO", 2)
    record_usage([make_event(project) for _ in range(3)])
    assert page_of(owner, f"/usage/calls/?{NOVEMBER}").count_text == "2+ calls, newest first"


def test_answered_failed_and_unpriced_calls_can_be_told_apart(owner: Client, project: Project) -> None:
    priced = book(project, cost="1", output_tokens=7)
    unpriced = book(project, status="partial", output_tokens=5)
    failed = book(project, status="error", error_type="RateLimitError", input_tokens=None, output_tokens=None)
    book(project, cost="1", status="cached", input_tokens=0, output_tokens=0)
    found = {}
    for mark in ("answered", "errors", "unpriced"):
        page = page_of(owner, f"/usage/calls/?{NOVEMBER}&{mark}=1")
        found[mark] = set(ids(page)), page.totals.requests, page.totals.errors, page.totals.output_tokens
    assert found == {
        "answered": ({priced.pk, unpriced.pk}, 2, 0, 12),
        "errors": ({failed.pk}, 0, 1, 0),
        "unpriced": ({unpriced.pk}, 1, 0, 5),
    }
    chip = page_of(owner, f"/usage/calls/?{NOVEMBER}&errors=1").chips[0]
    assert chip.values == "Failed only"
    assert set(ids(page_of(owner, f"/usage/calls/{chip.url}"))) == {priced.pk, unpriced.pk, failed.pk}


def test_an_hour_of_a_day(owner: Client, project: Project) -> None:
    book(project, cost="1", occurred_at=NOON - timedelta(microseconds=1))
    inside = book(project, cost="2", occurred_at=NOON)
    book(project, cost="4", occurred_at=NOON + timedelta(hours=1))
    moments = "start=2026-11-18T12:00:00.000000Z&end=2026-11-18T13:00:00.000000Z"
    page = page_of(owner, f"/usage/calls/?{NOVEMBER}&zone=Europe/Berlin&{moments}")
    assert (ids(page), page.totals.cost) == ([inside.pk], Decimal(2))
    assert [chip.values for chip in page.chips] == ["18 Nov, 13:00 – 18 Nov, 14:00"]


def test_a_row_tells_who_where_and_what_it_cost(owner: Client, project: Project) -> None:
    conversation, person = (
        make_conversation(project, title="Refund for order 4471"),
        make_person(name="Ana Ruiz"),
    )
    call = book(
        project, cost="0.0328", conversation_id=conversation.pk, person_id=person.pk, source="litellm-eu",
        input_tokens=18_420, cache_read_tokens=12_288, output_tokens=612,
    )  # fmt: skip
    html = owner.get(f"/usage/calls/?{NOVEMBER}").content.decode()
    for text in ("Helpdesk", "claude-sonnet-4-5", "18,420", "12,288", "612", "Ana Ruiz", "litellm-eu"):
        assert text in html
    assert f'<a href="/usage/calls/{call.pk}/">$0.0328</a>' in html
    assert f'<a href="/conversations/{conversation.pk}/">Refund for order 4471</a>' in html
    assert 'title="UTC 18 Nov 2026, 12:00:00"' in html


def test_a_failed_call_without_a_price_is_not_called_unpriced(owner: Client, project: Project) -> None:
    book(project, status="error", error_type="RateLimitError")
    html = owner.get(f"/usage/calls/?{NOVEMBER}").content.decode()
    assert 'title="RateLimitError">error</span>' in html
    assert 'class="unpriced"' not in html


def test_nothing_recorded_reads_as_such(owner: Client) -> None:
    assert "No calls here" in owner.get(f"/usage/calls/?{NOVEMBER}").content.decode()


def test_members_see_their_projects_alone(cast: Cast) -> None:
    Project.objects.filter(pk=cast.project.pk).update(prefers_reported_cost=True)
    ours = book(cast.project, cost="1")
    theirs = book(make_billed_project(name="Secret project"), cost="2", source="secret-source")
    found = {
        who: page_of(getattr(cast, who).client, f"/usage/calls/?{NOVEMBER}")
        for who in ("owner", "member", "stranger")
    }
    assert {who: set(ids(page)) for who, page in found.items()} == {
        "owner": {ours.pk, theirs.pk},
        "member": {ours.pk},
        "stranger": set(),
    }
    assert {who: page.totals.cost for who, page in found.items()} == {"owner": 3, "member": 1, "stranger": 0}
    html = cast.member.client.get(f"/usage/calls/?{NOVEMBER}&errors=0").content.decode()
    assert "secret" not in html.lower()


def test_queries_do_not_grow_with_rows(
    owner: Client, project: Project, django_assert_max_num_queries: Any
) -> None:
    for _ in range(8):
        conversation, person = make_conversation(project), make_person()
        book(make_billed_project(), cost="1", person_id=person.pk)
        book(project, cost="1", conversation_id=conversation.pk)
    owner.get(f"/usage/calls/?{NOVEMBER}")
    with django_assert_max_num_queries(16):
        owner.get(f"/usage/calls/?{NOVEMBER}")
