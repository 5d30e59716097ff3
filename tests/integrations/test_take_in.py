"""What a program delivers: booked in one transaction, its refused records kept, its client noted."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from billing.ledger.events import Result
from billing.models import TokenUsage
from chat.models import Conversation
from integrations.models import ImportRun, IngestActivity, RejectedRecord, Source
from integrations.services.ingest import Delivery, take_in
from integrations.sources.parsed import ParsedUsage, Rejection
from tests.factories import NOON, make_event, make_project

pytestmark = pytest.mark.django_db


def item(client: str = "", **overrides: Any) -> ParsedUsage:
    values = {"source": "", "native_id": "call", "dedup_scope": "otlp", **overrides}
    event = replace(make_event(make_project(), **values), project_id=None)
    return ParsedUsage("spans[0]", "a name that doors ignore", event, client=client)


def deliver(project: Any, *items: ParsedUsage | Rejection) -> list[Result]:
    return [result.result for result in take_in(Delivery(items, "otlp", "opentelemetry"), project)]


def test_calls_go_to_the_key_s_project_and_conversation() -> None:
    project = make_project()
    assert deliver(project, item(session_id="s1")) == [Result.CREATED]
    call = TokenUsage.objects.get()
    assert (call.project, call.source, call.conversation.external_id) == (project, "otlp", "s1")
    assert deliver(project, item(session_id="s1")) == [Result.UNCHANGED]


def test_refused_records_are_kept_with_the_day_and_the_good_ones_booked() -> None:
    project = make_project()
    results = deliver(
        project,
        Rejection("spans[0]", "usage: is negative", '{"usage": -1}'),
        item(native_id="good"),
        item(native_id="bad", provider=""),
    )
    assert results == [Result.REJECTED, Result.CREATED, Result.REJECTED]
    run = ImportRun.objects.get()
    assert (run.label.startswith("Live, "), run.read, run.rejected, run.project) == (True, 2, 2, project)
    assert set(RejectedRecord.objects.values_list("reason", "project")) == {
        ("usage: is negative", project.pk),
        ("provider: missing", project.pk),
    }
    deliver(project, Rejection("spans[1]", "no", ""))
    run.refresh_from_db()
    assert (ImportRun.objects.count(), run.rejected) == (1, 3)


def test_each_client_is_noted_with_its_records() -> None:
    project = make_project()
    deliver(project, item("claude-code"), item("claude-code", native_id="2"), item(native_id="3"))
    deliver(project, item("claude-code"), Rejection("x", "no", ""))
    activity = IngestActivity.objects.order_by("client")
    assert list(activity.values_list("client", "records", "rejected")) == [
        ("claude-code", 3, 0),
        ("opentelemetry", 1, 1),
    ]
    assert Source.objects.get().last_received_at is not None
    assert all(row.last_received_at >= row.first_received_at for row in activity)


def test_a_merged_call_keeps_the_conversation_that_only_one_observer_knew() -> None:
    project = make_project()
    identity = {"response_id": "m", "service": "shop"}
    framework = item(native_id="1", observer="openinference.x", session_id="k3", **identity)
    sdk = item(native_id="2", observer="com.anthropic.sdk.python", **identity)
    assert deliver(project, framework, sdk) == [Result.MERGED, Result.CREATED]
    call = TokenUsage.objects.booked().get()
    assert (call.is_merged, call.conversation) == (True, Conversation.objects.get(external_id="k3"))


def test_a_source_of_another_kind_keeps_its_name() -> None:
    Source.objects.create(name="otlp", kind=Source.Kind.CSV)
    deliver(make_project(), item())
    assert TokenUsage.objects.get().source == "otlp (live)"


def test_sessions_span_their_calls() -> None:
    project = make_project()
    later = NOON + timedelta(hours=1)
    deliver(project, item(session_id="s", native_id="1"))
    deliver(project, item(session_id="s", native_id="2", occurred_at=later))
    conversation = Conversation.objects.get()
    assert (conversation.started_at, conversation.last_activity_at) == (NOON, later)
