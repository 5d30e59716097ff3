"""Lists as CSV: what their columns show, of the rows that the reader sees."""

import csv
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client, RequestFactory
from django.urls import reverse

from billing.ledger.record import record_usage
from billing.models import TokenUsage
from chat.models import Conversation
from core.admin import export
from core.markup import NOT_APPLICABLE
from projects.models import Membership
from tests.cast import Cast, signed_in
from tests.factories import (
    NOON,
    make_conversation,
    make_event,
    make_member,
    make_owner,
    make_person,
    make_project,
    make_user,
)

pytestmark = pytest.mark.django_db

CONVERSATIONS = reverse("admin:chat_conversation_changelist")


def exported(client: Client, *rows: Model, url: str = CONVERSATIONS) -> list[list[str]]:
    """The lines of the file with `rows`; without any, with all that the list at `url` has."""
    chosen: dict[str, Any] = {"_selected_action": [row.pk for row in rows] or ["all"]}
    if not rows:
        chosen["select_across"] = "1"
    response = client.post(url, {"action": "export_csv", "index": "0", **chosen})
    assert response.status_code == 200
    content = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    return list(csv.reader(StringIO(content, newline="")))


def titles(lines: list[list[str]]) -> list[str]:
    return [line[1] for line in lines[1:]]


def test_a_line_says_what_the_columns_show_as_plain_values(cast: Cast) -> None:
    priya = make_person(name='Priya "P", née Rao')
    conversation = make_conversation(
        cast.project, title="=HYPERLINK(1)", person=priya, agent_label="@triage", environment=""
    )
    record_usage([make_event(cast.project, conversation_id=conversation.pk, model="nobody-knows")])
    header, line = exported(cast.owner.client, conversation)
    assert header == [
        "id",
        "title",
        "kind",
        "project",
        "person",
        "agent",
        "environment",
        "standing",
        "last activity",
        "messages",
        "model calls",
        "cost, USD",
    ]
    assert line == [
        str(conversation.pk),
        "'=HYPERLINK(1)",
        "chat",
        cast.project.name,
        'Priya "P", née Rao',
        "'@triage",
        "",
        "",
        "2026-11-18T12:00:00+00:00",
        "0",
        "1",
        "unpriced",
    ]


def test_figures_keep_their_digits(cast: Cast) -> None:
    cast.project.prefers_reported_cost = True
    cast.project.save()
    record_usage([make_event(cast.project, input_tokens=1_234_567, reported_cost=Decimal("0.000000001"))])
    call = TokenUsage.objects.get()
    header, line = exported(cast.owner.client, call, url=reverse("admin:billing_tokenusage_changelist"))
    shown = dict(zip(header, line, strict=True))
    assert (shown["input"], shown["cost, USD"]) == ("1234567", "0.000000001")


def test_a_long_text_stands_there_in_full(cast: Cast) -> None:
    long = "word " * 40 + "end"
    assert titles(exported(cast.owner.client, make_conversation(cast.project, title=long))) == [long]


def test_all_rows_of_the_filtered_list_in_its_order(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "_BATCH", 2)
    for number in range(5):
        last = NOON + timedelta(hours=number)
        make_conversation(cast.project, title=f"t{number}", last_activity_at=last)
    make_conversation(make_project(), title="elsewhere")
    lines = exported(cast.owner.client, url=f"{CONVERSATIONS}?project={cast.project.pk}")
    assert titles(lines) == ["t4", "t3", "t2", "t1", "t0"]


def test_only_rows_that_the_reader_sees(cast: Cast) -> None:
    own = make_conversation(cast.project, title="own")
    foreign = make_conversation(make_project(), title="foreign")
    assert titles(exported(cast.member.client)) == ["own"]
    assert titles(exported(cast.member.client, own, foreign)) == ["own"]
    # Who may export nothing is not offered it, and an action that is not offered does nothing.
    refused = cast.stranger.client.post(
        CONVERSATIONS, {"action": "export_csv", "index": "0", "_selected_action": [own.pk]}
    )
    assert "Content-Disposition" not in refused.headers
    viewer = signed_in(make_member(own.project, "viewer"))
    Membership.objects.create(user=cast.member.user, project=foreign.project, role="viewer")
    assert "export_csv" not in viewer.client.get(CONVERSATIONS).content.decode()
    assert titles(exported(cast.member.client)) == ["own"]


def test_a_link_to_what_the_reader_may_not_see_is_empty(cast: Cast) -> None:
    person = make_person(name="Priya", user=make_user(name="Her account"))
    make_conversation(cast.project, person=person)
    people = reverse("admin:accounts_person_changelist")
    for client, account in ((cast.owner.client, "Her account"), (cast.member.client, "")):
        header, line = exported(client, person, url=people)
        assert dict(zip(header, line, strict=True))["signs in as"] == account


def test_the_file_is_named_and_kept_by_nobody(cast: Cast) -> None:
    sent = {"action": "export_csv", "_selected_action": make_conversation(cast.project).pk}
    response = cast.owner.client.post(CONVERSATIONS, sent)
    assert {name: response[name] for name in ("Content-Type", "Content-Disposition")} == {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": 'attachment; filename="conversations.csv"',
    }
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("model", sorted(admin.site._registry, key=lambda each: each._meta.label))
def test_every_list_offers_it(model: type[Model]) -> None:
    request = RequestFactory().get("/")
    request.user = make_owner()
    actions = admin.site.get_model_admin(model).get_actions(request)
    assert actions["export_csv"][2] == "Export as CSV"


def test_a_window_to_choose_a_row_offers_none() -> None:
    request = RequestFactory().get("/", {"_popup": "1"})
    request.user = make_owner()
    assert admin.site.get_model_admin(Conversation).get_actions(request) == {}


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ('<a href="/x/">Tom &amp; Jerry</a>', "Tom & Jerry"),
        ('<time datetime="2026-11-18T12:00:00+00:00" title="UTC">18 Nov</time>', "2026-11-18T12:00:00+00:00"),
        ('<span title="the whole text">the…</span> <b>x</b>', "the whole text x"),
        (NOT_APPLICABLE, ""),
        ("<span>$1.20</span> <span>unpriced</span>", "$1.20 unpriced"),
    ],
)
def test_markup_becomes_words(markup: str, words: str) -> None:
    assert export.words(markup) == words


def test_of_rows_without_a_project_nothing_is_exported_by_halves(cast: Cast) -> None:
    """An analyst of one project who is a viewer of another exports the first's rows alone."""
    elsewhere = make_project(name="Seen alone")
    reader = signed_in(make_member(cast.project, Membership.Role.ANALYST))
    Membership.objects.create(user=reader.user, project=elsewhere, role=Membership.Role.VIEWER)
    projects, people = (
        reverse("admin:projects_project_changelist"),
        reverse("admin:accounts_person_changelist"),
    )
    make_conversation(elsewhere, person=make_person(name="Of elsewhere"))
    lines = exported(reader.client, url=projects)
    assert [line[1] for line in lines[1:]] == [cast.project.name]
    asked = {"action": "export_csv", "index": "0", "_selected_action": ["all"], "select_across": "1"}
    assert reader.client.post(people, asked).status_code == 403
    Membership.objects.filter(project=elsewhere).update(role=Membership.Role.ANALYST)
    assert reader.client.post(people, asked).status_code == 200
