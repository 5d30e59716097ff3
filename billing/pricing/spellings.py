"""Model strings with what gateways and clouds put around a model's name."""

from collections.abc import Iterator

from billing.pricing.providers import canonical_provider

_PATHS = frozenset({"bedrock", "google"})
"""Providers whose model strings may be resource paths: the name is the last part.

arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-…,
bedrock/converse/anthropic.claude-…, projects/p/locations/l/publishers/google/models/gemini-…
"""


def spellings(provider: str, model: str) -> Iterator[str]:
    """`model` as reported, then without names of `provider` before it, then the last part of a path.

    Another provider's prefix stays: "anthropic/claude-…" from OpenAI's address is not Anthropic's own price.
    """
    yield model
    rest = model
    while "/" in rest:
        head, _, tail = rest.partition("/")
        if canonical_provider(head) != provider:
            break
        rest = tail
        yield rest
    if provider in _PATHS and "/" in rest:
        yield rest.rpartition("/")[2]
