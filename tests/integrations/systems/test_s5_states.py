"""BestChat in other states of its schema, and what is made of rows that are not as they should be."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from accounts.models import Person
from billing.models import Subscription, TokenUsage
from chat.models import (
    AutoApprovalPolicy,
    ContextOptimization,
    Conversation,
    FileContent,
    FileUpload,
    Message,
    ToolExecution,
)
from integrations.models import LinkedAccount, ProviderConfig
from projects.models import Project
from tests.integrations.databases.servers import scratch_database
from tests.integrations.systems.builder import opened
from tests.integrations.systems.support import (
    assert_none_stored,
    assert_nothing_changes,
    imported,
    sqlite_file,
)

pytestmark = pytest.mark.django_db

KEY = "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE="
AT = datetime(2025, 9, 1, 8, 0, tzinfo=UTC)
SECRETS = [
    f"planted-{name}"
    for name in ("access", "second", "refresh", "id", "hash", "session", "code", "config", "nested", "cut")
]
# One script for both engines: SQLite takes the names of PostgreSQL's types as they are.
HEAD = """
CREATE TABLE "user" (id text, name text, email text, email_verified boolean, image text, created_at timestamp,
    updated_at timestamp, stripe_id text, had_trial boolean, goals json, frequency text);
CREATE TABLE session (id text, expires_at timestamp, token text, user_id text);
CREATE TABLE verification (id text, identifier text, value text);
CREATE TABLE account (id text, account_id text, provider_id text, user_id text, access_token text,
    access_secret text, refresh_token text, id_token text, access_token_expires_at timestamp, scope text,
    password text, created_at timestamp);
CREATE TABLE subscription (id text, user_id text, plan text, status text, polar_id text,
    current_period_start timestamp, current_period_end timestamp, cancel_at_period_end boolean,
    canceled_at timestamp, ends_at timestamp, ended_at timestamp, created_at timestamp, updated_at timestamp);
CREATE TABLE conversations (id text, user_id text, title text, provider text, model text, system_prompt text,
    context_window_size integer, auto_approval_settings jsonb, metadata jsonb, created_at timestamp,
    updated_at timestamp);
CREATE TABLE messages (id text, conversation_id text, role text, content text, images jsonb, files jsonb,
    token_count integer, provider_metadata jsonb, created_at timestamp);
CREATE TABLE tool_executions (id text, message_id text, conversation_id text, tool_name text,
    parameters jsonb, result jsonb, status text, approval_requested_at timestamp,
    approved_at timestamp, executed_at timestamp,
    completed_at timestamp, execution_time_ms integer, cost numeric(10,4), error_message text,
    created_at timestamp);
CREATE TABLE context_optimizations (id text, conversation_id text, trigger_reason text,
    optimization_type text, tokens_before integer, tokens_after integer, summary text,
    affected_messages jsonb, created_at timestamp);
CREATE TABLE file_uploads (id text, user_id text, conversation_id text, filename text, original_name text,
    mime_type text, file_size bigint, storage_path text, content_hash text, metadata jsonb,
    created_at timestamp);
CREATE TABLE provider_configs (id text, user_id text, provider text, config jsonb, is_active boolean,
    is_default boolean, created_at timestamp, updated_at timestamp);
CREATE TABLE usage_logs (id text, user_id text, conversation_id text, provider text, model text,
    input_tokens integer, output_tokens integer, cost numeric(10,4), created_at timestamp);
CREATE TABLE auto_approval_settings (id text, user_id text, read_only_operations boolean,
    low_risk_operations boolean, specific_tools jsonb, max_cost_per_tool numeric(10,4),
    max_cost_per_hour numeric(10,4), require_approval_for_new_tools boolean, updated_at timestamp);
CREATE TABLE tags (id text);
INSERT INTO tags VALUES ('t');
INSERT INTO "user" VALUES ('u', 'Ada', ' Ada@Example.com ', true, 'https://a.example/ada',
    '2025-09-01 08:00:00', '2025-09-01 08:00:00', 'cus_1', false, '["ship"]', 'daily');
INSERT INTO session VALUES ('s', '2025-10-01 08:00:00', 'planted-session', 'u');
INSERT INTO verification VALUES ('v', 'ada@example.com', 'planted-code');
INSERT INTO account VALUES ('a', 'g-1', 'google', 'u', 'planted-access', 'planted-second', 'planted-refresh',
    'planted-id', '2025-10-01 08:00:00', 'openid', 'planted-hash', '2025-09-01 08:00:00');
