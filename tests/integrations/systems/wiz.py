"""Small databases of Project Wiz in the states of its schema, with a few rows each."""

import json
from pathlib import Path
from typing import Any

from tests.integrations.systems.builder import insert, opened

SECONDS, MILLISECONDS, TEXT = 1_753_000_000, 1_753_000_060_000, "2025-07-20 08:30:00"
"""2025-07-20 08:26:40, 08:27:40 and 08:30:00 UTC, as three writers of one column put it."""

API_KEY = "planted/provider+key=="
SESSION_TOKEN = "planted-session-token"
PASSWORD_HASH = "planted-password-hash"
JOB_KEY = "wiz-planted-job-key"

_SOFT = "is_active INTEGER DEFAULT 1 NOT NULL, deactivated_at INTEGER, deactivated_by TEXT"
_CLOCKS = (
    "created_at INTEGER DEFAULT CURRENT_TIMESTAMP NOT NULL, updated_at INTEGER DEFAULT CURRENT_TIMESTAMP"
)
_SHARED = f"""
CREATE TABLE accounts (id TEXT PRIMARY KEY, user_id TEXT, username TEXT, password_hash TEXT, {_CLOCKS});
CREATE TABLE user_preferences (id TEXT PRIMARY KEY, user_id TEXT, theme TEXT DEFAULT 'system', {_CLOCKS});
CREATE TABLE user_sessions (id TEXT PRIMARY KEY, user_id TEXT, token TEXT, created_at INTEGER,
    expires_at INTEGER);
"""
JULY = f"""{_SHARED}
CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT, avatar TEXT, type TEXT DEFAULT 'human', {_SOFT},
    {_CLOCKS});
CREATE TABLE llm_providers (id TEXT PRIMARY KEY, user_id TEXT, name TEXT, type TEXT, api_key TEXT,
    base_url TEXT,
    default_model TEXT, is_default INTEGER DEFAULT 0, {_SOFT}, {_CLOCKS});
CREATE TABLE agents (id TEXT PRIMARY KEY, user_id TEXT, owner_id TEXT, provider_id TEXT, name TEXT, role TEXT,
    backstory TEXT, goal TEXT, system_prompt TEXT, status TEXT, model_config TEXT, {_SOFT}, {_CLOCKS});
CREATE TABLE projects (id TEXT PRIMARY KEY, name TEXT, description TEXT, avatar_url TEXT, git_url TEXT,
    branch TEXT, local_path TEXT, owner_id TEXT, status TEXT DEFAULT 'active', {_SOFT}, {_CLOCKS});
CREATE TABLE project_channels (id TEXT PRIMARY KEY, project_id TEXT, name TEXT, description TEXT,
    archived_at INTEGER, archived_by TEXT, {_SOFT}, {_CLOCKS});
CREATE TABLE dm_conversations (id TEXT PRIMARY KEY, name TEXT, description TEXT, archived_at INTEGER,
    archived_by TEXT, {_SOFT}, {_CLOCKS});
CREATE TABLE dm_participants (id TEXT PRIMARY KEY, dm_conversation_id TEXT, participant_id TEXT, {_SOFT},
    {_CLOCKS});
CREATE TABLE messages (id TEXT PRIMARY KEY, source_type TEXT, source_id TEXT, author_id TEXT, content TEXT,
    {_SOFT}, {_CLOCKS});
CREATE TABLE llm_messages (id TEXT PRIMARY KEY, message_id TEXT, role TEXT, content TEXT, {_SOFT}, {_CLOCKS});
"""
HEAD = f"""{_SHARED}
CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT, avatar TEXT, type TEXT DEFAULT 'human',
    status TEXT DEFAULT 'offline', deactivated_at INTEGER, {_CLOCKS});
CREATE TABLE llm_providers (id TEXT PRIMARY KEY, owner_id TEXT, name TEXT, type TEXT, api_key TEXT,
    base_url TEXT, default_model TEXT, is_default INTEGER DEFAULT 0, deactivated_at INTEGER, {_CLOCKS});
CREATE TABLE agents (id TEXT PRIMARY KEY, owner_id TEXT, provider_id TEXT, role TEXT, backstory TEXT,
    goal TEXT,
    model_config TEXT);
CREATE TABLE projects (id TEXT PRIMARY KEY, name TEXT, description TEXT, avatar_url TEXT, git_url TEXT,
    branch TEXT, local_path TEXT, owner_id TEXT, archived_at INTEGER, deactivated_at INTEGER, {_CLOCKS});
CREATE TABLE project_channels (id TEXT, owner_id TEXT, project_id TEXT, name TEXT, description TEXT,
    archived_at INTEGER, deactivated_at INTEGER, {_CLOCKS}, PRIMARY KEY (owner_id, id));
CREATE TABLE direct_messages (id TEXT, owner_id TEXT, name TEXT, description TEXT, archived_at INTEGER,
    deactivated_at INTEGER, {_CLOCKS}, PRIMARY KEY (owner_id, id));
CREATE TABLE direct_message_participants (id TEXT, owner_id TEXT, direct_message_id TEXT, participant_id TEXT,
    deactivated_at INTEGER, {_CLOCKS}, PRIMARY KEY (owner_id, id));
CREATE TABLE messages (id TEXT PRIMARY KEY, source_type TEXT, source_id TEXT, owner_id TEXT, author_id TEXT,
    content TEXT, deactivated_at INTEGER, {_CLOCKS});
CREATE TABLE memory (id TEXT PRIMARY KEY, content TEXT, created_by TEXT, created_at INTEGER);
CREATE TABLE agent_memory (memory_id TEXT, agent_id TEXT, PRIMARY KEY (memory_id, agent_id));
CREATE TABLE project_memory (memory_id TEXT, project_id TEXT, PRIMARY KEY (memory_id, project_id));
CREATE TABLE team_memory (memory_id TEXT, project_id TEXT, PRIMARY KEY (memory_id, project_id));
CREATE TABLE jobs (id TEXT PRIMARY KEY, queue_name TEXT, data TEXT, opts TEXT, status TEXT DEFAULT 'waiting',
    priority INTEGER DEFAULT 0, attempts INTEGER DEFAULT 0, max_attempts INTEGER DEFAULT 3,
    delay_ms INTEGER DEFAULT 0, scheduled_for INTEGER, result TEXT, failure_reason TEXT, worker_id TEXT,
    created_at INTEGER, updated_at INTEGER, processed_on INTEGER, finished_on INTEGER);
"""
CLOCKS = {"created_at": SECONDS, "updated_at": MILLISECONDS}
SESSION = {"id": "s1", "user_id": "ada", "token": SESSION_TOKEN, "expires_at": MILLISECONDS}
ACCOUNT = {"id": "a1", "user_id": "ada", "username": "ada", "password_hash": PASSWORD_HASH, **CLOCKS}
JOB: dict[str, Any] = {
    "id": "job",
    "queue_name": "llm",
    "status": "completed",
    "priority": 5,
    "attempts": 1,
    "opts": json.dumps({"delay": 0}),
    "worker_id": "worker-1",
    "processed_on": MILLISECONDS + 1_000,
    "finished_on": MILLISECONDS + 9_000,
    **CLOCKS,
}
JOB_DATA = {"providerType": "openai", "model": "gpt-4o-mini", "agentId": "bot", "providerApiKey": JOB_KEY}
USAGE = {
    "inputTokens": 1_000,
    "outputTokens": 300,
    "totalTokens": 1_300,
    "reasoningTokens": 200,
    "cachedInputTokens": 600,
}


