"""Transcript files of Claude Code, as its command line writes them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

START = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
USAGE = {
    "input_tokens": 10,
    "cache_creation_input_tokens": 300,
    "cache_read_input_tokens": 2_000,
    "output_tokens": 50,
    "server_tool_use": {"web_search_requests": 1},
    "service_tier": "standard",
    "speed": "standard",
    "cache_creation": {"ephemeral_1h_input_tokens": 200, "ephemeral_5m_input_tokens": 100},
}


def at(seconds: float) -> str:
    return (START + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def line(message: str | None = "msg_1", request: str | None = "req_1", **overrides: Any) -> dict[str, Any]:
    """An assistant's line; `usage` and `model` go into its message, other overrides beside it."""
    body = {
        "id": message,
        "role": "assistant",
        "model": overrides.pop("model", "claude-sonnet-4-5"),
        "content": [{"type": "text", "text": "hello"}],
        "usage": {**USAGE, **overrides.pop("usage", {})},
    }
    fields = {
        "type": "assistant",
        "timestamp": at(1),
        "sessionId": "session-a",
        "requestId": request,
        "isSidechain": False,
        "cwd": "/home/dev/shop",
        "uuid": f"uuid-{message}",
        "message": body,
    }
    return {**fields, **overrides}


def opening(session: str = "session-a", seconds: float = 0) -> dict[str, Any]:
    """The first line of a session."""
    return {"type": "queue-operation", "operation": "enqueue", "timestamp": at(seconds), "sessionId": session}


def write(path: Path, *lines: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(each) + "\n" for each in lines))
    return path