INSERT INTO subscription VALUES ('b', 'u', 'pro', 'canceled', 'polar_1', '2025-09-01 08:00:00',
    '2025-10-01 08:00:00', true, '2025-09-02 08:00:00', '2025-10-01 08:00:00', NULL,
    '2025-09-01 08:00:00', NULL);
INSERT INTO conversations VALUES ('c', 'u', 'Plans', 'Anthropic', 'claude-3-opus-20240229', 'Be brief', 8192,
    '{"readOnlyOperations": true}', '{"providerApiKey": "planted-nested", "pinned": true}',
    '2025-09-01 08:00:00', '2025-09-01 08:00:00');
INSERT INTO messages VALUES ('m', 'c', 'user', 'Hi', '["one"]', '"loose"', 3, '"{\\"model\\": \\"gpt-4o\\"}"',
    '2025-09-01 08:00:00');
INSERT INTO messages VALUES ('n', 'c', 'narrator', 'Later', 'null', NULL, NULL, NULL, NULL);
INSERT INTO messages VALUES ('o', 'gone', 'user', 'Lost', NULL, NULL, NULL, NULL, '2025-09-01 08:00:00');
INSERT INTO context_optimizations VALUES ('x', 'c', 'full_moon', 'compression', 900, 100, 'Short',
    '["m", "gone"]', '2025-09-01 08:00:00');
INSERT INTO file_uploads VALUES ('f', 'u', 'c', 'f1.png', 'cat.png', 'image/png', 10, '/f/1', 'ABC',
    '{"w": 1}', '2025-09-01 08:00:00');
INSERT INTO file_uploads VALUES ('g', 'u', NULL, 'f2.png', 'cat (1).png', 'image/png', 10, '/f/2', 'abc',
    NULL, '2025-09-01 08:00:00');
INSERT INTO file_uploads VALUES ('h', 'u', NULL, 'f3.txt', 'note.txt', NULL, -1, '/f/3', NULL, NULL, NULL);
INSERT INTO provider_configs VALUES ('p', 'u', 'openai',
    '{"apiKey": "planted-config", "baseUrl": "https://llm.example"}', true, true,
    '2025-09-01 08:00:00', NULL);
INSERT INTO provider_configs VALUES ('q', 'u', 'mystery', '"planted-config"', NULL, true,
    '2025-09-02 08:00:00', NULL);
INSERT INTO usage_logs VALUES ('1', 'u', 'c', 'OpenAI', 'gpt-4o', 1000, 100, 0.0123, '2025-09-01 08:00:00');
INSERT INTO usage_logs VALUES ('2', 'u', NULL, 'openai', 'gpt-4o', 1000, 100, NULL, '2025-09-01 08:00:00');
INSERT INTO usage_logs VALUES ('3', 'u', 'c', 'openai', 'gpt-4o', -1, 100, NULL, '2025-09-01 08:00:00');
INSERT INTO auto_approval_settings VALUES ('z', 'u', true, NULL, '["file_search", 7]', 1.5, NULL, NULL,
    '2025-09-01 08:00:00');
