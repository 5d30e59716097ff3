"""OpenTelemetry's GenAI semantic conventions, from their first names to those of 1.42.

Spec: https://github.com/open-telemetry/semantic-conventions-genai (docs/gen-ai/gen-ai-spans.md), before 1.42
in open-telemetry/semantic-conventions. Input includes cache reads and writes, output includes reasoning.

The event `gen_ai.client.inference.operation.details` repeats the span in whose context it is written; it is a
call only where it names no span, has usage, and its program has no events of its own for its calls.
"""

from integrations.otlp.telemetry import LogRecord, Span
from integrations.otlp.vocabularies.vocabulary import Kind, LogVocabulary, Names, Vocabulary

NAMES = Names(
    input=("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.usage.prompt_tokens"),
    cache_read=(
        "gen_ai.usage.cache_read.input_tokens",
        "gen_ai.usage.cache_read_input_tokens",
        "gen_ai.usage.details.cache_read_tokens",
        "gen_ai.usage.details.cache_read_input_tokens",
    ),
    cache_write=(
        "gen_ai.usage.cache_write.input_tokens",
        "gen_ai.usage.cache_creation.input_tokens",
        "gen_ai.usage.cache_creation_input_tokens",
        "gen_ai.usage.details.cache_write_tokens",
        "gen_ai.usage.details.cache_creation_input_tokens",
    ),
    cache_write_1h=(
        "anthropic.usage.cache_creation.ephemeral_1h_input_tokens",
        "gen_ai.usage.details.ephemeral_1h_input_tokens",
    ),
    input_audio=("gen_ai.usage.audio.input_tokens", "gen_ai.usage.details.input_audio_tokens"),
    output=("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.usage.completion_tokens"),
    reasoning=(
        "gen_ai.usage.reasoning.output_tokens",
        "gen_ai.usage.reasoning_tokens",
        "gen_ai.usage.details.reasoning_tokens",
        "gen_ai.usage.details.thinking_tokens",
        "codex.usage.reasoning_output_tokens",
    ),
    output_audio=("gen_ai.usage.audio.output_tokens", "gen_ai.usage.details.output_audio_tokens"),
    web_searches=(
        "gen_ai.usage.details.web_search_requests",
        "anthropic.usage.server_tool_use.web_search_requests",
    ),
    provider=("gen_ai.provider.name", "gen_ai.system"),
    response_model=("gen_ai.response.model",),
    request_model=("gen_ai.request.model",),
    operation=("gen_ai.operation.name", "llm.request.type"),
    response_id=("gen_ai.response.id",),
    request_id=("anthropic.request.id",),
    error_type=("error.type",),
    service_tier=(
        "openai.response.service_tier",
        "gen_ai.openai.response.service_tier",
        "anthropic.response.service_tier",
        "gen_ai.response.service_tier",
    ),
    cost=("operation.cost", "gen_ai.usage.cost", "gen_ai.cost.total_cost", "llm.cost.total"),
    first_chunk_s=("gen_ai.response.time_to_first_chunk", "gen_ai.client.operation.time_to_first_chunk"),
    session=(
        "gen_ai.conversation.id",
        "session.id",
        "traceloop.association.properties.session_id",
        "ai.telemetry.metadata.sessionId",
        "conversation.id",
    ),
    person=(
        "user.id",
        "user.email",
        "enduser.id",
        "traceloop.association.properties.user_id",
        "ai.telemetry.metadata.userId",
    ),
    agent=("gen_ai.agent.name",),
    tags=("tag.tags",),
)

CALLS = frozenset(
    {
        "chat",
        "completion",
        "embedding",
        "embeddings",
        "generate_content",
        "image_generation",
        "rerank",
        "speech",
        "text_completion",
        "transcription",
    }
)
_WRAPPERS = frozenset(
    {"create_agent", "execute_tool", "invoke_agent", "invoke_workflow", "plan", "retrieval", "handoff"}
)


def kind(span: Span) -> Kind:
    operation = span.attributes.get("gen_ai.operation.name") or span.attributes.get("llm.request.type")
    if not isinstance(operation, str):
        return Kind.OTHER
    if operation.lower() in _WRAPPERS:
        return Kind.WRAPPER
    return Kind.CALL if operation.lower() in CALLS else Kind.OTHER


VOCABULARY = Vocabulary(
    client="opentelemetry",
    names=NAMES,
    kind=kind,
    usage_prefixes=("gen_ai.usage.", "llm.usage.", "anthropic.usage."),
)


def _is_call(record: LogRecord) -> bool:
    return (
        record.event_name == "gen_ai.client.inference.operation.details"
        and not record.span_id
        and not record.scope.name.startswith("gemini-cli")
        and any(record.attributes.get(name) for name in NAMES.input + NAMES.output)
    )


def _is_error(record: LogRecord) -> bool:
    return bool(record.attributes.get("error.type"))


def _native_id(record: LogRecord) -> str:
    place = ("gen_ai.response.id", "gen_ai.conversation.id", *NAMES.input[:1], *NAMES.output[:1])
    return ":".join([str(record.at), *(str(record.attributes.get(name)) for name in place)])


LOG = LogVocabulary(
    vocabulary=VOCABULARY,
    dedup_scope="otlp-log",
    is_call=_is_call,
    is_error=_is_error,
    native_id=_native_id,
)
