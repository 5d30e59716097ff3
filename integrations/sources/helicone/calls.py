"""From a request of Helicone to a ledger event."""

from collections.abc import Collection
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from billing.ledger.events import UsageEvent
from billing.pricing.providers import canonical_provider
from integrations.sources.helicone.usage import Tokens, claimed, read_tokens
from integrations.sources.json_records import Record
from integrations.sources.makers import maker_of
from integrations.sources.nested import first, member
from integrations.sources.parsed import ParsedUsage
from integrations.sources.values import (
    BadValueError,
    amount,
    count,
    milliseconds,
    moment,
    native_id,
    optional_moment,
    text,
)

_REQUIRED = ("request_id", "request_created_at")
_NO_REFERENCE = "00000000-0000-0000-0000-000000000000"
_CANCELLED = -3
"""Helicone's own status of a request that its caller left."""

_REQUEST_TYPES = (
    ("embedding", "embedding"),
    ("images/", "image"),
    ("audio/", "audio"),
    ("rerank", "rerank"),
    ("moderations", "other"),
    ("chat/", "chat"),
    ("/completions", "completion"),
)
"""A part of the path → type; all others are chat."""

_SESSION = "helicone-session-id"
_PROJECT = ("project", "helicone-project", "project_name")
_ENVIRONMENT = ("environment", "env", "helicone-environment")
_MOST_TAGS = 20


def refusal(names: Collection[str]) -> str:
    missing = [name for name in _REQUIRED if name not in names]
    return f"is no export of Helicone's requests: {', '.join(missing)} missing" if missing else ""


def parse(record: Record) -> ParsedUsage:
    """Raises BadValueError, naming the field."""
    fields = record.value
    if not fields.get("request_id"):
        raise BadValueError("request_id: missing")
    started = moment(fields.get("request_created_at"), "request_created_at")
    latency_ms = count(fields.get("delay_ms"), "delay_ms")
    ended = _ended(fields, started, latency_ms)
    model = text(first(fields, "response_model", "model_override", "model", "request_model"), 200)
    status, tokens, cost = _outcome(fields)
    properties = _properties(fields)
    event = UsageEvent(
        occurred_at=ended,
        provider=_provider(fields, model),
        model=model,
        source="",
        native_id=native_id(fields["request_id"]),
        dedup_scope="helicone",
        request_type=_request_type(fields),
        status=status,
        error_type=_error_type(fields) if status == "error" else "",
        input_tokens=tokens.input,
        cache_read_tokens=tokens.cache_read,
        cache_write_tokens=tokens.cache_write,
        input_audio_tokens=tokens.input_audio,
        output_tokens=tokens.output,
        reasoning_tokens=tokens.reasoning,
        output_audio_tokens=tokens.output_audio,
        reported_cost=cost,
        latency_ms=milliseconds(started, ended) if latency_ms is None else latency_ms,
        time_to_first_token_ms=count(fields.get("time_to_first_token"), "time_to_first_token"),
        person_label=text(first(fields, "request_user_id", "user_id", "helicone_user"), 320),
        session_id=properties.get(_SESSION, "")[:255],
        environment=_named(properties, _ENVIRONMENT)[:64],
        tags=_tags(properties),
        observer="helicone",
        response_id=_response_id(fields),
        raw_usage=claimed(fields) or None,
    )
    return ParsedUsage(record.where, _named(properties, _PROJECT)[:200], event)


def _outcome(fields: dict[str, Any]) -> tuple[str, Tokens, Decimal | None]:
    """Status, tokens and reported cost."""
    reference = text(fields.get("cache_reference_id"), 100)
    if reference and reference != _NO_REFERENCE:
        return "cached", Tokens(input=0, output=0), Decimal(0)
    tokens = read_tokens(fields)
    field = "costUSD" if fields.get("costUSD") not in (None, "") else "cost"
    cost = amount(fields.get(field), field) or None
    code = _code(fields)
    if code is None or 200 <= code < 300:
        return "ok" if tokens.is_known else "unmeasured", tokens, cost
    if tokens.is_known:
        return "partial", tokens, cost
    return "cancelled" if code == _CANCELLED else "error", Tokens(), None


def _code(fields: dict[str, Any]) -> int | None:
    """HTTP's status, or one of Helicone's own below zero."""
    code = text(first(fields, "response_status", "status"), 10)
    return int(code) if code.removeprefix("-").isdecimal() else None


def _error_type(fields: dict[str, Any]) -> str:
    code = _code(fields)
    return f"HTTP {code}" if code is not None and code > 0 else "unknown"


def _ended(fields: dict[str, Any], started: datetime, latency_ms: int | None) -> datetime:
    answered = optional_moment(fields.get("response_created_at"), "response_created_at")
    if answered is not None and answered >= started:
        return answered
    return started + timedelta(milliseconds=min(latency_ms or 0, 86_400_000))


def _provider(fields: dict[str, Any], model: str) -> str:
    named = text(fields.get("provider"), 64)
    return maker_of(model) if named.upper() in {"", "CUSTOM"} else canonical_provider(named)


def _request_type(fields: dict[str, Any]) -> str:
    path = text(first(fields, "request_path", "target_url"), 2_000).lower()
    return next((kind for part, kind in _REQUEST_TYPES if part in path), "chat")


def _response_id(fields: dict[str, Any]) -> str:
    """The provider's, from its answer; `response_id` is Helicone's own."""
    found = member(fields, "response_body").get("id")
    return text(found, 1_000) if isinstance(found, str) and len(found) <= 200 else ""


def _properties(fields: dict[str, Any]) -> dict[str, str]:
    """What the caller said of the request, by lower-case name."""
    given = member(fields, "request_properties", "properties")
    return {text(name, 100).lower(): text(value, 300) for name, value in given.items()}


def _named(properties: dict[str, str], names: tuple[str, ...]) -> str:
    return next((properties[name] for name in names if properties.get(name)), "")


def _tags(properties: dict[str, str]) -> tuple[str, ...]:
    """Every other property as "name:value"; Helicone's own say how it handled the request."""
    used = {*_PROJECT, *_ENVIRONMENT}
    tags = [
        f"{name}:{value}"[:200]
        for name, value in sorted(properties.items())
        if value and name not in used and not name.startswith("helicone-")
    ]
    return tuple(tags[:_MOST_TAGS])
