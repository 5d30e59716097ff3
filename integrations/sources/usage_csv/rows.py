"""From a row of our CSV to a ledger event."""

import json
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from billing.ledger.events import UsageEvent
from billing.pricing.providers import canonical_provider
from integrations.sources.parsed import ParsedUsage
from integrations.sources.tallies import Occurrences
from integrations.sources.values import (
    BadValueError,
    amount,
    count,
    each,
    moment,
    native_id,
    parse_json,
    text,
)

_TOKENS = (
    "input_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "cache_write_1h_tokens",
    "input_audio_tokens",
    "output_tokens",
    "reasoning_tokens",
    "output_audio_tokens",
    "web_search_requests",
)
_STATUSES = {"success": "ok", "failure": "error", "failed": "error", "canceled": "cancelled"}
_UNBILLED = frozenset({"cached", "mock"})
_REQUEST_TYPES = {"embeddings": "embedding", "text_completion": "completion", "responses": "chat"}
_STANDARD_TIERS = frozenset({"standard", "default", "auto"})


def parse(where: str, values: dict[str, str], occurrences: Occurrences) -> ParsedUsage:
    """Raises BadValueError, naming the column."""
    for column in ("provider", "model"):
        if column not in values:
            raise BadValueError(f"{column}: missing")
    occurred_at = moment(values.get("occurred_at"), "occurred_at")
    status = values.get("status", "ok").lower()
    request_type = values.get("request_type", "chat").lower()
    tier = values.get("service_tier", "").lower()
    figures = _figures(values, is_billed=status not in _UNBILLED)
    # Last, as it counts the row as met.
    identity, stable_time = _identity(values, occurred_at, occurrences)
    event = UsageEvent(
        occurred_at=occurred_at,
        provider=canonical_provider(text(values["provider"], 64)),
        model=text(values["model"], 200),
        source="",
        native_id=identity,
        dedup_scope="csv",
        dedup_time=stable_time,
        request_type=_REQUEST_TYPES.get(request_type, request_type),
        status=_STATUSES.get(status, status),
        error_type=text(values.get("error_type"), 200),
        service_tier="" if tier in _STANDARD_TIERS else text(tier, 32),
        latency_ms=count(values.get("latency_ms"), "latency_ms"),
        time_to_first_token_ms=count(values.get("time_to_first_token_ms"), "time_to_first_token_ms"),
        person_label=text(values.get("person"), 320),
        agent_label=text(values.get("agent"), 200),
        session_id=text(values.get("session_id"), 255),
        environment=text(values.get("environment"), 64),
        tags=_tags(values.get("tags", "")),
        **figures,
    )
    return ParsedUsage(where, text(values.get("project"), 200), event, is_id_local=True)


def _figures(values: dict[str, str], *, is_billed: bool) -> dict[str, Any]:
    """Tokens and cost. A gateway's own answer used nothing; what its row claims is kept for the eye."""
    cost = amount(values.get("cost"), "cost")
    tokens: dict[str, Any] = {column: count(values.get(column), column) for column in _TOKENS}
    if is_billed:
        return {**tokens, "reported_cost": cost}
    claimed = {column: number for column, number in tokens.items() if number is not None}
    return {"input_tokens": 0, "output_tokens": 0, "reported_cost": Decimal(0), "raw_usage": claimed or None}


def _identity(
    values: dict[str, str], occurred_at: datetime, occurrences: Occurrences
) -> tuple[str, datetime | None]:
    """The native id, and a time that goes with it: an identical row repeats its own, an id may not."""
    if "id" in values:
        return native_id(values["id"]), None
    content = sha256(json.dumps(values, sort_keys=True).encode("utf-8", "replace")).digest()
    return f"row:{content.hex()}:{occurrences.add(content)}", occurred_at


def _tags(cell: str) -> tuple[str, ...]:
    """Separated by semicolons, or a JSON list."""
    listed = parse_json(cell) if cell.startswith("[") else cell.split(";")
    return each(listed, lambda tag: text(tag, 200))
