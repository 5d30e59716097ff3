"""One slug a provider, whatever its clients call it.

Names seen on the wire: OpenTelemetry's `gen_ai.provider.name` and `gen_ai.system` (aws.bedrock,
gcp.vertex_ai, azure.ai.openai, openai.chat), the AI SDK (google.generative-ai, amazon-bedrock), LangChain
(google_genai) and LiteLLM (vertex_ai, bedrock_converse, text-completion-openai).
"""

import re
from functools import lru_cache

_ALIASES = {
    "amazon": "bedrock",
    "aws": "bedrock",
    "az": "azure",
    "codestral": "mistral",
    "cohere-chat": "cohere",
    "deepseek-ai": "deepseek",
    "fireworks-ai": "fireworks",
    "meta-llama": "meta",
    "mistral-ai": "mistral",
    "mistralai": "mistral",
    "moonshot": "moonshotai",
    "moonshot-ai": "moonshotai",
    "novita-ai": "novita",
    "ollama-chat": "ollama",
    "open-ai": "openai",
    "palm": "google",
    "perplexity-ai": "perplexity",
    "text-completion-codestral": "mistral",
    "text-completion-openai": "openai",
    "together-ai": "together",
    "togetherai": "together",
    "vertexai": "google",
    "voyage": "voyageai",
    "voyage-ai": "voyageai",
    "xai": "x-ai",
    "z-ai": "zai",
}
"""Name, with - for _ and . → slug."""

_SLUGS = frozenset(_ALIASES.values())

_FAMILIES = {
    "amazon-bedrock": "bedrock",
    "aws-bedrock": "bedrock",
    "az-ai": "azure",
    "azure": "azure",
    "azureopenai": "azure",
    "bedrock": "bedrock",
    "gcp": "google",
    "gemini": "google",
    "google": "google",
    "vertex": "google",
}
"""First words of a name → slug. Vertex AI is Google's own shop for the same models: one bill, one slug."""

_API = re.compile(r"(?<=.)[._](chat|completions?|embeddings?|image|messages|responses|speech|transcription)$")
"""What a client appends to say which of a provider's interfaces it used."""


@lru_cache(maxsize=1024)
def canonical_provider(raw: str) -> str:
    """The slug of a provider: "OpenAI", "openai.chat" → openai; "gcp.vertex_ai" → google.

    Unknown names pass, lower-cased, spaces as hyphens, without the interface: "Groqish.chat" → groqish.
    """
    slug = "-".join(raw.lower().split())
    while True:
        if known := _known(slug):
            return known
        shorter = _API.sub("", slug)
        if shorter == slug:
            return slug
        slug = shorter


def _known(slug: str) -> str | None:
    key = re.sub(r"[._]", "-", slug)
    if key in _ALIASES:
        return _ALIASES[key]
    if key in _SLUGS:
        return key
    return next(
        (known for words, known in _FAMILIES.items() if key == words or key.startswith(f"{words}-")), None
    )


def catalog_provider(slug: str) -> str:
    """The id under which the catalogue keeps a provider's prices."""
    return "aws" if slug == "bedrock" else slug
