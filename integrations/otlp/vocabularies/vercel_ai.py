"""Vercel's AI SDK, versions 4 to 6: `ai.*` beside a few GenAI names.

https://ai-sdk.dev/docs/ai-sdk-core/telemetry. The inner spans (`ai.generateText.doGenerate`, `.doStream`,
`.doEmbed`) are the calls; the outer ones repeat their sums, without a response id. Version 6 counts cache as
part of the input and says so (`inputTokenDetails`); 4 and 5 passed Anthropic's own count on, without it.
"""

from integrations.otlp.telemetry import Attributes, Span
from integrations.otlp.vocabularies import genai
from integrations.otlp.vocabularies.embedded import dug, embedded, flattened
from integrations.otlp.vocabularies.vocabulary import Kind, Names, Vocabulary

_METADATA = "ai.response.providerMetadata"
_ANTHROPIC = f"{_METADATA}.anthropic"

_NAMES = Names(
    input=("ai.usage.inputTokens", "ai.usage.promptTokens", "ai.usage.tokens"),
    cache_read=(
        "ai.usage.inputTokenDetails.cacheReadTokens",
        "ai.usage.cachedInputTokens",
        f"{_ANTHROPIC}.cacheReadInputTokens",
    ),
    cache_write=("ai.usage.inputTokenDetails.cacheWriteTokens", f"{_ANTHROPIC}.cacheCreationInputTokens"),
    cache_write_1h=(f"{_ANTHROPIC}.usage.cache_creation.ephemeral_1h_input_tokens",),
    output=("ai.usage.outputTokens", "ai.usage.completionTokens"),
    reasoning=("ai.usage.outputTokenDetails.reasoningTokens", "ai.usage.reasoningTokens"),
    web_searches=(f"{_ANTHROPIC}.usage.server_tool_use.web_search_requests",),
    provider=("ai.model.provider",),
    response_model=("ai.response.model",),
    request_model=("ai.model.id",),
    operation=("ai.operationId",),
    response_id=("ai.response.id",),
    first_chunk_ms=("ai.response.msToFirstChunk",),
    session=("ai.telemetry.metadata.sessionId", "ai.telemetry.metadata.session_id"),
    person=("ai.telemetry.metadata.userId", "ai.telemetry.metadata.user_id"),
    agent=("ai.telemetry.functionId",),
    tags=("ai.telemetry.metadata.tags",),
)


def kind(span: Span) -> Kind:
    operation = str(span.attributes.get("ai.operationId") or span.name)
    if ".do" in operation:
        return Kind.CALL
    return Kind.WRAPPER if operation.startswith("ai.") else Kind.OTHER


def prepare(attributes: Attributes) -> Attributes:
    if "anthropic" not in str(attributes.get("ai.model.provider")):
        return attributes
    return attributes | flattened(dug(embedded(attributes.get(_METADATA)), "anthropic"), _ANTHROPIC)


def excludes_cache(attributes: Attributes) -> bool:
    return "anthropic" in str(attributes.get("ai.model.provider")) and not any(
        name.startswith("ai.usage.inputTokenDetails.") for name in attributes
    )


VOCABULARY = Vocabulary(
    client="vercel-ai",
    names=_NAMES | genai.NAMES,
    kind=kind,
    prepare=prepare,
    excludes_cache=excludes_cache,
    usage_prefixes=("ai.usage.", "gen_ai.usage."),
)
