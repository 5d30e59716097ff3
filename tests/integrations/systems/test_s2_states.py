"""The assistant platform in other states: with routing tables, with rows that are not as they should be."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from accounts.models import Person
from billing.models import TokenUsage
from chat.models import AgentRun, Conversation, Message, Todo, Tool, ToolExecution
from integrations.models import TelegramSession
from projects.models import Agent
from tests.integrations.databases.servers import scratch_database
from tests.integrations.systems.builder import opened
from tests.integrations.systems.support import assert_nothing_changes, imported, sqlite_file

pytestmark = pytest.mark.django_db

AT = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)
SONNET, OPUS = "claude-sonnet-4-20250514", "claude-opus-4-5-20251101"
RUNS = """(id text, chat_id text, todo_id text, parent_execution_id text, agent_name text, status text,
    input_context jsonb, tool_calls jsonb, input_tokens integer, output_tokens integer,
    execution_time_ms integer,
    started_at timestamptz, completed_at timestamptz, created_at timestamptz)"""
SCRIPT = f"""
CREATE TABLE messaging.chats (id text, created_on timestamptz, modified_on timestamptz);
CREATE TABLE messaging.chat_messages (id text, chat_id text, previous_message_id text, role text,
    content text,
    llm_model text, message_metadata jsonb, created_on timestamptz);
CREATE TABLE messaging.telegram_sessions (telegram_chat_id bigint, telegram_user_id bigint,
    active_chat_id text,
    created_on timestamptz, modified_on timestamptz);
CREATE TABLE tasks.todos (id text, title text, status text, priority integer, chat_id text,
    parent_todo_id text,
    task_metadata jsonb, created_at timestamptz, updated_at timestamptz, started_at timestamptz,
    completed_at timestamptz, created_by text, execution_attempts integer);
CREATE TABLE agents.executions {RUNS};
CREATE TABLE routing.agents (name text, display_name text, keywords text[], regex_patterns text[],
    embedding text,
    enabled boolean, priority integer);
CREATE TABLE routing.tools (agent_name text, tool_name text, input_schema jsonb, description text);
CREATE TABLE routing.decisions (id text);
INSERT INTO routing.agents VALUES ('github', 'GitHub', 'LIST', 'NONE', '[0.5, 0.25]', false, 2);
INSERT INTO routing.tools VALUES ('github', 'search', '{{"type": "object"}}', 'Finds issues');
INSERT INTO routing.tools VALUES ('email', 'search', NULL, NULL);
INSERT INTO routing.decisions VALUES ('d');
INSERT INTO messaging.chats VALUES ('c', '2026-01-02 08:00:00+00', '2026-01-02 07:00:00+00');
INSERT INTO messaging.chats VALUES ('d', '2026-01-02 08:00:00+00', '2026-01-02 08:00:00+00');
INSERT INTO messaging.chat_messages VALUES ('1', 'c', NULL, 'user', 'Hi', NULL, NULL,
    '2026-01-02 08:00:00+00');
INSERT INTO messaging.chat_messages VALUES ('2', 'c', '1', 'assistant', 'Yes', '{SONNET}',
    '{{"input_tokens": "100", "output_tokens": 20}}', '2026-01-02 08:02:00+00');
INSERT INTO messaging.chat_messages VALUES ('3', 'c', '2', 'assistant', 'No', '{OPUS}',
    '[1]', '2026-01-02 09:00:00+00');
INSERT INTO messaging.chat_messages VALUES ('4', 'd', NULL, 'assistant', 'Ok', NULL,
    '{{"usage": {{"input_tokens": 7, "output_tokens": 1}}}}', '2026-01-02 08:02:00+00');
INSERT INTO messaging.chat_messages VALUES ('5', 'd', NULL, 'assistant', 'Ok', '{OPUS}',
    '{{"tokens_used": 9}}',
    '2026-01-01 08:00:00+00');
INSERT INTO messaging.chat_messages VALUES ('6', 'gone', NULL, 'user', 'Lost', NULL, NULL, NULL);
INSERT INTO messaging.telegram_sessions VALUES (-1001234567002, 60000001, 'c', '2026-01-02 08:00:00+00',
    NULL);
