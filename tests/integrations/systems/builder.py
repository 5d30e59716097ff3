"""A small database of the AI app builder in the SQLite form of its predecessor, made row by row."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE projects (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, template TEXT, status TEXT,
    docker_container TEXT, port INTEGER, created_at TEXT, updated_at TEXT);
CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT, name TEXT, github_username TEXT, github_token TEXT,
    vercel_token TEXT, created_at TEXT);
CREATE TABLE conversation_messages (id INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT, project_id INTEGER,
    role TEXT, content TEXT, model TEXT, provider TEXT, token_usage_id INTEGER, created_at TEXT);
CREATE TABLE token_usage (id INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT, project_id INTEGER,
    model TEXT, provider TEXT, input_tokens INTEGER, output_tokens INTEGER, total_tokens INTEGER,
    request_type TEXT,
    created_at TEXT);
"""

USAGE = {
    "session_id": "s",
    "project_id": 1,
    "model": "claude-3-haiku-20240307",
    "provider": "anthropic",
    "input_tokens": 1_000,
    "output_tokens": 100,
    "total_tokens": 1_100,
    "request_type": "chat",
    "created_at": "2025-11-02 10:00:00",
}
MESSAGE = {"project_id": 1, "role": "user", "content": "Hello", "created_at": "2025-11-02 09:00:00"}
PROJECT = {"name": "Shop", "template": "react", "status": "created", "created_at": "2025-11-01 08:00:00"}


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as database:
        yield database
        database.commit()


def insert(database: sqlite3.Connection, table: str, **values: Any) -> None:
    columns = ", ".join(values)
    marks = ", ".join("?" * len(values))
    database.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", list(values.values()))


def app_builder(path: Path, *, messages: int = 3, calls: int = 2) -> Path:
    """One project with so many messages and calls."""
    with opened(path) as database:
        database.executescript(SCHEMA)
        insert(database, "projects", **PROJECT)
        for number in range(messages):
            insert(database, "conversation_messages", **{**MESSAGE, "content": f"Message {number + 1}"})
        for _ in range(calls):
            insert(database, "token_usage", **USAGE)
    return path
