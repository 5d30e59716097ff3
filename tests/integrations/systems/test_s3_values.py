"""Project Wiz's awkward values, changed rows, lost tables, and secrets."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import Person
from billing.models import TokenUsage
from chat.models import AgentMemory, Conversation, MemoryRelation, Message, ToolExecution
from integrations.models import ProviderConfig, RejectedRecord
from integrations.systems.s3.addresses import github_name
from projects.models import Agent, BackgroundJob, Channel, Project
from tests.integrations.databases.making import make_and_die
from tests.integrations.systems import wiz
from tests.integrations.systems.builder import insert, opened
from tests.integrations.systems.support import (
    assert_none_stored,
    assert_nothing_changes,
    imported,
    sqlite_file,
)

pytestmark = pytest.mark.django_db

ENCRYPTION_KEY = "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE="
FIRST = """
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, type TEXT);
CREATE TABLE agents (id INTEGER PRIMARY KEY, user_id INTEGER, provider_id INTEGER, name TEXT,
    model_config TEXT);
CREATE TABLE conversations (id INTEGER PRIMARY KEY, name TEXT, type TEXT, created_at, updated_at);
CREATE TABLE messages (id INTEGER PRIMARY KEY, conversation_id INTEGER, author_id INTEGER, content TEXT,
    created_at);
CREATE TABLE llm_messages (id INTEGER PRIMARY KEY, message_id INTEGER, role TEXT, tool_calls TEXT,
    metadata TEXT);
CREATE TABLE agent_memories (id INTEGER PRIMARY KEY, agent_id INTEGER, user_id INTEGER, content TEXT,
    type TEXT, importance TEXT, is_archived INTEGER, keywords TEXT);
CREATE TABLE memory_relations (id INTEGER PRIMARY KEY, source_memory_id INTEGER, target_memory_id INTEGER,
    relation_type TEXT, strength REAL);
INSERT INTO users VALUES (1, 'Ada', 'human'), (2, 'Bot', 'agent'), (3, 'Cy', 'robot');
INSERT INTO agents VALUES (1, 2, 9, 'Bot', '{}');
INSERT INTO conversations VALUES (1, NULL, 'dm', '2025-07-20 08:00:00', 1753000000);
INSERT INTO messages VALUES (1, 1, 1, 'Find it', '2025-07-20 08:26:40'), (2, 1, 2, 'Found', 1753000001000),
    (3, 1, 2, 'Broken', 1753000002), (4, 1, 2, 'Plain', 'soon');