"""
TOOLS = [
    ("pending", None, None, None),
    ("approval_required", "2025-09-01 09:00:00", None, None),
    ("approved", "2025-09-01 09:00:00", "2025-09-01 09:01:00", None),
    ("approved", "2025-09-01 09:00:00", None, None),
    ("executing", None, None, None),
    ("completed", "2025-09-01 09:00:00", "2025-09-01 09:01:00", 12),
    ("failed", None, None, -5),
    ("cancelled", None, None, None),
    ("rejected", None, None, None),
    ("pending", "2025-09-01 09:00:00", "2025-09-01 09:01:00", None),
    ("dreaming", None, None, None),
]


def quoted(value: Any) -> str:
    return "NULL" if value is None else f"'{value}'" if isinstance(value, str) else str(value)


@pytest.fixture
def script() -> str:
    rows = "".join(
        f"INSERT INTO tool_executions VALUES ('t{index}', 'm', 'c', 'web_search',"
        f" '{{\"token\": \"planted-nested\"}}', 'null', '{status}', {quoted(asked)}, {quoted(approved)},"
        f" NULL, NULL, {quoted(took)}, 0.25, NULL, '2025-09-01 08:00:00');\n"
        for index, (status, asked, approved, took) in enumerate(TOOLS)
    )
    return HEAD + rows


@pytest.fixture
def location(script: str, tmp_path: Path) -> Any:
    if connection.vendor == "sqlite":
        yield str(sqlite_file(tmp_path / "chat.db", script.replace("true", "1").replace("false", "0")))
        return
    with scratch_database() as server:
        server.execute(script)
        yield server.address


def test_every_table_has_its_rows(location: str) -> None:
    result = imported("s5", location, source_name="chat")
    outcomes = {name: (t["read"], t["created"], t["rejected"]) for name, t in result["tables"].items()}
    assert outcomes == {
        "user": (1, 1, 0),
        "account": (1, 1, 0),
        "subscription": (1, 1, 0),
        "conversations": (1, 1, 0),
        "messages": (3, 2, 1),
        "tool_executions": (11, 11, 0),
        "context_optimizations": (1, 1, 0),
        "file_uploads": (3, 3, 0),
        "provider_configs": (2, 2, 0),
        "usage_logs": (3, 2, 1),
        "auto_approval_settings": (1, 1, 0),
        "session": (1, 0, 1),
        "verification": (1, 0, 1),
    }
    assert result["unknown_tables"] == {"tags": 1}
    assert result["tables"]["messages"]["reasons"] == {"conversation_id: there is no such conversation": 1}
    assert {name: count for name, count in result["awkward"].items() if count and name != "naive_clocks"} == {
        "dangling_links": 1,
        "decided_but_waiting": 1,
        "decided_without_time": 1,
        "double_encoded_json": 1,
        "missing_messages": 1,
        "negative_numbers": 2,
        "negative_tokens": 1,
        "no_content_hash": 1,
        "no_time": 1,
        "second_default": 1,
        "unclear_tools": 1,
        "unknown_words": 3,
    }
    assert_nothing_changes(imported("s5", location, source_name="chat"))


def test_people_their_accounts_and_plans(location: str) -> None:
    imported("s5", location, source_name="chat")
    ada = Person.objects.values(
        "name", "email", "email_normalized", "avatar_url", "preferences", "external_ids", "created_at"
    )
    assert list(ada) == [
        {
            "name": "Ada",
            "email": " Ada@Example.com ",
            "email_normalized": "ada@example.com",
            "avatar_url": "https://a.example/ada",
            "preferences": {
                "email_verified": 1 if connection.vendor == "sqlite" else True,
                "stripe_id": "cus_1",
                "had_trial": 0 if connection.vendor == "sqlite" else False,
                "goals": ["ship"],
                "frequency": "daily",
            },
            "external_ids": {"chat": "u"},
            "created_at": AT,
        }
    ]
    account = LinkedAccount.objects.get()
    assert (account.provider, account.external_id, account.scope, account.has_source_secret) == (
        "google",
        "g-1",
        "openid",
        True,
    )
    assert (account.access_token, account.expires_at) == ("", datetime(2025, 10, 1, 8, tzinfo=UTC))
    plan = Subscription.objects.get()
    assert (plan.plan, plan.status, plan.source_status, plan.cancel_at_period_end, plan.cancelled_at) == (
        "pro",
        "cancelled",
        "canceled",
        True,
        datetime(2025, 9, 2, 8, tzinfo=UTC),
    )


def test_what_was_said(location: str) -> None:
    imported("s5", location, source_name="chat")
    conversation = Conversation.objects.get()
    assert (conversation.provider, conversation.context_window, conversation.started_at) == (
        "anthropic",
        8192,
        AT,
    )
    assert conversation.metadata == {
        "pinned": True,
        "providerApiKey": "[removed]",
        "auto_approval_settings": {"readOnlyOperations": True},
    }
    said = Message.objects.order_by("position").values_list(
        "role", "source_role", "content", "model", "token_count", "attachments", "metadata", "sent_at"
    )
    assert list(said) == [
        ("user", "user", "Hi", "gpt-4o", 3, [{"kind": "image", "value": "one"}],
         {"model": "gpt-4o", "files": "loose"}, AT),
        ("other", "narrator", "Later", "", None, [], {}, AT),
    ]  # fmt: skip
    saved = ContextOptimization.objects.values_list(
        "trigger", "source_trigger", "strategy", "tokens_saved", "affected_messages"
    )
    assert list(saved) == [("other", "full_moon", "compression", 800, ["m", "gone"])]


def test_tool_calls_are_decided_by_whom_the_source_recorded(location: str) -> None:
    imported("s5", location, source_name="chat")
    recorded, asked = datetime(2025, 9, 1, 9, 1, tzinfo=UTC), datetime(2025, 9, 1, 9, tzinfo=UTC)
    calls = ToolExecution.objects.order_by("id").values_list(
        "status", "source_status", "requested_at", "decided_at", "decided_by", "duration_ms"
    )
    by = "recorded by chat"
    assert sorted(calls, key=str) == sorted(
        [
            ("pending", "pending", AT, None, "", None),
            ("pending", "approval_required", asked, None, "", None),
            ("approved", "approved", asked, recorded, by, None),
            ("approved", "approved", asked, None, "", None),
            ("executing", "executing", AT, None, "", None),
            ("completed", "completed", asked, recorded, by, 12),
            ("failed", "failed", AT, None, "", None),
            ("cancelled", "cancelled", AT, None, "", None),
            ("rejected", "rejected", AT, None, "", None),
            ("pending", "pending", asked, None, "", None),
            ("pending", "dreaming", AT, None, "", None),
        ],
        key=str,
    )
    ada = Person.objects.get()
    others: Any = ToolExecution.objects.values_list("person", "cost", "result")
    assert set(others) == {(ada.pk, Decimal("0.25"), None)}


def test_usage_keeps_its_reported_cost_and_leaves_unknown_cost_unknown(location: str) -> None:
    imported("s5", location, source_name="chat")
    calls = TokenUsage.objects.booked().values_list(
        "provider", "input_tokens", "cost", "cost_source", "person_label"
    )
    assert sorted(calls, key=str) == [
        ("openai", 1000, Decimal("0.0123"), "reported", "Ada"),
        ("openai", 1000, None, "none", "Ada"),
    ]
    project = Project.objects.get(kind="regular")
    assert (project.name, project.prefers_reported_cost, project.only_reported_cost) == ("chat", True, True)


def test_files_are_kept_once_a_hash_and_settings_say_what_is_clear(location: str) -> None:
    imported("s5", location, source_name="chat")
    content = FileContent.objects.get()
    assert (content.content_hash, content.uploads.count()) == ("abc", 2)
    lone = FileUpload.objects.get(content=None)
    assert (lone.name, lone.size_bytes, lone.metadata) == ("note.txt", None, {"file_size": -1})
    policy = AutoApprovalPolicy.objects.get()
    assert (policy.allows_read_only, policy.allows_low_risk, policy.allowed_tools) == (
        True,
        False,
        ["file_search"],
    )
    assert (policy.max_cost_per_tool, policy.max_cost_per_hour, policy.new_tools_need_approval) == (
        Decimal("1.5"),
        None,
        True,
    )
    assert policy.metadata == {"specific_tools": ["file_search", 7]}
    configs = ProviderConfig.objects.order_by("provider").values_list(
        "provider", "kind", "is_active", "is_default", "has_source_key", "api_key_last4", "base_url"
    )
    assert list(configs) == [
        ("mystery", "custom", True, False, True, "", ""),
        ("openai", "openai", True, True, True, "", ""),
    ]


def test_secrets_are_taken_only_when_asked_for(location: str, settings: Any) -> None:
    first = imported("s5", location)
    assert_none_stored(SECRETS, json.dumps(first))
    settings.ENCRYPTION_KEYS = [KEY]
    second = imported("s5", location, with_secrets=True)
    config = ProviderConfig.objects.get(provider="openai")
    assert (config.api_key, config.api_key_last4, config.base_url) == (
        "planted-config",
        "nfig",
        "https://llm.example",
    )
    assert_nothing_changes(second)
    assert_none_stored(SECRETS, json.dumps(second))


def test_what_changed_is_updated_and_lost_columns_are_named(tmp_path: Path) -> None:
    path = sqlite_file(
        tmp_path / "chat.db",
        """
        CREATE TABLE conversations (id INTEGER, user_id TEXT, title TEXT, metadata TEXT);
        CREATE TABLE usage_logs (id INTEGER, provider TEXT, model TEXT, input_tokens INTEGER,
            output_tokens INTEGER, created_at TEXT);
        INSERT INTO conversations VALUES (1, 'gone', 'a' || char(0) || 'b', '{"token": "planted-cut", "x":');
        INSERT INTO usage_logs VALUES (1, 'openai', 'gpt-4o', 1000, 100, 1756713600000);
        """,
    )
    result = imported("s5", path)
    conversation = Conversation.objects.get()
    assert (conversation.title, conversation.person) == ("a\N{REPLACEMENT CHARACTER}b", None)
    assert conversation.metadata == {"metadata": '{"token": "[removed]", "x":', "user_id": "gone"}
    assert "cost" not in result["missing_columns"]["conversations"]
    call = TokenUsage.objects.get()
    assert (call.occurred_at, call.cost_source, call.cost) == (AT, "computed", Decimal("0.0035"))
    assert (result["awkward"]["invalid_json"], result["awkward"]["replaced_nul"]) == (1, 1)
    with opened(path) as database:
        database.execute("UPDATE conversations SET title = 'New'")
    again = imported("s5", path)["tables"]["conversations"]
    assert (again["updated"], again["unchanged"], Conversation.objects.get().title) == (1, 0, "New")
    assert_none_stored(["planted-cut"])
