"""The page of the audit log: its filters, its pages, its files, and who may read it."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.audit.record import record
from accounts.models import AuditEntry, User
from accounts.models.audit import AuditAction
from accounts.pages.audit_page import SIZE
from projects.models import Membership
from tests.cast import Cast, signed_in
from tests.factories import make_conversation, make_member, make_project, make_user

pytestmark = pytest.mark.django_db

PAGE = "/audit/"
_DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)


def lines(client: Client, **query: object) -> list[int]:
    return [line.entry.position for line in client.get(PAGE, query).context["page"].lines]


def body(response: Any) -> str:
    return b"".join(response.streaming_content).decode()


@pytest.mark.parametrize(
    ("role", "status"), [("owner", 200), ("auditor", 200), ("finance", 403), ("member", 403)]
)
def test_owners_and_auditors_read_it(role: str, status: int) -> None:
    client = signed_in(make_user(role=User.Role(role))).client
    addresses = (PAGE, "/audit/export.csv", "/audit/export.json")
    assert [client.get(address).status_code for address in addresses] == [status] * 3
    assert (PAGE in client.get("/").content.decode()) == (status == 200)


def test_managers_do_not_read_it() -> None:
    manager = make_member(make_project(), Membership.Role.MANAGER)
    assert signed_in(manager).client.get(PAGE).status_code == 403


def test_nothing_yet(cast: Cast) -> None:
    page = cast.owner.client.get(PAGE).content.decode()
    assert "Nothing has been done yet" in page
    assert "No entry matches" in cast.owner.client.get(PAGE, {"id": "nobody"}).content.decode()


def test_what_changed_stands_side_by_side(cast: Cast) -> None:
    values = {"before": {"name": "Shop", "tags": None}, "after": {"name": "<b>Store</b>", "tags": ["a"]}}
    record(AuditAction.CHANGED, cast.project, by=cast.owner.user, detail={"why": "moved"}, **values)
    response = cast.owner.client.get(PAGE)
    [line] = response.context["page"].lines
    assert [(change.field, change.before, change.after) for change in line.changes] == [
        ("name", "Shop", "<b>Store</b>"),
        ("tags", "–", '["a"]'),
    ]
    assert (line.kind, line.details) == ("Project", (("why", "moved"),))
    assert line.url == f"/admin/projects/project/{cast.project.pk}/change/"
    assert "&lt;b&gt;Store" in response.content.decode()
    assert "<b>Store" not in response.content.decode()


def test_what_is_gone_has_no_link(cast: Cast) -> None:
    project = make_project()
    record(AuditAction.DELETED, project, label="Old shop")
    project.delete()
    [line] = cast.owner.client.get(PAGE).context["page"].lines
    assert (line.url, line.entry.target_label) == ("", "Old shop")


def test_each_filter_leaves_its_own(cast: Cast) -> None:
    conversation = make_conversation(cast.project)
    record(AuditAction.CHANGED, cast.project, by=cast.owner.user, now=_DAY)
    record(AuditAction.READ, conversation, by=cast.member.user, now=_DAY + timedelta(days=1))
    record(AuditAction.EXPORTED, label="Report", now=_DAY + timedelta(days=2))
    client = cast.owner.client
    assert lines(client) == [3, 2, 1]
    assert lines(client, who=cast.member.user.pk) == [2]
    assert lines(client, action="exported") == [3]
    assert lines(client, kind="chat.conversation") == [2]
    assert lines(client, project=cast.project.pk) == [2, 1]
    assert lines(client, id=cast.project.pk) == [1]
    assert lines(client, via="web") == []
    assert lines(client, **{"from": "2026-03-02"}) == [3, 2]
    assert lines(client, **{"from": "2026-03-02", "to": "2026-03-02"}) == [2]
    # What makes no sense asks for nothing.
    assert lines(client, who="x", action="x", kind="x", project="x", to="x") == [3, 2, 1]


def test_pages_go_back_and_forth(cast: Cast) -> None:
    for number in range(2 * SIZE + 5):
        record(AuditAction.EXPORTED, label=f"Report {number}")
    client, top = cast.owner.client, 2 * SIZE + 5
    first = client.get(PAGE).context["page"]
    assert (first.newer_url, first.older_url) == ("", f"?before={SIZE + 6}")
    second = client.get(PAGE + first.older_url).context["page"]
    assert [line.entry.position for line in second.lines] == list(range(SIZE + 5, 5, -1))
    third = client.get(PAGE + second.older_url).context["page"]
    assert ([line.entry.position for line in third.lines], third.older_url) == ([5, 4, 3, 2, 1], "")
    back = client.get(PAGE + second.newer_url).context["page"]
    assert [line.entry.position for line in back.lines] == list(range(top, SIZE + 5, -1))
    assert back.newer_url == ""


def test_it_is_taken_away_whole_and_that_is_told(cast: Cast) -> None:
    record(AuditAction.CHANGED, cast.project, before={"name": "=1+1"}, after={"name": "b"})
    record(AuditAction.EXPORTED, label="=HYPERLINK(1)")
    rows = list(csv.DictReader(io.StringIO(body(cast.owner.client.get("/audit/export.csv")))))
    assert [row["position"] for row in rows] == ["1", "2", "3"]
    assert json.loads(rows[0]["before"]) == {"name": "=1+1"}
    assert rows[1]["target_label"] == "'=HYPERLINK(1)"
    last = AuditEntry.objects.get(position=3)
    assert (last.action, last.actor, last.target_label) == ("exported", cast.owner.user, "Audit log")
    assert last.detail == {"format": "csv", "rows": 2}
    assert rows[2]["hash"] == last.hash
    entries = json.loads(body(cast.owner.client.get("/audit/export.json", {"action": "changed"})))
    assert [(entry["position"], entry["after"]) for entry in entries] == [(1, {"name": "b"})]
    assert AuditEntry.objects.get(position=4).detail["filters"] == {"action": "changed"}
    assert json.loads(body(cast.owner.client.get("/audit/export.json", {"id": "none"}))) == []


@pytest.mark.parametrize("entries", [5, 40])
def test_a_page_takes_as_many_queries_however_many_entries(
    cast: Cast, entries: int, django_assert_max_num_queries: Any
) -> None:
    for _ in range(entries):
        record(AuditAction.CHANGED, make_project())
    cast.owner.client.get(PAGE)
    with django_assert_max_num_queries(16):
        cast.owner.client.get(PAGE)
