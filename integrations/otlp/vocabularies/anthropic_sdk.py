"""The spans that Anthropic's own Python SDK writes as soon as a tracer provider exists (2.12 and later).

GenAI names, with the request id (`anthropic.request.id`) beside the message id. A stream that was cut has the
input of its first event and no output. One span covers all the SDK's retries.
"""

from integrations.otlp.vocabularies import genai
from integrations.otlp.vocabularies.vocabulary import Vocabulary

VOCABULARY = Vocabulary(
    client="anthropic-sdk",
    names=genai.NAMES,
    kind=genai.kind,
    provider="anthropic",
    usage_prefixes=("gen_ai.usage.", "anthropic.usage."),
)
