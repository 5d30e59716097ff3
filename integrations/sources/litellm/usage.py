"""The tokens of a LiteLLM record."""

from dataclasses import dataclass
from typing import Any

from integrations.sources.nested import member
from integrations.sources.values import count, plain, text

_MOCK_TOKENS = (10, 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Token columns of the ledger, and the usage object that they come from."""

    input: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    cache_write_1h: int | None = None
    input_audio: int | None = None
    output: int | None = None
    reasoning: int | None = None
    output_audio: int | None = None
    web_searches: int | None = None
    service_tier: str = ""
    raw: Any = None


def usage_object(record: dict[str, Any]) -> dict[str, Any]:
    """The provider's usage as LiteLLM keeps it; older rows have its details only."""
    metadata = member(record, "metadata")
    return (
        member(metadata, "usage_object")
        or member(metadata, "additional_usage_values")
        or member(member(record, "response"), "usage")
    )


def read_tokens(record: dict[str, Any]) -> Tokens:
    """Raises BadValueError, naming the field. Without any token the usage is unknown, not zero.

    A stream without `include_usage` is logged as 0 and 0: the provider bills it all the same.
    """
    usage = usage_object(record)
    prompt = count(record.get("prompt_tokens"), "prompt_tokens")
    completion = count(record.get("completion_tokens"), "completion_tokens")
    if not prompt and not completion:
        return Tokens(
            web_searches=_web_searches(usage), service_tier=_service_tier(usage), raw=plain(usage) or None
        )
    raw = plain(usage) or {"prompt_tokens": prompt, "completion_tokens": completion}
    inputs = member(usage, "prompt_tokens_details") or member(usage, "input_tokens_details")
    outputs = member(usage, "completion_tokens_details") or member(usage, "output_tokens_details")
    cache_read = _first_count((inputs, "cached_tokens"), (usage, "cache_read_input_tokens"))
    cache_write = _first_count(
        (inputs, "cache_write_tokens"),
        (inputs, "cache_creation_tokens"),
        (usage, "cache_creation_input_tokens"),
    )
    lifetimes = member(inputs, "cache_creation_token_details") or member(usage, "cache_creation")
    reasoning = _first_count((outputs, "reasoning_tokens"))
    cached = (cache_read or 0) + (cache_write or 0)
    if prompt is not None and cached > prompt:
        # Parts cannot exceed the whole: this record's prompt tokens exclude the cache, as Anthropic's own do.
        prompt += cached
    if completion is not None and (reasoning or 0) > completion:
        completion += reasoning or 0
    return Tokens(
        input=prompt,
        cache_read=cache_read,
        cache_write=cache_write,
        cache_write_1h=_first_count((lifetimes, "ephemeral_1h_input_tokens")),
        input_audio=_first_count((inputs, "audio_tokens")),
        output=completion,
        reasoning=reasoning,
        output_audio=_first_count((outputs, "audio_tokens")),
        web_searches=_web_searches(usage),
        service_tier=_service_tier(usage),
        raw=raw,
    )


def is_mock(record: dict[str, Any]) -> bool:
    """Whether LiteLLM answered from `mock_response`: it called no address and counted nothing.

    It then reports the constants of litellm.constants, DEFAULT_MOCK_RESPONSE_PROMPT_TOKEN_COUNT (10) and
    DEFAULT_MOCK_RESPONSE_COMPLETION_TOKEN_COUNT (20), and even a cost. No field says that it was a mock; the
    three marks together are what tells one from a real call of that size.
    """
    usage = usage_object(record)
    if record.get("api_base") or usage.get("prompt_tokens_details") or usage.get("completion_tokens_details"):
        return False
    prompt = count(record.get("prompt_tokens"), "prompt_tokens")
    return (prompt, count(record.get("completion_tokens"), "completion_tokens")) == _MOCK_TOKENS


def _web_searches(usage: dict[str, Any]) -> int | None:
    return _first_count(
        (member(usage, "server_tool_use"), "web_search_requests"),
        (member(usage, "prompt_tokens_details"), "web_search_requests"),
    )


def _service_tier(usage: dict[str, Any]) -> str:
    if usage.get("speed") == "fast":
        return "fast"
    tier = text(usage.get("service_tier"), 32).lower()
    return "" if tier in {"standard", "default", "auto"} else tier


def _first_count(*places: tuple[dict[str, Any], str]) -> int | None:
    """The first of `places` that holds a count."""
    for holder, name in places:
        found = count(holder.get(name), name)
        if found is not None:
            return found
    return None