INSERT INTO messaging.telegram_sessions VALUES (7, NULL, 'gone', '2026-01-02 08:00:00+00', NULL);
INSERT INTO tasks.todos VALUES ('t', 'Child', 'completed', 9, 'c', 'u', '{{"x": 1}}',
    '2026-01-02 08:00:00+00',
    '2026-01-02 09:00:00+00', NULL, NULL, 'telegram:60000001', 2);
INSERT INTO tasks.todos VALUES ('u', 'Parent', 'pending', NULL, NULL, 'gone', NULL, '2026-01-02 08:00:00+00',
    '2026-01-02 08:00:00+00', NULL, '2026-01-02 09:00:00+00', 'api:Ada@Example.com', -1);
INSERT INTO tasks.todos VALUES ('v', 'Odd', 'napping', 1, NULL, NULL, NULL, '2026-01-02 08:00:00+00', NULL,
    NULL,
    NULL, 'somebody', 0);
INSERT INTO tasks.todos VALUES ('w', 'Own', 'failed', 1, NULL, NULL, NULL, '2026-01-02 08:00:00+00', NULL,
    NULL,
    '2026-01-02 08:30:00+00', 'orchestrator', 0);
"""
# (id, chat, parent, agent, status, input, output): children stand before and after their parents.
EXECUTIONS = [
    ("child", "c", "root", "github", "completed", 60, 10),
    ("root", "c", None, "orchestrator", "completed", 100, 40),
    ("late", "c", "root", "email", "failed", 30, 50),
    ("free", "d", None, "todo", "completed", 5, 1),
    ("idle", "d", None, "orchestrator", "completed", 0, 0),
    ("dumb", "d", None, "orchestrator", "completed", None, 6),
    ("wait", "d", None, "orchestrator", "pending", None, None),
    ("less", "d", None, "orchestrator", "completed", -5, 0),
    ("lost", None, "gone", "orchestrator", "running", 8, 8),
]


def quoted(value: Any) -> str:
    return "NULL" if value is None else f"'{value}'" if isinstance(value, str) else str(value)


def executions() -> str:
    return "".join(
        f"INSERT INTO agents.executions VALUES ('{name}', {quoted(chat)}, 't', {quoted(parent)}, '{agent}',"
        f" '{status}', '{{\"created_by\": \"api:Ada@Example.com\"}}', '[]', {quoted(spent)}, {quoted(made)},"
        " 5, '2026-01-02 08:00:00+00', '2026-01-02 08:01:00+00', '2026-01-02 08:00:00+00');\n"
        for name, chat, parent, agent, status, spent, made in EXECUTIONS
    )


def of_sqlite(script: str) -> str:
    """The script for SQLite, whose table names hold their schema."""
    script = re.sub(r"\b(messaging|tasks|agents|routing)\.(\w+)", r'"\1.\2"', script)
    script = script.replace("text[]", "text").replace("'LIST'", "'[\"issue\"]'")
    return script.replace("'NONE'", "NULL").replace("false", "0")


@pytest.fixture
def location(tmp_path: Path) -> Any:
    script = SCRIPT + executions()
    if connection.vendor == "sqlite":
        yield str(sqlite_file(tmp_path / "assistant.db", of_sqlite(script)))
        return
    schemas = "".join(f"CREATE SCHEMA {schema};" for schema in ("messaging", "tasks", "agents", "routing"))
    with scratch_database() as server:
        server.execute(schemas + script.replace("'LIST'", "'{issue}'").replace("'NONE'", "NULL"))
        yield server.address


def test_every_table_has_its_rows(location: str) -> None:
    result = imported("s2", location, source_name="bot")
    assert {name: (t["read"], t["created"], t["rejected"]) for name, t in result["tables"].items()} == {
        "messaging.chats": (2, 2, 0),
        "messaging.chat_messages": (6, 5, 1),
        "messaging.telegram_sessions": (2, 2, 0),
        "routing.agents": (1, 1, 0),
        "routing.tools": (2, 2, 0),
        "tasks.todos": (4, 4, 0),
        "agents.executions": (9, 9, 0),
    }
    assert (result["unknown_tables"], result["ledger_rejected"]) == (
        {"routing.decisions": 1},
        {"input_tokens: negative": 1},
    )
    assert {name: count for name, count in result["awkward"].items() if count} == {
        "completed_at_differs": 2,
        "dangling_links": 4,
        "negative_numbers": 1,
        "negative_tokens": 1,
        "no_model": 1,
        "text_numbers": 1,
        "tool_name_taken": 1,
        "unknown_words": 2,
    }
    assert_nothing_changes(imported("s2", location, source_name="bot"))


def test_runs_are_booked_net_of_what_they_delegated(location: str) -> None:
    imported("s2", location, source_name="bot")
    nets = AgentRun.objects.values_list(
        "agent_label", "input_tokens", "net_input_tokens", "net_output_tokens", "parent__agent_label"
    )
    assert sorted(nets, key=str) == sorted(
        [
            ("github", 60, 60, 10, "orchestrator"),
            ("orchestrator", 100, 10, 0, None),
            ("email", 30, 30, 50, "orchestrator"),
            ("todo", 5, 5, 1, None),
            ("orchestrator", 0, 0, 0, None),
            ("orchestrator", None, None, 6, None),
            ("orchestrator", None, None, None, None),
            ("orchestrator", -5, 0, 0, None),
            ("orchestrator", 8, 8, 8, None),
        ],
        key=str,
    )
    calls = TokenUsage.objects.booked().values_list(
        "agent_label", "provider", "model", "input_tokens", "output_tokens", "status", "person_label"
    )
    ada = "Ada@Example.com"
    assert sorted(calls, key=str) == sorted(
        [
            ("github", "anthropic", SONNET, 60, 10, "ok", ada),
            ("orchestrator", "anthropic", SONNET, 10, 0, "ok", ada),
            ("email", "anthropic", SONNET, 30, 50, "error", ada),
            # The answer names no model: the only one that the chat names.
            ("todo", "anthropic", OPUS, 5, 1, "ok", ada),
            ("orchestrator", "anthropic", OPUS, None, 6, "ok", ada),
            ("orchestrator", "unknown", "", 8, 8, "ok", ada),
        ],
        key=str,
    )
    occurred = set(TokenUsage.objects.values_list("occurred_at", "source"))
    assert occurred == {(AT + timedelta(minutes=1), "bot")}


def test_what_was_said_and_planned(location: str) -> None:
    imported("s2", location, source_name="bot")
    conversation = Conversation.objects.get(external_id="c")
    assert (conversation.title, conversation.started_at, conversation.last_activity_at) == ("", AT, AT)
    said = Message.objects.filter(conversation=conversation).order_by("position")
    assert list(said.values_list("content", "provider", "model", "token_count", "metadata")) == [
        ("Hi", "", "", None, {}),
        ("Yes", "anthropic", SONNET, 120,
         {"input_tokens": "100", "output_tokens": 20, "previous_message_id": "1"}),
        ("No", "anthropic", OPUS, None, {"message_metadata": [1], "previous_message_id": "2"}),
    ]  # fmt: skip
    counts = Message.objects.filter(conversation__external_id="d").values_list("position", "token_count")
    assert sorted(counts) == [(1, 9), (2, 8)]
    todos = Todo.objects.order_by("title").values_list(
        "title",
        "status",
        "source_status",
        "priority",
        "completed_at",
        "person__name",
        "parent__title",
        "metadata",
    )
    hour = timedelta(hours=1)
    assert list(todos) == [
        ("Child", "completed", "completed", 9, AT + hour, "Telegram user 60000001", "Parent",
         {"parent_todo_id": "u", "x": 1}),
        ("Odd", "pending", "napping", 1, None, None, None, {}),
        ("Own", "failed", "failed", 1, AT + hour / 2, None, None, {}),
        ("Parent", "pending", "pending", None, None, "", None,
         {"parent_todo_id": "gone", "completed_at": "2026-01-02T09:00:00+00:00", "execution_attempts": -1}),
    ]  # fmt: skip
    sessions = TelegramSession.objects.order_by("telegram_chat_id").values_list(
        "telegram_chat_id", "telegram_user_id", "person__external_ids", "conversation__external_id"
    )
    assert list(sessions) == [
        (-1001234567002, 60000001, {"bot": "telegram:60000001"}, "c"),
        (7, None, None, None),
    ]
    assert Person.objects.get(email="Ada@Example.com").external_ids == {"bot": "api:Ada@Example.com"}


def test_agents_and_tools_of_the_router(location: str) -> None:
    imported("s2", location, source_name="bot")
    agent = Agent.objects.get(name="github")
    assert (agent.display_name, agent.status, agent.keywords, agent.settings, agent.priority) == (
        "GitHub",
        "inactive",
        ["issue"],
        {"regex_patterns": []},
        2,
    )
    assert (agent.metadata, agent.runs.count()) == ({"embedding": [0.5, 0.25]}, 1)
    assert list(Tool.objects.order_by("name").values_list("name", "agent__name", "input_schema", "risk")) == [
        ("search", "github", {"type": "object"}, "high"),
        ("search (email)", "email", {}, "high"),
    ]


def test_the_documents_generation_and_its_tool_calls(tmp_path: Path) -> None:
    calls = """{"tool_calls": [{"tool_name": "send", "input": {"token": "planted-key", "n": 1},
        "output": "sent", "duration_ms": 12, "error": null, "timestamp": "2026-01-02T08:00:30Z",
        "attempt": 2},
        {"tool_name": "", "input": null, "error": "boom", "duration_ms": -1, "timestamp": "soon"}, "odd"]}"""
    path = sqlite_file(
        tmp_path / "assistant.db",
        f"""
        CREATE TABLE "messaging.chats" (id INTEGER, title TEXT, created_at TEXT);
        CREATE TABLE "telegram.sessions" (id INTEGER, chat_id INTEGER, user_id INTEGER, username TEXT,
            active_chat_id INTEGER, created_at TEXT);
        CREATE TABLE "agents.executions" (id INTEGER, chat_id INTEGER, agent_name TEXT, status TEXT,
            input_tokens INTEGER, output_tokens INTEGER, metadata TEXT, created_at INTEGER);
        INSERT INTO "messaging.chats" VALUES (1, 'a' || char(0) || 'b', '2026-01-02 08:00:00');
        INSERT INTO "telegram.sessions" VALUES (1, -4000001, 60000000, 'user_1', 1,
            '2026-01-02T09:00:00+01:00');
        INSERT INTO "telegram.sessions" VALUES (2, -4000001, 60000000, 'user_1', 1,
            '2026-01-02T09:00:00+01:00');
        INSERT INTO "agents.executions" VALUES (1, 1, 'email', NULL, 10, 2, '{calls}', 1767340800000);
        """,
    )
    result = imported("s2", path)
    assert result["tables"]["telegram.sessions"]["rejected"] == 1
    assert (result["awkward"]["replaced_nul"], result["awkward"]["unreadable_tool_calls"]) == (1, 1)
    assert Conversation.objects.get().title == "a\N{REPLACEMENT CHARACTER}b"
    assert Person.objects.get().handle == "user_1"
    run = AgentRun.objects.get()
    assert (run.created_at, run.status, run.metadata) == (AT, "queued", {"tool_calls": ["odd"]})
    tools = ToolExecution.objects.order_by("requested_at").values_list(
        "tool_name", "parameters", "result", "status", "error", "duration_ms", "requested_at", "metadata"
    )
    assert list(tools) == [
        ("unknown", None, None, "failed", "boom", None, AT, {"duration_ms": -1, "timestamp": "soon"}),
        ("send", {"token": "[removed]", "n": 1}, "sent", "completed", "", 12, AT + timedelta(seconds=30),
         {"attempt": 2}),
    ]  # fmt: skip
    call = TokenUsage.objects.get()
    assert (call.input_tokens, call.output_tokens, call.occurred_at) == (10, 2, AT)


def test_what_changed_is_updated(tmp_path: Path) -> None:
    path = sqlite_file(tmp_path / "assistant.db", of_sqlite(SCRIPT + executions()))
    imported("s2", path, source_name="one")
    imported("s2", path, source_name="two")
    assert (Conversation.objects.count(), Agent.objects.filter(name="github").count()) == (4, 2)
    with opened(path) as database:
        database.execute("""UPDATE "tasks.todos" SET status = 'completed' WHERE id = 'w'""")
        database.execute("""UPDATE "agents.executions" SET input_tokens = 200 WHERE id = 'root'""")
        database.execute("""UPDATE "agents.executions" SET parent_execution_id = NULL WHERE id = 'lost'""")
    result = imported("s2", path, source_name="one")["tables"]
    assert (result["tasks.todos"]["updated"], result["agents.executions"]["updated"]) == (1, 2)
    changed = Todo.objects.get(title="Own", status="completed")
    assert changed.completed_at == AT + timedelta(minutes=30)
    booked = TokenUsage.objects.booked().filter(source="one", agent_label="orchestrator")
    assert sorted(booked.values_list("input_tokens", flat=True), key=str) == [110, 8, None]
