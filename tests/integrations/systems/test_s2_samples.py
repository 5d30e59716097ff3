"""The assistant platform's samples, old and new: every figure of expected.json, out of our own tables."""

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Length

from accounts.models import Person
from billing.ledger.rebuild import check_rollups
from billing.models import TokenUsage
from chat.models import AgentRun, Conversation, Message, Todo, ToolExecution
from integrations.models import ImportedRow, TelegramSession
from projects.models import Agent
from tests.integrations.systems.dumps import dump, restored
from tests.integrations.systems.support import assert_nothing_changes, clock, expected, imported

pytestmark = pytest.mark.django_db

Figures = dict[str, Any]


@pytest.fixture(params=["s2-assistant/doc", "s2-assistant/main"])
def variant(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def location(variant: str, tmp_path: Path) -> Iterator[str]:
    with restored(dump(variant, tmp_path), tmp_path) as place:
        yield place


def runs_by(field: str, name: str) -> list[Figures]:
    groups = AgentRun.objects.values(field).annotate(
        rows=Count("pk"), input=Sum("input_tokens"), output=Sum("output_tokens")
    )
    return [
        {name: row[field], "rows": row["rows"], "input_tokens": row["input"], "output_tokens": row["output"]}
        for row in groups.order_by(field)
    ]


def counted(rows: QuerySet[Any], field: str) -> dict[Any, int]:
    return dict(rows.order_by().values_list(field).annotate(Count("pk")))


def by(rows: list[Figures], field: str) -> dict[Any, int]:
    return {row[field]: row["rows"] for row in rows}


def test_runs_are_the_sources_and_are_booked_once(variant: str, location: str) -> None:
    truth = expected(variant)
    totals, awkward, words = truth["totals"], truth["awkward"], truth["vocabularies"]
    result = imported("s2", location)
    assert {name: table["read"] for name, table in result["tables"].items()} == truth["row_counts"]
    assert (result["unknown_tables"], sum(t["rejected"] for t in result["tables"].values())) == ({}, 0)

    own = AgentRun.objects.aggregate(rows=Count("pk"), i=Sum("input_tokens"), o=Sum("output_tokens"))
    assert totals["executions_all_rows"] == {
        "rows": own["rows"],
        "input_tokens": own["i"],
        "output_tokens": own["o"],
    }
    assert runs_by("agent_label", "agent_name") == totals["executions_by_agent"]
    assert runs_by("source_status", "status") == totals["executions_by_status"]
    assert counted(AgentRun.objects.all(), "agent_label") == dict(words["execution.agent_name"])
    assert counted(AgentRun.objects.all(), "source_status") == dict(words["execution.status"])
    assert set(Agent.objects.values_list("name", flat=True)) == set(dict(words["execution.agent_name"]))

    unknown = Q(input_tokens__isnull=True) | Q(output_tokens__isnull=True)
    negative = Q(input_tokens__lt=0) | Q(output_tokens__lt=0)
    assert AgentRun.objects.filter(unknown).count() == awkward["executions_null_tokens"]
    assert (
        AgentRun.objects.filter(input_tokens=0, output_tokens=0).count() == awkward["executions_zero_tokens"]
    )
    assert AgentRun.objects.filter(conversation=None).count() == awkward["executions_without_chat"]
    assert AgentRun.objects.filter(negative).count() == awkward["executions_negative_tokens"]
    assert result["ledger_rejected"] == {"input_tokens: negative": awkward["executions_negative_tokens"]}

    booked = TokenUsage.objects.booked().aggregate(
        input_tokens=Sum("input_tokens"), output_tokens=Sum("output_tokens")
    )
    lost = AgentRun.objects.filter(input_tokens__lt=0).aggregate(lost=Sum("input_tokens"))["lost"]
    assert booked == totals.get(
        "executions_without_double_count",
        {"input_tokens": own["i"] - lost, "output_tokens": own["o"]},
    )
    assert not TokenUsage.objects.exclude(message=None).exists()
    assert check_rollups().drifts == ()
    if "executions_roots_only" in totals:
        roots = AgentRun.objects.filter(parent=None).aggregate(
            rows=Count("pk"), i=Sum("input_tokens"), o=Sum("output_tokens")
        )
        assert totals["executions_roots_only"] == {
            "rows": roots["rows"],
            "input_tokens": roots["i"],
            "output_tokens": roots["o"],
        }
        top = totals["executions_by_chat_top"]
        chat = AgentRun.objects.filter(conversation__external_id=top["chat_id"])
        assert chat.aggregate(rows=Count("pk"), i=Sum("input_tokens")) == {
            "rows": top["rows"],
            "i": top["input_tokens"],
        }
        assert ToolExecution.objects.count() == totals["tool_calls"]["calls"]
        with_calls = ToolExecution.objects.values("agent_run").distinct().count()
        assert with_calls == totals["tool_calls"]["rows_with_calls"]


def test_what_was_said_and_planned_is_the_sources(variant: str, location: str) -> None:
    truth = expected(variant)
    totals, awkward, words = truth["totals"], truth["awkward"], truth["vocabularies"]
    result = imported("s2", location)
    messages = Message.objects.all()
    assert totals["message_text"] == messages.annotate(size=Length("content")).aggregate(
        characters=Sum(Length("content")),
        longest=Max(Length("content")),
        empty=Count("pk", filter=Q(content="")),
        over_40000=Count("pk", filter=Q(size__gt=40_000)),
    )
    assert by(totals["messages_by_role"], "role") == counted(messages, "source_role")
    models = {(model or ""): rows for model, rows in words["message.model"]}
    assert counted(messages, "model") == models
    shapes = dict(words["message.metadata_shape"])
    arrays = messages.filter(Q(metadata__has_key="metadata") | Q(metadata__has_key="message_metadata"))
    assert arrays.count() == shapes["array"]
    assert messages.filter(role="assistant", model="").count() == awkward["assistant_without_model"]
    assert result["awkward"]["text_numbers"] == awkward["metadata_text_numbers"]
    flat = [
        row
        for row in messages.exclude(token_count=None).values("model", "token_count", "metadata")
        if "usage" not in row["metadata"]
    ]
    only_used = [row["token_count"] for row in flat if "input_tokens" not in row["metadata"]]
    assert {"rows": len(only_used), "tokens_used": sum(only_used)} == totals["message_tokens_used_only"]

    todos = Todo.objects.all()
    assert by(totals["todos_by_status"], "status") == counted(todos, "source_status")
    assert by(totals["todos_by_priority"], "priority") == counted(todos, "priority")
    if "todo.assigned_agent" in words:
        assert counted(todos, "assigned_agent") == {
            (agent or ""): rows for agent, rows in words["todo.assigned_agent"]
        }
        prefixes = {
            (prefix or ""): todos.filter(created_by__startswith=prefix).count()
            if prefix
            else todos.filter(created_by="").count()
            for prefix, _ in words["todo.created_by_prefix"]
        }
        assert prefixes == {(prefix or ""): rows for prefix, rows in words["todo.created_by_prefix"]}
        assert todos.exclude(parent=None).count() == awkward["todos_with_parent"]
        nested = todos.exclude(parent=None).exclude(parent__parent=None)
        assert nested.count() == awkward["todos_nested_two_or_more"]
        known = Q(created_by__startswith="telegram:") | Q(created_by__startswith="api:")
        assert not todos.filter(known, person=None).exists()
        empty = Conversation.objects.filter(messages=None).count()
        assert empty == awkward["chats_without_messages"]
        groups = TelegramSession.objects.filter(telegram_chat_id__lt=0).count()
        assert groups == awkward["telegram_group_ids_negative"]
        spoken = Conversation.objects.exclude(messages=None).count()
        starts = messages.exclude(metadata__has_key="previous_message_id").count()
        assert starts == awkward["chain_starts"] >= spoken
    assert not TelegramSession.objects.filter(Q(person=None) | Q(conversation=None)).exists()
    telegram_users = set(TelegramSession.objects.values_list("telegram_user_id", flat=True))
    named = set(Person.objects.filter(telegram_sessions__isnull=False).values_list("name", flat=True))
    assert named == {f"Telegram user {user}" for user in telegram_users}


def test_clocks_are_kept(variant: str, location: str) -> None:
    imported("s2", location)
    ours: dict[str, QuerySet[Any]] = {
        "messaging.chats": Conversation.objects.all(),
        "messaging.messages": Message.objects.all(),
        "messaging.chat_messages": Message.objects.all(),
        "tasks.todos": Todo.objects.all(),
        "agents.executions": AgentRun.objects.all(),
        "telegram.sessions": TelegramSession.objects.all(),
        "messaging.telegram_sessions": TelegramSession.objects.all(),
    }
    names = {"created_on": "created_at", "modified_on": "updated_at"}
    for column, figures in expected(variant)["clocks"].items():
        table, _, field = column.rpartition(".")
        found = clock(ours[table], names.get(field, field))
        assert found == {name: figures[name] for name in found}, column
    assert not Message.objects.exclude(sent_at=F("created_at")).exists()


def test_a_second_import_changes_nothing(variant: str, location: str) -> None:
    first = imported("s2", location)
    rows, usage = ImportedRow.objects.count(), TokenUsage.objects.count()
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("import_system", "s2", location, "--format", "json", stdout=out)
    second = json.loads(out.getvalue())
    assert_nothing_changes(second)
    skipped = {"duplicate_emails": 0}
    assert {**second["awkward"], **skipped} == {**first["awkward"], **skipped}
    assert (ImportedRow.objects.count(), TokenUsage.objects.count()) == (rows, usage)
    nets = AgentRun.objects.aggregate(
        unknown=Count("pk", filter=Q(net_input_tokens=None) & ~Q(input_tokens=None)),
        above=Count(
            "pk", filter=Q(net_input_tokens__gt=Coalesce("input_tokens", 0)) & Q(input_tokens__gte=0)
        ),
    )
    assert nets == {"unknown": 0, "above": 0}
