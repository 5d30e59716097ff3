"""Codex: the log event `codex.sse_event` of kind response.completed, and the spans `handle_responses`.

https://github.com/openai/codex (codex-rs/otel, codex-rs/core). Counts are inclusive; in logs some are texts,
and `tool_token_count` is really the total. A turn's span sums its calls up (`codex.turn.token_usage.*`): that
is no usage here. The spans of calls name no model; the spans around them do, when the same delivery has them.
"""

from collections.abc import Mapping

from integrations.otlp.telemetry import Attributes, LogRecord, Span
from integrations.otlp.vocabularies import genai
from integrations.otlp.vocabularies.vocabulary import Kind, LogVocabulary, Names, Vocabulary

_NAMES = Names(
    input=("input_token_count",),
    cache_read=("cached_token_count",),
    cache_write=("cache_write_token_count",),
    output=("output_token_count",),
    reasoning=("reasoning_token_count",),
    response_model=("model", "slug"),
    error_type=("error.code", "http.response.status_code"),
    duration_ms=("duration_ms",),
    session=("conversation.id",),
    person=("user.email", "user.account_id"),
)

_FROM_AROUND = ("model", "slug", "conversation.id", "user.email", "user.account_id")
"""What a call's span does not say, and the spans around it may."""

_DEPTH = 100


def kind(span: Span) -> Kind:
    return Kind.OTHER


VOCABULARY = Vocabulary(
    client="codex",
    names=_NAMES | genai.NAMES,
    kind=kind,
    provider="openai",
    usage_prefixes=(
        "gen_ai.usage.",
        "codex.usage.",
        "input_token_count",
        "output_token_count",
        "cached_token_count",
        "cache_write_token_count",
        "reasoning_token_count",
    ),
    # Thousands of spans a turn, and no wrapper among them.
    links_matter=False,
)


def with_surroundings(span: Span, spans: Mapping[tuple[str, str], Span]) -> Attributes:
    """A call's attributes, and what the spans around it in the delivery say of it."""
    found: Attributes = {}
    around: Span | None = span
    for _ in range(_DEPTH):
        if around is None:
            break
        for said in (around.attributes, *(event.attributes for event in around.events)):
            for name in _FROM_AROUND:
                if said.get(name):
                    found.setdefault(name, said[name])
            thread = said.get("thread.id")
            # The number of the operating system's thread goes by the same name.
            if isinstance(thread, str) and "-" in thread:
                found.setdefault("conversation.id", thread)
        around = spans.get((around.trace_id, around.parent_span_id)) if around.parent_span_id else None
    return span.attributes | found


def _is_call(record: LogRecord) -> bool:
    """A completed response, or an attempt that failed."""
    said = record.attributes
    if record.event_name == "codex.sse_event" and _sse_kind(said) == "response.completed":
        return _is_error(record) or any(said.get(name) not in (None, "") for name in _NAMES.input)
    return record.event_name == "codex.api_request" and _is_error(record)


def _is_error(record: LogRecord) -> bool:
    status = str(record.attributes.get("http.response.status_code") or "")
    return bool(record.attributes.get("error.message")) or (status.isdigit() and int(status[:9]) >= 400)


def _native_id(record: LogRecord) -> str:
    """Session, time and counts: the event has no id, and is repeated exactly when it is sent again."""
    place = (
        "conversation.id",
        "event.timestamp",
        "attempt",
        "input_token_count",
        "cached_token_count",
        "output_token_count",
        "reasoning_token_count",
    )
    return ":".join([record.event_name, *(str(record.attributes.get(name)) for name in place)])


def _sse_kind(said: Attributes) -> object:
    return said.get("event.kind") or said.get("kind")


LOG = LogVocabulary(
    vocabulary=VOCABULARY,
    dedup_scope="codex.otlp",
    observer="codex.otlp",
    is_call=_is_call,
    is_error=_is_error,
    native_id=_native_id,
)
