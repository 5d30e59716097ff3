"""What Open WebUI noted of the model call behind an answer: the backend's own usage object, untouched.

Counting conventions, by the names in it:

- OpenAI and what speaks like it (`prompt_tokens`, `input_tokens`): input includes cached tokens, output
  includes reasoning. Anthropic's names (`cache_read_input_tokens`) stand beside an input without them.
- Ollama (`prompt_eval_count`, `eval_count`): the whole prompt; durations in nanoseconds.
- llama.cpp (`prompt_n`, `predicted_n`): `prompt_n` leaves out what came from its cache, which is `cache_n`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from billing.ledger.events import UsageEvent
from billing.pricing.catalog import provider_of
from billing.pricing.providers import canonical_provider
from integrations.conversations.assembly import member
from integrations.sources.values import count, native_id, plain, text

_INPUT = ("prompt_tokens", "input_tokens", "prompt_eval_count", "prompt_n")
_OUTPUT = ("completion_tokens", "output_tokens", "eval_count", "predicted_n")
_CACHE_WRITE = ("cache_creation_input_tokens", "cache_write_tokens")
_NANOSECONDS = 1_000_000


def usage_of(message: Mapping[str, Any]) -> dict[str, Any]:
    """The usage object of an answer; empty when there is none."""
    usage = member(message, "usage") or member(member(message, "info"), "usage") or member(message, "info")
    # llama.cpp's server keeps its counts a level deeper.
    timings = member(usage, "timings")
    found = {**timings, **usage}
    return found if any(found.get(name) for name in (*_INPUT, *_OUTPUT)) else {}


def call_of(
    chat_key: str, message_key: str, message: Mapping[str, Any], usage: Mapping[str, Any], at: datetime
) -> UsageEvent:
    """The call behind an answer, sent `at`. Raises BadValueError, naming the field."""
    model = text(message.get("model"), 200)
    failed = bool(message.get("error")) or message.get("done") is False
    tokens = _tokens(usage)
    return UsageEvent(
        occurred_at=at,
        provider=_provider(model, usage),
        model=model,
        source="",
        native_id=native_id(f"{chat_key}:{message_key}"),
        dedup_scope="open-webui",
        status="partial" if failed else "ok",
        latency_ms=_milliseconds(usage),
        session_id=text(chat_key, 255),
        observer="open-webui",
        raw_usage=plain(dict(usage)),
        **tokens,
    )


def _tokens(usage: Mapping[str, Any]) -> dict[str, Any]:
    input_details = member(usage, "prompt_tokens_details") or member(usage, "input_tokens_details")
    output_details = member(usage, "completion_tokens_details") or member(usage, "output_tokens_details")
    total_input, total_output = _first(usage, _INPUT), _first(usage, _OUTPUT)
    is_apart = "cache_read_input_tokens" in usage or "cache_creation_input_tokens" in usage
    cache_read = _first(input_details, ("cached_tokens",))
    cache_write = _first(input_details, _CACHE_WRITE)
    if is_apart:
        cache_read = cache_read if cache_read is not None else _first(usage, ("cache_read_input_tokens",))
        cache_write = cache_write if cache_write is not None else _first(usage, _CACHE_WRITE)
        # Gateways that speak like OpenAI repeat Anthropic's names beside an input that includes them.
        is_apart = "prompt_tokens" not in usage
    elif "prompt_n" in usage and not any(name in usage for name in _INPUT[:-1]):
        cache_read = _first(usage, ("cache_n",))
        is_apart = cache_read is not None
    cached = (cache_read or 0) + (cache_write or 0)
    if total_input is not None and (is_apart or cached > total_input):
        total_input += cached
    reasoning = _first(output_details, ("reasoning_tokens",))
    if total_output is not None and reasoning is not None and reasoning > total_output:
        total_output += reasoning
    return {
        "input_tokens": total_input,
        "cache_read_tokens": cache_read,
        "cache_write_tokens": cache_write,
        "input_audio_tokens": _first(input_details, ("audio_tokens",)),
        "output_tokens": total_output,
        "reasoning_tokens": reasoning,
        "output_audio_tokens": _first(output_details, ("audio_tokens",)),
    }


def _first(values: Mapping[str, Any], names: tuple[str, ...]) -> int | None:
    for name in names:
        if (found := count(values.get(name), name)) is not None:
            return found
    return None


def _provider(model: str, usage: Mapping[str, Any]) -> str:
    """Open WebUI does not name it: the backend by its way of counting, else the model's maker by its name."""
    if "eval_count" in usage or "prompt_eval_count" in usage:
        return "ollama"
    if "predicted_n" in usage or "prompt_n" in usage:
        return "llama.cpp"
    if known := provider_of(model):
        return known
    maker, slash, rest = model.partition("/")
    return canonical_provider(maker)[:64] if slash and rest and maker.strip() else "open-webui"


def _milliseconds(usage: Mapping[str, Any]) -> int | None:
    total = count(usage.get("total_duration"), "total_duration")
    return None if total is None else total // _NANOSECONDS