"""


def first(path: Path, *llm_messages: tuple[Any, ...]) -> Path:
    """The first schema with INTEGER ids and few columns."""
    sqlite_file(path, FIRST)
    with opened(path) as database:
        for number, (message, role, calls, metadata) in enumerate(llm_messages, start=1):
            said = {"message_id": message, "role": role, "tool_calls": calls, "metadata": metadata}
            insert(database, "llm_messages", id=number, **said)
    return path


def usage(**counts: Any) -> str:
    return json.dumps({"provider": "OpenAI", "model": "gpt-4o", "usage": counts})


def test_integer_ids_and_lost_columns(tmp_path: Path) -> None:
    result = imported("s3", first(tmp_path / "wiz.db"))
    assert {kind: rows for kind, rows in result["awkward"].items() if rows} == {
        "dangling_links": 1,
        "no_project": 1,
        "no_time": 1,
        "unknown_words": 1,
        "unreadable_clock": 1,
    }
    assert "llm_providers" in result["missing_tables"]
    messages = Message.objects.order_by("position").values_list("content", "role", "author__name")
    assert list(messages) == [
        ("Find it", "user", "Ada"),
        ("Found", "assistant", "Bot"),
        ("Broken", "assistant", "Bot"),
        ("Plain", "assistant", "Bot"),
    ]
    assert Message.objects.get(content="Plain").metadata == {"created_at": "soon"}
    assert Person.objects.get(name="Cy").kind == Person.Kind.HUMAN
    assert Agent.objects.get().metadata == {"provider_id": "9"}


def test_tool_calls_of_each_shape_become_executions_and_parts(tmp_path: Path) -> None:
    calls = [
        {"id": "call_1", "name": "search", "arguments": {"q": "x"}},
        {"toolCallId": "call_2", "toolName": "read", "input": {"path": "a"}, "result": ["b"]},
        {"type": "function", "function": {"name": "write", "arguments": '{"apiKey": "planted-tool-secret"}'}},
        "no call",
    ]
    result = imported("s3", first(tmp_path / "wiz.db", (2, "assistant", json.dumps(calls), None)))
    assert (result["awkward"]["no_tool_status"], result["awkward"]["unreadable_tool_calls"]) == (3, 1)
    executions = ToolExecution.objects.order_by("tool_name")
    fields = ("tool_name", "parameters", "result", "status", "metadata")
    assert list(executions.values_list(*fields)) == [
        ("read", {"path": "a"}, ["b"], "completed", {"id": "call_2"}),
        ("search", {"q": "x"}, None, "completed", {"id": "call_1"}),
        ("write", {"apiKey": "[removed]"}, None, "completed", {}),
    ]
    message = Message.objects.get(content="Found")
    assert {execution.message for execution in executions} == {message}
    assert message.parts == [
        {"type": "tool_call", "name": "search", "arguments": {"q": "x"}},
        {"type": "tool_call", "name": "read", "arguments": {"path": "a"}},
        {"type": "tool_call", "name": "write", "arguments": {"apiKey": "[removed]"}},
    ]
    assert_none_stored(["planted-tool-secret"], str(result))


def test_usage_in_metadata_whole_broken_and_negative(tmp_path: Path) -> None:
    path = first(
        tmp_path / "wiz.db",
        (1, "user", None, json.dumps(usage(inputTokens=7, outputTokens=2, totalTokens=10))),
        (2, "assistant", None, usage(inputTokens=-5, outputTokens=1)),
        (3, "assistant", None, '{"usage": {"inputTokens": 1'),
        (4, "narrator", None, usage(inputTokens="many")),
        (4, "assistant", None, None),
    )
    result = imported("s3", path)
    assert_nothing_changes(imported("s3", path))
    told = ("double_encoded_json", "invalid_json", "negative_tokens", "second_llm_message", "total_differs")
    assert {kind: result["awkward"][kind] for kind in told} == dict.fromkeys(told, 1)
    assert result["ledger_rejected"] == {"input_tokens: negative": 1}
    assert result["tables"]["llm_messages"]["created"] == 5
    fields = ("provider", "model", "input_tokens", "output_tokens", "person_label", "agent_label")
    assert list(TokenUsage.objects.order_by("message__position").values_list(*fields)) == [
        ("openai", "gpt-4o", 7, 2, "Ada", ""),
        ("openai", "gpt-4o", None, None, "", "Bot"),
    ]
    assert Message.objects.get(content="Broken").metadata["llm_message 3"] == {
        "metadata": '{"usage": {"inputTokens": 1'
    }
    narrated = Message.objects.get(content="Plain")
    assert (narrated.role, narrated.source_role) == ("other", "narrator")


def test_memories_and_their_relations(tmp_path: Path) -> None:
    path = first(tmp_path / "wiz.db")
    with opened(path) as database:
        database.executescript(
            "INSERT INTO agent_memories VALUES (1, 1, 1, 'Tea', 'fact', 'high', 0, '[\"tea\"]'),"
            " (2, 1, 9, 'Milk', 'hunch', 'high', 1, NULL), (3, 8, 1, 'Lost', 'fact', 'low', 0, NULL);"
            "INSERT INTO memory_relations VALUES (1, 1, 2, 'contradicts', 0.25), (2, 1, 1, 'same', 1),"
            " (3, 1, 3, 'same', 1);"
        )
    result = imported("s3", path)
    assert result["tables"]["agent_memories"]["reasons"] == {"agent_id: there is no such agent": 1}
    assert result["tables"]["memory_relations"]["rejected"] == 2
    fields = ("content", "kind", "source_kind", "importance", "person__name", "keywords", "metadata")
    assert list(AgentMemory.objects.order_by("content").values_list(*fields)) == [
        ("Milk", "other", "hunch", "high", None, [], {"user_id": "9"}),
        ("Tea", "fact", "fact", "high", "Ada", ["tea"], {}),
    ]
    relation = MemoryRelation.objects.get()
    assert (relation.relation, relation.strength) == ("contradicts", 0.25)
    assert (relation.memory.content, relation.other.content) == ("Tea", "Milk")


def test_what_changed_at_the_source_is_updated_and_leaves_the_rest(tmp_path: Path) -> None:
    path = wiz.july(tmp_path / "wiz.db")
    imported("s3", path)
    with opened(path) as database:
        database.execute("UPDATE users SET name = 'Ada L' WHERE id = 'ada'")
        database.execute("UPDATE llm_providers SET is_default = 0 WHERE id = 'two'")
        database.execute("UPDATE project_channels SET name = 'plans' WHERE id = 'c1'")
        database.execute("UPDATE messages SET content = 'second thoughts' WHERE id = 'm2'")
        database.execute("DELETE FROM projects")
    result = imported("s3", path)
    updated = {name: table["updated"] for name, table in result["tables"].items() if table["updated"]}
    assert {name: updated[name] for name in ("users", "llm_providers", "messages")} == {
        "users": 1,
        "llm_providers": 1,
        "messages": 1,
    }
    ada = Person.objects.get(name="Ada L")
    assert (ada.handle, ada.preferences["theme"]) == ("ada", "dark")
    assert ProviderConfig.objects.get(is_default=True).name == "Key one"
    answer = Message.objects.get(content="second thoughts")
    assert (answer.role, answer.source_role, "llm_message l2" in answer.metadata) == (
        "assistant",
        "assistant",
        True,
    )
    general = Channel.objects.get(project__kind="regular", is_default=True)
    assert (general.name, general.metadata["name"]) == ("general", "plans")
    assert Project.objects.filter(kind="regular").count() == 1
    assert_nothing_changes(imported("s3", path))


def test_rows_in_the_log_beside_the_file_are_read(tmp_path: Path) -> None:
    path = tmp_path / "wiz.db"
    make_and_die(
        "sqlite3",
        path,
        "PRAGMA journal_mode = WAL",
        "CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT)",
        "INSERT INTO users VALUES ('ada', 'Ada')",
    )
    assert path.with_name("wiz.db-wal").stat().st_size > 0
    assert imported("s3", path)["tables"]["users"]["created"] == 1
    assert Person.objects.get().name == "Ada"


def planted(path: Path) -> Path:
    """Jobs that tell their provider's key wherever they can."""
    wiz.head(path)
    data = json.dumps(wiz.JOB_DATA)
    echo = f"401 Incorrect API key provided: {wiz.JOB_KEY}"
    told: dict[str, dict[str, Any]] = {
        "broken": {"data": data[:-1], "status": "failed", "failure_reason": echo},
        "double": {"data": json.dumps(data), "result": json.dumps({"error": echo})},
        "nested": {
            "data": json.dumps({"job": data}),
            "opts": json.dumps({"providerApiKey": wiz.JOB_KEY}),
        },
        "refused": {"id": None, "data": data, "failure_reason": echo},
        "negative": {"data": data, "result": json.dumps({"e": echo, "usage": {"inputTokens": -1}})},
    }
    with opened(path) as database:
        for key, values in told.items():
            insert(database, "jobs", **{**wiz.JOB, "id": key, **values})
    return path


