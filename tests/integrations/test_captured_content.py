"""The words of live calls: kept where the project allows it, each turn once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from billing.models import TokenUsage
from chat.models import Message
from integrations.services.ingest import Delivery, take_in
from integrations.sources.parsed import CapturedMessage, ParsedUsage, Rejection
from projects.models import Project
from tests.factories import NOON, make_event, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project(captures_content=True)


def said(*turns: str) -> tuple[CapturedMessage, ...]:
    """ "u:Hello" is a person's turn, "a:…" a model's, "s:…" a system prompt."""
    roles = {"u": "user", "a": "assistant", "s": "system", "t": "tool"}
    return tuple(CapturedMessage(roles[turn[0]], turn[2:]) for turn in turns)


def call(project: Project, minute: int, *turns: str, **overrides) -> ParsedUsage:
    event = make_event(
        project,
        native_id=f"{turns}{minute}",
        **{
            "session_id": "s-1",
            "occurred_at": NOON + timedelta(minutes=minute),
            "latency_ms": 2_000,
            "person_label": "Ada",
            "agent_label": "Helper",
            **overrides,
        },
    )
    return ParsedUsage(f"call {minute}", "", event, captured=said(*turns))


def deliver(project: Project, *items: ParsedUsage | Rejection) -> None:
    take_in(Delivery(list(items), "otlp", "opentelemetry"), project)


def kept() -> list[str]:
    rows = Message.objects.order_by("conversation__external_id", "position")
    return [f"{message.role[0]}:{message.content}" for message in rows]


def test_a_history_that_grows_is_kept_once(project) -> None:
    first = call(project, 1, "s:Be kind", "u:Hi", "a:Hello")
    second = call(project, 2, "s:Be kind", "u:Hi", "a:Hello", "u:Yes", "a:Fine")
    third = call(project, 3, "s:Be kind", "u:Hi", "a:Hello", "u:Yes", "a:Fine", "u:Yes", "a:Good")
    deliver(project, first)
    deliver(project, second, third)
    whole = ["s:Be kind", "u:Hi", "a:Hello", "u:Yes", "a:Fine", "u:Yes", "a:Good"]
    assert kept() == whole
    assert list(Message.objects.order_by("position").values_list("position", flat=True)) == list(range(1, 8))
    deliver(project, first, second, third)
    assert kept() == whole


def test_a_message_says_who_when_and_by_which_model(project) -> None:
    deliver(project, call(project, 1, "u:Hi", "a:Hello"))
    asked, answered = Message.objects.order_by("position")
    assert (asked.role, asked.author_label, asked.model, asked.sent_at) == (
        "user",
        "Ada",
        "",
        NOON + timedelta(seconds=58),
    )
    assert (answered.author_label, answered.provider, answered.model, answered.sent_at) == (
        "Helper",
        "anthropic",
        "claude-sonnet-4-5",
        NOON + timedelta(minutes=1),
    )
    assert answered.conversation.external_id == "s-1"


def test_only_the_last_turns_are_told(project) -> None:
    deliver(project, call(project, 1, "u:Hi", "a:Hello"))
    deliver(project, call(project, 2, "a:Hello", "u:More", "a:Sure"))
    deliver(project, call(project, 3, "u:More", "a:Certainly"))
    assert kept() == ["u:Hi", "a:Hello", "u:More", "a:Sure", "u:More", "a:Certainly"]


def test_an_earlier_call_that_comes_late_adds_nothing(project) -> None:
    deliver(project, call(project, 2, "u:Hi", "a:Hello", "u:More", "a:Sure"))
    deliver(project, call(project, 1, "u:Hi", "a:Hello"))
    assert kept() == ["u:Hi", "a:Hello", "u:More", "a:Sure"]


def test_a_subagent_between_the_turns(project) -> None:
    deliver(project, call(project, 1, "s:Main", "u:Hi", "a:Let me see"))
    deliver(project, call(project, 2, "s:Sub", "u:Look", "a:Found"))
    deliver(project, call(project, 3, "s:Main", "u:Hi", "a:Let me see", "t:Found", "a:Here"))
    assert kept() == ["s:Main", "u:Hi", "a:Let me see", "s:Sub", "u:Look", "a:Found", "t:Found", "a:Here"]


def test_another_project_allows_nothing(project) -> None:
    silent = make_project()
    deliver(silent, call(silent, 1, "u:Hi", "a:Hello"))
    assert (TokenUsage.objects.count(), Message.objects.count()) == (1, 0)


def test_without_a_session_or_when_refused_nothing_is_kept(project) -> None:
    refused = call(project, 2, "u:Hi", "a:Hello")
    refused = replace(refused, event=replace(refused.event, input_tokens=-1))
    deliver(project, call(project, 1, "u:Hi", "a:Hello", session_id=""), Rejection("3", "no JSON"), refused)
    assert Message.objects.count() == 0


def test_awkward_words_and_parts_are_kept_as_databases_take_them(project) -> None:
    part = {"type": "tool_call", "name": "look", "arguments": {"q": "a\x00b"}}
    item = call(project, 1, "u:Hi")
    deliver(project, replace(item, captured=(CapturedMessage("assistant", "x\x00y\ud800", (part,)),)))
    message = Message.objects.get()
    assert (message.content, message.parts[0]["arguments"]) == ("xy?", {"q": "ab"})
