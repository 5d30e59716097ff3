"""Claude Code: its log events, and the spans of its beta tracing.

https://code.claude.com/docs/en/monitoring-usage. Input tokens exclude cache reads and writes in every signal.
The log is the better witness: it names the dated model and the cost. Both name the request id, which the
transcripts have too; `gen_ai.response.id` of the spans is the request id again.
"""

from integrations.otlp.telemetry import Attributes, LogRecord, Span
from integrations.otlp.vocabularies import genai
from integrations.otlp.vocabularies.vocabulary import Kind, LogVocabulary, Names, Vocabulary

_MARKS = ("claude_code.", "com.anthropic.claude_code")

_NAMES = Names(
    input=("input_tokens",),
    cache_read=("cache_read_tokens",),
    cache_write=("cache_creation_tokens",),
    output=("output_tokens",),
    response_model=("model",),
    request_id=("request_id",),
    error_type=("error_type", "status_code"),
    service_tier=("speed",),
    cost=("cost_usd",),
    duration_ms=("duration_ms",),
    first_chunk_ms=("ttft_ms",),
    session=("session.id",),
    # user.id is a hash of the installation.
    person=("user.email", "user.account_uuid"),
    agent=("agent.name",),
)


def kind(span: Span) -> Kind:
    return Kind.CALL if span.name == "claude_code.llm_request" else Kind.WRAPPER


def _excludes_cache(attributes: Attributes) -> bool:
    return True


VOCABULARY = Vocabulary(
    client="claude-code",
    names=_NAMES | genai.NAMES,
    kind=kind,
    provider="anthropic",
    excludes_cache=_excludes_cache,
    usage_prefixes=("input_tokens", "output_tokens", "cache_read_tokens", "cache_creation_tokens"),
)


def _is_call(record: LogRecord) -> bool:
    if _event(record) not in {"api_request", "api_error"}:
        return False
    # The short names could be anybody's.
    marks = (record.event_name, record.scope.name, record.body)
    return any(isinstance(mark, str) and mark.startswith(_MARKS) for mark in marks)


def _is_error(record: LogRecord) -> bool:
    return _event(record) == "api_error"


def _native_id(record: LogRecord) -> str:
    """The request's id; for a request that never got one, its place in its session."""
    said = record.attributes
    request_id = said.get("request_id")
    if isinstance(request_id, str) and request_id:
        return f"{request_id}:error:{said.get('attempt')}" if _is_error(record) else request_id
    place = ("session.id", "event.timestamp", "event.sequence", "input_tokens", "output_tokens")
    return ":".join([_event(record), *(str(said.get(name)) for name in place)])


def _event(record: LogRecord) -> str:
    return record.event_name.removeprefix("claude_code.")


LOG = LogVocabulary(
    vocabulary=VOCABULARY,
    dedup_scope="claude-code.otlp",
    observer="claude-code.otlp",
    is_call=_is_call,
    is_error=_is_error,
    native_id=_native_id,
)