def july(path: Path) -> Path:
    """29 July: direct conversations and channels apart, everything may be deactivated."""
    with opened(path) as database:
        database.executescript(JULY)
        insert(database, "users", id="ada", name="Ada", avatar="ada.png", **CLOCKS)
        insert(database, "users", id="bot", name="Bot", type="agent", **CLOCKS)
        insert(database, "users", id="eve", name="Eve", is_active=0, **CLOCKS)
        insert(database, "accounts", **ACCOUNT)
        insert(database, "user_preferences", id="u1", user_id="ada", theme="dark", **CLOCKS)
        insert(database, "user_sessions", **SESSION)
        for key, default in (("one", 1), ("two", 1)):
            insert(
                database,
                "llm_providers",
                id=key,
                user_id="ada",
                name=f"Key {key}",
                type="openai",
                api_key=f"{API_KEY}{key}",
                base_url="https://me:planted-password@llm.example/v1",
                default_model="gpt-4o",
                is_default=default,
                created_at=SECONDS if key == "two" else MILLISECONDS,
                updated_at=TEXT,
            )
        insert(
            database,
            "agents",
            id="agent",
            user_id="bot",
            owner_id="ada",
            provider_id="one",
            name="Bot",
            role="developer",
            backstory="Old hand",
            goal="Help",
            system_prompt="Be brief.",
            status="busy",
            model_config=json.dumps(json.dumps({"model": "gpt-4o", "temperature": 0.5})),
            **CLOCKS,
        )
        insert(
            database,
            "projects",
            id="shop",
            name="Shop",
            git_url="https://ada:planted-password@github.com/ada/shop.git",
            branch="dev",
            local_path="/srv/shop",
            owner_id="ada",
            deactivated_at=MILLISECONDS,
            is_active=0,
            **CLOCKS,
        )
        for key, name in (("c1", "general"), ("c2", "ideas"), ("c3", "ideas")):
            insert(database, "project_channels", id=key, project_id="shop", name=name, **CLOCKS)
        insert(database, "dm_conversations", id="d1", name="Ada and Bot", archived_at=MILLISECONDS, **CLOCKS)
        insert(database, "dm_participants", id="p1", dm_conversation_id="d1", participant_id="ada", **CLOCKS)
        insert(database, "dm_participants", id="p2", dm_conversation_id="d1", participant_id="bot", **CLOCKS)
        for key, moment, author, content in (
            ("m3", TEXT, "ada", "third"),
            ("m1", SECONDS, "ada", "first"),
            ("m2", MILLISECONDS, "bot", "second"),
        ):
            said = {"source_type": "dm", "source_id": "d1", "author_id": author, "content": content}
            insert(database, "messages", id=key, created_at=moment, updated_at=moment, **said)
        said = {"source_type": "channel", "source_id": "c2", "author_id": "gone", "content": "lost\x00voice"}
        insert(database, "messages", id="m4", **said, **CLOCKS)
        said = {"source_type": "dm", "source_id": "nowhere", "author_id": "ada", "content": "unheard"}
        insert(database, "messages", id="m5", **said, **CLOCKS)
        insert(
            database, "llm_messages", id="l2", message_id="m2", role="assistant", content="second", **CLOCKS
        )
    return path


