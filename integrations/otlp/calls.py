"""From what one span or log record says to a ledger event."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from billing.ledger.events import UsageEvent
from billing.pricing.providers import canonical_provider
from integrations.otlp.attribution import environment, project_name, tags, word
from integrations.otlp.telemetry import Attributes, Scope
from integrations.otlp.tokens import Tokens, raw_usage, read_tokens, reported_cost
from integrations.otlp.vocabularies.vocabulary import Kind, Names, Vocabulary, Words
from integrations.sources.parsed import CapturedMessage, ParsedUsage, Rejection
from integrations.sources.values import MAX_COUNT, BadValueError, amount, milliseconds, native_id

_REQUEST_TYPES = (
    ("chat", "chat"),
    ("embed", "embedding"),
    ("rerank", "rerank"),
    ("text_completion", "completion"),
    ("completion", "completion"),
    ("image", "image"),
    ("speech", "audio"),
    ("transcri", "audio"),
    ("execute_tool", "tool"),
)
"""A part of the operation's name → type; what has none is chat."""

_ONE_SIDED = frozenset({"embedding", "rerank", "image", "audio"})
"""Types of calls that may rightly have no output tokens."""

_FRAMEWORKS = frozenset({"langchain", "llamaindex", "haystack", "unknown"})
"""What some instrumentations write for a provider that they do not know."""

_SCOPE_PROVIDERS = re.compile(
    r"(?:^|[./-])(openai|anthropic|bedrock|mistralai|groq|cohere|ollama|together|vertexai"
    r"|google[_-]gen(?:erative_?)?ai|watsonx|replicate|writer)(?:$|[./_-])"
)
"""Instrumentations are named after the library that they watch."""

