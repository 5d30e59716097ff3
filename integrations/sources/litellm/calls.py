"""From a LiteLLM record to a ledger event."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from billing.ledger.events import UsageEvent
from billing.pricing.providers import canonical_provider
from integrations.sources.json_records import Record
from integrations.sources.litellm.attribution import environment, person, project, request_tags, session
from integrations.sources.litellm.identity import request_id, response_id
from integrations.sources.litellm.usage import Tokens, is_mock, read_tokens, usage_object
from integrations.sources.nested import member
from integrations.sources.parsed import ParsedUsage
from integrations.sources.values import (
    BadValueError,
    amount,
    milliseconds,
    moment,
    native_id,
    optional_moment,
    plain,
    text,
)

_REQUEST_TYPES = {
    "text_completion": "completion",
    "embedding": "embedding",
    "image_generation": "image",
    "image_edit": "image",
    "image_variation": "image",
    "transcription": "audio",
    "speech": "audio",
    "rerank": "rerank",
    "call_mcp_tool": "tool",
    "moderation": "other",
}
"""LiteLLM's call types without the "a" of their asynchronous twins; all others are chat."""


_WITHOUT_PROVIDER = frozenset({"cached", "mock"})
"""They may carry the ids of the call whose answer they repeat."""


def parse(record: Record) -> ParsedUsage:
    """Raises BadValueError, naming the field."""
    fields = record.value
    call_id = fields.get("request_id") or fields.get("id")
    if not call_id:
        raise BadValueError("request_id, id: missing; this is neither a spend log nor a logger payload")
    started = moment(fields.get("startTime"), "startTime")
    ended = optional_moment(fields.get("endTime"), "endTime") or started
    provider, model = _provider_and_model(fields)
    status, tokens, cost = _outcome(fields, str(call_id))
    tags = request_tags(fields)
    event = UsageEvent(
        occurred_at=ended,
        provider=provider,
        model=model,
        source="",
        native_id=_native_id(fields, str(call_id), status),
        dedup_scope="litellm",
        dedup_time=_hour(started),
        request_type=_request_type(text(fields.get("call_type"), 100)),
        status=status,
        error_type=_error_type(fields) if status == "error" else "",
        input_tokens=tokens.input,
        cache_read_tokens=tokens.cache_read,
        cache_write_tokens=tokens.cache_write,
        cache_write_1h_tokens=tokens.cache_write_1h,
        input_audio_tokens=tokens.input_audio,
        output_tokens=tokens.output,
        reasoning_tokens=tokens.reasoning,
        output_audio_tokens=tokens.output_audio,
        web_search_requests=tokens.web_searches,
        service_tier=tokens.service_tier,
        reported_cost=cost,
        latency_ms=milliseconds(started, ended),
        time_to_first_token_ms=_time_to_first_token_ms(fields, started, ended),
        person_label=person(fields),
        agent_label=text(fields.get("agent_id"), 200),
        session_id=session(fields, str(call_id)),
        environment=environment(tags),
        tags=tags,
        observer="litellm",
        response_id=response_id(fields) if status == "ok" else "",
        request_id="" if status in _WITHOUT_PROVIDER else request_id(fields),
        raw_usage=tokens.raw,
    )
    return ParsedUsage(record.where, project(fields), event)


def _outcome(fields: dict[str, Any], call_id: str) -> tuple[str, Tokens, Decimal | None]:
    """Status, tokens and reported cost. LiteLLM reports a cost of 0 for models that it has no price for."""
    if (fields.get("status") or member(fields, "metadata").get("status")) == "failure":
        return "error", Tokens(), None
    if _is_cache_hit(fields, call_id):
        return "cached", _unbilled(fields), Decimal(0)
    if is_mock(fields):
        return "mock", _unbilled(fields), Decimal(0)
    field = "spend" if "spend" in fields else "response_cost"
    return "ok", read_tokens(fields), amount(fields.get(field), field) or None


def _unbilled(fields: dict[str, Any]) -> Tokens:
    """No provider was called: nothing used; what the record claims is kept for the eye."""
    claimed = {name: fields.get(name) for name in ("prompt_tokens", "completion_tokens")}
    return Tokens(input=0, output=0, raw=plain(usage_object(fields) or claimed))


def _is_cache_hit(fields: dict[str, Any], call_id: str) -> bool:
    """SpendLogs hold the flag as text: "True", "False", "None"."""
    return str(fields.get("cache_hit")).lower() == "true" or "_cache_hit" in call_id


def _native_id(fields: dict[str, Any], call_id: str, status: str) -> str:
    if status == "cached" and fields.get("litellm_call_id"):
        return native_id(f"cache_hit:{fields['litellm_call_id']}")
    return native_id(call_id)


def _hour(started: datetime) -> datetime:
    """What both doors repeat exactly: the logger gives microseconds, PostgreSQL rounds to milliseconds."""
    return started.replace(minute=0, second=0, microsecond=0)


def _provider_and_model(fields: dict[str, Any]) -> tuple[str, str]:
    """The proxy writes "openai/gpt-4o-mini", the library "gpt-4o-mini"; calls refused early name neither."""
    model = text(fields.get("model"), 300)
    provider = text(fields.get("custom_llm_provider"), 64)
    prefix, slash, rest = model.partition("/")
    if slash and prefix.lower() == (provider.lower() or prefix.lower()):
        provider, model = provider or prefix, rest
    return canonical_provider(provider) if provider else "unknown", model[:200]


def _request_type(call_type: str) -> str:
    kind = call_type.lower()
    return _REQUEST_TYPES.get(kind) or _REQUEST_TYPES.get(kind.removeprefix("a")) or "chat"


def _error_type(fields: dict[str, Any]) -> str:
    known = member(fields, "error_information") or member(member(fields, "metadata"), "error_information")
    return text(known.get("error_class") or known.get("error_code") or "unknown", 200)


def _time_to_first_token_ms(fields: dict[str, Any], started: datetime, ended: datetime) -> int | None:
    """Streams only: without one the completion "starts" when it ends."""
    first = optional_moment(fields.get("completionStartTime"), "completionStartTime")
    return milliseconds(started, first) if first is not None and first < ended else None
