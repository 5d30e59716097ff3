"""OpenLLMetry (traceloop-sdk): GenAI names in 0.62, `llm.*` and older GenAI names in 0.40.

https://github.com/traceloop/openllmetry. Streams of 0.40 tell no usage, nor do workflows and tasks.
"""

import re

from integrations.otlp.telemetry import Span
from integrations.otlp.vocabularies import genai
from integrations.otlp.vocabularies.vocabulary import Kind, Names, Vocabulary

_NAMES = Names(
    cache_read=("llm.usage.cache_read_input_tokens",),
    cache_write=("llm.usage.cache_creation_input_tokens",),
    reasoning=("llm.usage.reasoning_tokens",),
    request_model=("llm.request.model",),
    response_model=("llm.response.model",),
    provider=("llm.vendor",),
    agent=("traceloop.workflow.name",),
)

_MARKS = ("gen_ai.is_streaming", "llm.is_streaming", "llm.request.type", "traceloop.span.kind")
_VERSION = re.compile(r"0\.\d+\.\d+")
"""Its instrumentations bear the names of OpenTelemetry's own, whose versions end in a "b0"."""


def is_spoken_by(span: Span) -> bool:
    scope = span.scope
    return (
        scope.name.startswith("traceloop")
        or any(mark in span.attributes for mark in _MARKS)
        or (
            scope.name.startswith("opentelemetry.instrumentation.")
            and ".genai." not in scope.name
            and _VERSION.fullmatch(scope.version) is not None
        )
    )


def kind(span: Span) -> Kind:
    if str(span.attributes.get("traceloop.span.kind")) in {"workflow", "task", "agent", "tool"}:
        return Kind.WRAPPER
    return genai.kind(span)


VOCABULARY = Vocabulary(
    client="openllmetry",
    names=genai.NAMES | _NAMES,
    kind=kind,
    usage_prefixes=("gen_ai.usage.", "llm.usage."),
)