def head(path: Path) -> Path:
    """19 August: rooms are an owner's, agents are users, jobs call the models."""
    with opened(path) as database:
        database.executescript(HEAD)
        insert(database, "users", id="ada", name="Ada", status="away", **CLOCKS)
        insert(database, "users", id="bob", name="Bob", deactivated_at=MILLISECONDS, **CLOCKS)
        insert(database, "users", id="bot", name="Bot", type="agent", **CLOCKS)
        insert(database, "accounts", **ACCOUNT)
        insert(database, "user_sessions", **SESSION)
        key = {"owner_id": "ada", "name": "Main", "type": "anthropic", "api_key": API_KEY, "is_default": 1}
        insert(database, "llm_providers", id="key", **key, **CLOCKS)
        config = json.dumps({"model": "claude-3-5-haiku", "maxTokens": 4096})
        agent = {"owner_id": "ada", "provider_id": "key", "role": "writer", "backstory": "", "goal": "Write"}
        insert(database, "agents", id="bot", model_config=config, **agent)
        insert(
            database, "projects", id="shop", name="Shop", owner_id="ada", archived_at=MILLISECONDS, **CLOCKS
        )
        for owner in ("ada", "bob"):
            insert(database, "direct_messages", id="d", owner_id=owner, name=f"{owner}'s", **CLOCKS)
            said = {"source_type": "dm", "source_id": "d", "owner_id": owner, "author_id": owner}
            insert(database, "messages", id=f"of-{owner}", content=f"{owner} here", **said, **CLOCKS)
            room = {"id": "c", "owner_id": owner, "project_id": "shop", "name": "news"}
            insert(database, "project_channels", **room, **CLOCKS)
        part = {"id": "p", "owner_id": "ada", "direct_message_id": "d", "participant_id": "bot"}
        insert(database, "direct_message_participants", **part, **CLOCKS)
        said = {"source_type": "channel", "source_id": "c", "owner_id": "bob", "author_id": "bot"}
        insert(database, "messages", id="news", content="Extra!", **said, **CLOCKS)
        insert(database, "memory", id="m1", content="Likes tea", created_by="ada", created_at=SECONDS)
        insert(database, "memory", id="m2", content="Knows Go", created_by="bot", created_at=SECONDS)
        insert(database, "memory", id="m3", content="Nobody's", created_by="ada", created_at=SECONDS)
        insert(database, "agent_memory", memory_id="m1", agent_id="bot")
        insert(database, "team_memory", memory_id="m2", project_id="shop")
        insert(database, "project_memory", memory_id="m3", project_id="shop")
        done = {"data": json.dumps(JOB_DATA), "result": json.dumps({"text": "Hi", "usage": USAGE})}
        insert(database, "jobs", **{**JOB, **done})
    return path
