"""OpenInference (Arize, Phoenix): `llm.*`, `embedding.*`, `openinference.span.kind`.

https://github.com/Arize-ai/openinference/blob/main/spec/semantic_conventions.md. Prompt tokens include cache,
completion tokens include reasoning. The provider's response id is no attribute; it stands in `output.value`.
"""

from typing import Any

from integrations.otlp.telemetry import Attributes, Span
from integrations.otlp.vocabularies import genai
from integrations.otlp.vocabularies.embedded import dug, embedded
from integrations.otlp.vocabularies.vocabulary import Kind, Names, Vocabulary

_DUG_ID = "openinference.dug.response_id"

_NAMES = Names(
    input=("llm.token_count.prompt",),
    cache_read=("llm.token_count.prompt_details.cache_read",),
    cache_write=("llm.token_count.prompt_details.cache_write",),
    input_audio=("llm.token_count.prompt_details.audio",),
    output=("llm.token_count.completion",),
    reasoning=("llm.token_count.completion_details.reasoning",),
    output_audio=("llm.token_count.completion_details.audio",),
    provider=("llm.provider", "llm.system"),
    response_model=("llm.response.model_name", "llm.model_name", "embedding.model_name"),
    request_model=("llm.request.model_name", "reranker.model_name"),
    operation=("openinference.span.kind",),
    response_id=(_DUG_ID,),
    cost=("llm.cost.total",),
    agent=("agent.name",),
)

_KINDS = {"LLM": Kind.CALL, "EMBEDDING": Kind.CALL, "RERANKER": Kind.CALL}

_ID_PLACES: tuple[tuple[str | int, ...], ...] = (
    ("id",),
    ("llm_output", "id"),
    ("generations", 0, 0, "message", "kwargs", "response_metadata", "id"),
)
"""The provider's own answer; LangChain's result, in two versions."""

_OWN_IDS = ("lc_run-", "run-")
"""LangChain's names of its runs, which no provider knows."""


def kind(span: Span) -> Kind:
    return _KINDS.get(str(span.attributes.get("openinference.span.kind")).upper(), Kind.WRAPPER)


def response_id(output: Any) -> str:
    """The provider's id in `output.value`; empty when there is none."""
    answer = embedded(output)
    for place in _ID_PLACES:
        found = dug(answer, *place)
        if isinstance(found, str) and found and not found.startswith(_OWN_IDS):
            return found
    return ""


def prepare(attributes: Attributes) -> Attributes:
    found = response_id(attributes.get("output.value"))
    return attributes | {_DUG_ID: found} if found else attributes


VOCABULARY = Vocabulary(
    client="openinference",
    names=_NAMES | genai.NAMES,
    kind=kind,
    prepare=prepare,
    usage_prefixes=("llm.token_count.", "gen_ai.usage."),
)
