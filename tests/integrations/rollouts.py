"""Rollout files of Codex, as its command line writes them."""

import json
from pathlib import Path
from typing import Any

from tests.integrations.transcripts import at

Line = dict[str, Any]


def usage(read: int, written: int, *, cached: int = 0, stored: int = 0, thought: int = 0) -> dict[str, int]:
    return {
        "input_tokens": read,
        "cached_input_tokens": cached,
        "cache_write_input_tokens": stored,
        "output_tokens": written,
        "reasoning_output_tokens": thought,
        "total_tokens": read + written,
    }


def meta(session: str = "session-a", seconds: float = 0, **payload: Any) -> Line:
    fields = {
        "id": session,
        "cwd": "/home/dev/shop_web",
        "originator": "codex_cli_rs",
        "model_provider": "openai",
    }
    return {"timestamp": at(seconds), "type": "session_meta", "payload": {**fields, **payload}}


def turn(turn_id: str | None = "turn-1", model: str | None = "gpt-5", seconds: float = 0) -> Line:
    payload = {"turn_id": turn_id, "model": model, "cwd": "/home/dev/shop_web/src"}
    return {
        "timestamp": at(seconds),
        "type": "turn_context",
        "payload": {name: value for name, value in payload.items() if value is not None},
    }


def record(response: str, spent: dict[str, int], seconds: float = 10, **payload: Any) -> Line:
    fields = {"thread_id": "session-a", "session_id": "session-a", "response_id": response, "usage": spent}
    return {"timestamp": at(seconds), "type": "token_usage_record", "payload": {**fields, **payload}}


def counted(last: dict[str, int] | None, total: dict[str, int] | None, seconds: float = 10) -> Line:
    info = {"last_token_usage": last, "total_token_usage": total, "model_context_window": 258_400}
    payload = {"type": "token_count", "info": info if last or total else None, "rate_limits": {}}
    return {"timestamp": at(seconds), "type": "event_msg", "payload": payload}


def write(path: Path, *lines: Line) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return path
