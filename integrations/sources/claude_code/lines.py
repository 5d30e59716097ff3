"""One line of a transcript, as far as it tells of a model call."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from integrations.sources.values import BadValueError, amount, moment, native_id, text

_SYNTHETIC = "<synthetic>"
_COUNTS = ("input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


@dataclass(frozen=True, slots=True)
class CallLine:
    """A line with usage. `call_id` is empty when the line has no message.id."""

    call_id: str
    message_id: str
    content_hash: bytes
    at: datetime
    model: str
    usage: dict[str, Any]
    cost: Decimal | None
    session_id: str
    is_copy: bool
    is_sidechain: bool
    agent: str
    cwd: str


def is_transcript_line(record: dict[str, Any]) -> bool:
    """Whether the line is one that Claude Code writes, a call or not."""
    return "sessionId" in record or record.get("type") in {"summary", "file-history-snapshot"}


def has_usage(record: dict[str, Any]) -> bool:
    message = record.get("message")
    if not isinstance(message, dict) or not isinstance(message.get("usage"), dict):
        return False
    return record.get("type") == "assistant" or message.get("role") == "assistant"


def is_api_error(record: dict[str, Any]) -> bool:
    """A note of a failed call, which the client wrote itself: no usage came back."""
    message = record["message"]
    is_note = message.get("model") == _SYNTHETIC or record.get("isApiErrorMessage") is True
    return is_note and not any(message["usage"].get(name) for name in _COUNTS)


def call_line(record: dict[str, Any]) -> CallLine:
    """The call of a line that `has_usage`. Raises BadValueError, naming the field."""
    message = record["message"]
    message_id = message.get("id") or ""
    request_id = record.get("requestId") or ""
    if not isinstance(message_id, str) or not isinstance(request_id, str):
        raise BadValueError("message.id, requestId: are not text")
    forked_from = record.get("forkedFrom")
    original = text(forked_from.get("sessionId"), 255) if isinstance(forked_from, dict) else ""
    return CallLine(
        call_id=native_id(f"{message_id}:{request_id}") if message_id else "",
        message_id=message_id,
        content_hash=_content_hash(record),
        at=moment(record.get("timestamp"), "timestamp"),
        model=text(message.get("model"), 200),
        usage=message["usage"],
        cost=amount(record.get("costUSD"), "costUSD"),
        session_id=original or text(record.get("sessionId"), 255),
        is_copy=bool(original),
        is_sidechain=record.get("isSidechain") is True,
        agent=text(record.get("attributionAgent") or record.get("agentType"), 200),
        cwd=text(record.get("cwd"), 4096),
    )


def _content_hash(record: dict[str, Any]) -> bytes:
    """Of what a copy of the line repeats: not the session, which a fork rewrites."""
    kept = [record.get(name) for name in ("uuid", "timestamp", "requestId", "message")]
    return sha256(json.dumps(kept, sort_keys=True, default=str).encode("utf-8", "replace")).digest()
