"""How providers are called and coloured. A provider keeps its colour for ever: it follows the slug."""

_NAMES = {
    "anthropic": "Anthropic",
    "aws": "Amazon Bedrock",
    "azure": "Azure",
    "bedrock": "Amazon Bedrock",
    "cerebras": "Cerebras",
    "cohere": "Cohere",
    "deepseek": "DeepSeek",
    "fireworks": "Fireworks",
    "google": "Google",
    "groq": "Groq",
    "huggingface": "Hugging Face",
    "meta": "Meta",
    "minimax": "MiniMax",
    "mistral": "Mistral",
    "moonshotai": "Moonshot AI",
    "ollama": "Ollama",
    "openai": "OpenAI",
    "openrouter": "OpenRouter",
    "ovhcloud": "OVHcloud",
    "perplexity": "Perplexity",
    "together": "Together AI",
    "voyageai": "Voyage AI",
    "x-ai": "xAI",
    "zai": "Z.AI",
}

_COLOURS = {
    "anthropic": "anthropic",
    "openai": "openai",
    "google": "google",
    "mistral": "mistral",
    "openrouter": "openrouter",
    "azure": "azure",
    "aws": "bedrock",
    "bedrock": "bedrock",
    "x-ai": "xai",
    "deepseek": "deepseek",
}
"""Slug → the name that tokens.css gives its colour."""


def provider_label(slug: str) -> str:
    """ "openai" → "OpenAI"; a slug that nobody named reads as itself."""
    return _NAMES.get(slug, slug)


def provider_colour(slug: str) -> str:
    """The colour's name in tokens.css (`--c-NAME`, `.is-NAME`); "other" for all the rest."""
    return _COLOURS.get(slug, "other")


def slugs_called(text: str) -> list[str]:
    """Slugs whose written name contains `text`, whatever its case: "bedrock" finds aws."""
    wanted = text.casefold()
    return [slug for slug, name in _NAMES.items() if wanted in name.casefold()]
