"""pydantic-ai and logfire: GenAI names, `gen_ai.usage.details.*`, and logfire's `gen_ai.usage.raw`.

`gen_ai.aggregated_usage.*` of agent spans repeats the calls inside and is no usage here; older versions wrote
the same sums as `gen_ai.usage.*`. The raw usage is the provider's object as JSON: it fills missing parts.
https://ai.pydantic.dev/logfire
"""

from integrations.otlp.telemetry import Attributes, Span
from integrations.otlp.vocabularies import genai
from integrations.otlp.vocabularies.embedded import flattened
from integrations.otlp.vocabularies.vocabulary import Kind, Names, Vocabulary

_RAW = "gen_ai.usage.raw"

_NAMES = Names(
    cache_read=(
        f"{_RAW}.prompt_tokens_details.cached_tokens",
        f"{_RAW}.input_tokens_details.cached_tokens",
        f"{_RAW}.cache_read_input_tokens",
    ),
    cache_write=(
        f"{_RAW}.prompt_tokens_details.cache_write_tokens",
        f"{_RAW}.input_tokens_details.cache_write_tokens",
        f"{_RAW}.cache_creation_input_tokens",
    ),
    cache_write_1h=(f"{_RAW}.cache_creation.ephemeral_1h_input_tokens",),
    input_audio=(
        f"{_RAW}.prompt_tokens_details.audio_tokens",
        f"{_RAW}.input_tokens_details.audio_tokens",
    ),
    reasoning=(
        f"{_RAW}.completion_tokens_details.reasoning_tokens",
        f"{_RAW}.output_tokens_details.reasoning_tokens",
        f"{_RAW}.output_tokens_details.thinking_tokens",
    ),
    output_audio=(
        f"{_RAW}.completion_tokens_details.audio_tokens",
        f"{_RAW}.output_tokens_details.audio_tokens",
    ),
    web_searches=(f"{_RAW}.server_tool_use.web_search_requests",),
    request_model=("model_name",),
    agent=("agent_name",),
)


def prepare(attributes: Attributes) -> Attributes:
    if _RAW not in attributes:
        return attributes
    return attributes | flattened(attributes[_RAW], _RAW)


def kind(span: Span) -> Kind:
    """Agent spans of old versions name no operation."""
    if "agent_name" in span.attributes and "gen_ai.operation.name" not in span.attributes:
        return Kind.WRAPPER
    return genai.kind(span)


VOCABULARY = Vocabulary(
    client="pydantic-ai",
    names=genai.NAMES | _NAMES,
    kind=kind,
    prepare=prepare,
    usage_prefixes=("gen_ai.usage.",),
)
