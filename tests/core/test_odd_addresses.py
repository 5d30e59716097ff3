"""Addresses that nobody means are answered, and not with an error of ours."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import Cast

pytestmark = pytest.mark.django_db

PAGES = [
    "admin:chat_toolexecution_changelist",
    "admin:projects_project_changelist",
    "chat:approvals",
    "chat:conversations",
    "audit:log",
    "billing:report",
]


@pytest.mark.parametrize("query", ["status=a%00b", "tool=a%00b", "q=%00", "%00=1", "q=a\x00b"])
@pytest.mark.parametrize("page", PAGES)
def test_a_nul_in_a_query_is_refused(page: str, query: str, cast: Cast) -> None:
    assert cast.owner.client.get(reverse(page), QUERY_STRING=query).status_code == 400


@pytest.mark.parametrize("path", ["/conversations/a%00b/", "/%00", "/accounts/invitation/a%00b/"])
def test_a_nul_in_a_path_is_refused(path: str, client: Client) -> None:
    assert client.get(path).status_code == 400


@pytest.mark.parametrize(
    "day", ["0001-01-01", "1969-12-31", "9000-01-02", "9999-12-31", "tomorrow", "2026-13-01"]
)
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Los_Angeles"])
def test_days_at_the_ends_of_the_calendar_ask_for_nothing(day: str, zone: str, cast: Cast) -> None:
    for name in ("from", "to"):
        assert cast.owner.client.get(reverse("audit:log"), {name: day, "zone": zone}).status_code == 200
    filtered = cast.owner.client.get(reverse("admin:billing_tokenusage_changelist"), {"day": day})
    assert filtered.status_code == 302


@pytest.mark.parametrize("day", ["1970-01-01", "2026-11-23", "9000-01-01"])
def test_days_of_the_calendar_are_taken(day: str, cast: Cast) -> None:
    for name in ("from", "to"):
        assert cast.owner.client.get(reverse("audit:log"), {name: day}).status_code == 200
    filtered = cast.owner.client.get(reverse("admin:billing_tokenusage_changelist"), {"day": day})
    assert filtered.status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/audit/?before=0001-01-01T00:00:00%2B14:00_00000000-0000-7000-8000-000000000001",
        "/approvals/?after=9999-12-31T23:59:59-12:00_00000000-0000-7000-8000-000000000001",
        "/conversations/?before=9999-12-31T23:59:59-12:00_00000000-0000-7000-8000-000000000001",
        "/optimizations/?from=0001-01-01&to=9999-12-31",
    ],
)
def test_places_at_the_ends_of_the_calendar_are_passed_over(address: str, cast: Cast) -> None:
    assert cast.owner.client.get(address).status_code == 200