def test_no_secret_is_found_anywhere(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("import_system", "s3", str(planted(tmp_path / "wiz.db")), "--format", "json", stdout=out)
    jobs = json.loads(out.getvalue())["tables"]["jobs"]
    assert (jobs["read"], jobs["created"], jobs["rejected"]) == (6, 5, 1)
    assert RejectedRecord.objects.filter(record__startswith="jobs").count() == 2
    assert BackgroundJob.objects.filter(error="401 Incorrect API key provided: [removed]").count() == 1
    secrets = [wiz.API_KEY, wiz.SESSION_TOKEN, wiz.PASSWORD_HASH, wiz.JOB_KEY, "planted-password"]
    assert_none_stored(secrets, out.getvalue(), caplog.text)


def test_numbers_that_one_engine_alone_would_take_are_kept_apart(tmp_path: Path) -> None:
    path = wiz.head(tmp_path / "wiz.db")
    with opened(path) as database:
        database.execute("UPDATE jobs SET attempts = 1099511627776, priority = -1099511627776")
    result = imported("s3", path)
    assert result["awkward"]["number_too_large"] == 2
    job = BackgroundJob.objects.get()
    assert (
        job.attempts,
        job.priority,
        job.metadata["attempts_in_full"],
        job.metadata["priority_in_full"],
    ) == (
        None,
        None,
        2**40,
        -(2**40),
    )


def test_passwords_in_addresses_are_left_out(tmp_path: Path) -> None:
    imported("s3", wiz.july(tmp_path / "wiz.db"))
    assert_none_stored(["planted-password", wiz.API_KEY, wiz.PASSWORD_HASH, wiz.SESSION_TOKEN])


def test_keys_that_are_asked_for_are_encrypted(tmp_path: Path, settings: Any) -> None:
    settings.ENCRYPTION_KEYS = [ENCRYPTION_KEY]
    path = planted(tmp_path / "wiz.db")
    imported("s3", path)
    assert not ProviderConfig.objects.get().api_key
    imported("s3", path, with_secrets=True)
    assert ProviderConfig.objects.get().api_key == wiz.API_KEY
    secrets = [wiz.API_KEY, wiz.SESSION_TOKEN, wiz.PASSWORD_HASH, wiz.JOB_KEY]
    assert_none_stored(secrets)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/ada/shop.git", "ada/shop"),
        ("git@github.com:ada/shop.git", "ada/shop"),
        ("ssh://git@github.com/ada/shop", "ada/shop"),
        ("https://git.example/ada/shop.git", ""),
        ("https://github.com.example/ada/shop", ""),
        ("", ""),
    ],
)
def test_github_addresses_are_known(url: str, name: str) -> None:
    assert github_name(url) == name


def test_conversations_keep_their_kinds(tmp_path: Path) -> None:
    path = first(tmp_path / "wiz.db")
    with opened(path) as database:
        for key, kind in ((2, "channel"), (3, "forum"), (4, None)):
            insert(
                database, "conversations", id=key, type=kind, created_at=wiz.SECONDS, updated_at=wiz.SECONDS
            )
    result = imported("s3", path)
    assert result["awkward"]["unknown_words"] == 2
    assert list(Conversation.objects.order_by("external_id").values_list("external_id", "kind")) == [
        ("1", "direct"),
        ("2", "channel"),
        ("3", "chat"),
        ("4", "chat"),
    ]
