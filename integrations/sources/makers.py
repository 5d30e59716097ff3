"""Which provider's model a call is, by the model's name alone: for exports that name no provider."""

from billing.pricing.catalog import provider_of

_BEGINNINGS = (
    ("gpt-", "openai"),
    ("text-embedding-", "openai"),
    ("dall-e", "openai"),
    ("whisper", "openai"),
    ("tts-", "openai"),
    ("claude", "anthropic"),
    ("gemini", "google"),
    ("mistral", "mistral"),
    ("voyage-", "voyageai"),
)
"""For models that the catalogue finds only when it is told the provider."""


def maker_of(model: str) -> str:
    """The provider's slug; "unknown" for a name that says nothing."""
    lowered = model.lower()
    known = provider_of(model) if model else None
    return known or next((slug for words, slug in _BEGINNINGS if lowered.startswith(words)), "unknown")