_STANDARD_TIERS = frozenset({"default", "standard", "auto", "normal"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What was seen of a call, whichever signal told of it."""

    where: str
    scope: Scope
    vocabulary: Vocabulary
    attributes: Attributes
    native_id: str
    dedup_scope: str
    dedup_time: datetime | None
    observer: str
    started_at: datetime | None = None
    ended_at: datetime | None = None
    kind: Kind = Kind.CALL
    is_error: bool = False
    error_type: str = ""
    trace_id: str = ""
    span_id: str = ""
    parent_span_id: str = ""


def call_of(sighting: Sighting, captured: tuple[CapturedMessage, ...] = ()) -> ParsedUsage | None:
    """The call; None when it names neither model nor provider, or is none without usage and has none.

    Raises BadValueError, naming the attribute.
    """
    vocabulary, names = sighting.vocabulary, sighting.vocabulary.names
    said = vocabulary.prepare(sighting.attributes)
    tokens = read_tokens(said, vocabulary)
    provider = _provider(said, sighting)
    model = word(said, names.response_model + names.request_model, 200)
    if not (model or provider) or not (tokens.is_known or sighting.kind is Kind.CALL):
        return None
    ended_at = sighting.ended_at or sighting.started_at
    if ended_at is None:
        raise BadValueError("time: missing")
    request_type = _request_type(word(said, names.operation, 100))
    status = _status(sighting, tokens, request_type)
    response_id, request_id = ("", "") if sighting.kind is Kind.WRAPPER else _ids(said, names)
    latency_ms = _whole_ms(said, names.duration_ms)
    return ParsedUsage(
        sighting.where,
        project_name(sighting.scope.resource),
        UsageEvent(
            occurred_at=ended_at,
            provider=provider or "unknown",
            model=model,
            source="",
            native_id=native_id(sighting.native_id),
            dedup_scope=sighting.dedup_scope,
            dedup_time=sighting.dedup_time,
            request_type=request_type,
            status=status,
            error_type=_error_type(said, sighting) if sighting.is_error else "",
            input_tokens=tokens.input,
            cache_read_tokens=tokens.cache_read,
            cache_write_tokens=tokens.cache_write,
            cache_write_1h_tokens=tokens.cache_write_1h,
            input_audio_tokens=tokens.input_audio,
            output_tokens=tokens.output,
            reasoning_tokens=tokens.reasoning,
            output_audio_tokens=tokens.output_audio,
            web_search_requests=tokens.web_searches,
            service_tier=_service_tier(word(said, names.service_tier, 32)),
            reported_cost=reported_cost(said, vocabulary),
            latency_ms=milliseconds(sighting.started_at, ended_at) if latency_ms is None else latency_ms,
            time_to_first_token_ms=_first_token_ms(said, names),
            person_label=word(said, names.person, 320),
            agent_label=word(said, names.agent, 200),
            session_id=word(said, names.session, 255),
            environment=environment(said, sighting.scope.resource),
            tags=tags(said, sighting.scope.resource, names.tags),
            observer=sighting.observer,
            service=word(sighting.scope.resource, ("service.name",), 200),
            response_id=response_id,
            request_id=request_id,
            trace_id=sighting.trace_id,
            span_id=sighting.span_id,
            parent_span_id=sighting.parent_span_id,
            raw_usage=raw_usage(said, vocabulary),
        ),
        client=vocabulary.client,
        captured=captured,
    )


def rejection_of(sighting: Sighting, error: BadValueError) -> Rejection:
    """`raw` has the usage alone: the other attributes may hold what people wrote."""
    usage = {
        name: value if isinstance(value, (int, float)) else str(value)[:100]
        for name, value in sighting.attributes.items()
        if name.startswith(sighting.vocabulary.usage_prefixes)
    }
    return Rejection(sighting.where, str(error), json.dumps(usage, default=str))


def _provider(said: Attributes, sighting: Sighting) -> str:
    """As the attributes name it, else as the vocabulary or the scope's name tells; else empty."""
    for name in sighting.vocabulary.names.provider:
        named = word(said, (name,), 64)
        if named and named.lower() not in _FRAMEWORKS:
            return canonical_provider(named)
    if sighting.vocabulary.provider:
        return sighting.vocabulary.provider
    told = _SCOPE_PROVIDERS.search(sighting.scope.name.lower())
    return canonical_provider(told.group(1)) if told else ""


def _request_type(operation: str) -> str:
    lowered = operation.lower()
    return next((kind for part, kind in _REQUEST_TYPES if part in lowered), "chat")


def _status(sighting: Sighting, tokens: Tokens, request_type: str) -> str:
    if not tokens.is_known:
        return "error" if sighting.is_error else "unmeasured"
    # A stream that nobody read to its end told of its input first and never of its output.
    is_cut = tokens.output is None and request_type not in _ONE_SIDED
    return "partial" if sighting.is_error or is_cut else "ok"


def _error_type(said: Attributes, sighting: Sighting) -> str:
    found = word(said, sighting.vocabulary.names.error_type, 190) or sighting.error_type
    return f"HTTP {found}" if found.isdigit() else found or "unknown"


def _ids(said: Attributes, names: Names) -> tuple[str, str]:
    """The provider's ids of the answer and of the request."""
    response_id = word(said, names.response_id, 200)
    request_id = word(said, names.request_id, 200)
    if response_id.startswith("req_"):
        return "", request_id or response_id
    return response_id, request_id


def _service_tier(said: str) -> str:
    tier = said.lower()
    return "" if tier in _STANDARD_TIERS else tier


def _first_token_ms(said: Attributes, names: Names) -> int | None:
    found = _whole_ms(said, names.first_chunk_ms)
    return _whole_ms(said, names.first_chunk_s, scale=1000) if found is None else found


def _whole_ms(said: Attributes, names: Words, scale: int = 1) -> int | None:
    """A duration is an aside: one that is none is unknown, and costs no call."""
    for name in names:
        try:
            found = amount(said.get(name), name)
        except BadValueError:
            continue
        if found is not None and found <= MAX_COUNT / 1000:
            return round(found * Decimal(scale))
    return None
