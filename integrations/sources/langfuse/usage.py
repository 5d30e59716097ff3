"""Langfuse's usage_details: keys of the user's and the integrations' own, each subtracted from its whole."""

import re
from dataclasses import dataclass
from typing import Any

from integrations.sources.values import count, text

_INPUT_DETAIL = re.compile(r"(input_|cache_|prompt_).+|.+_input_tokens")
_OUTPUT_DETAIL = re.compile(r"(output_|completion_).+|.+_output_tokens")
_LIFETIME = re.compile(r"(5m|1h)")
_WHOLE_INPUT = ("input", "prompt_tokens", "promptTokens", "input_tokens")
_WHOLE_OUTPUT = ("output", "completion_tokens", "completionTokens", "output_tokens")
_WHOLE_TOTAL = ("total", "total_tokens", "totalTokens")
_WHOLES = frozenset(_WHOLE_INPUT + _WHOLE_OUTPUT + _WHOLE_TOTAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Wholes that include their parts; None is unknown."""

    input: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    cache_write_1h: int | None = None
    input_audio: int | None = None
    output: int | None = None
    reasoning: int | None = None
    output_audio: int | None = None


def read_tokens(details: dict[str, Any]) -> Tokens:
    """Raises BadValueError, naming the field. Nothing but zeros is a usage that nobody counted."""
    counts = {name: count(value, f"usage_details.{text(name, 60)}") for name, value in details.items()}
    known = {name: number for name, number in counts.items() if number is not None}
    if not any(known.values()):
        return Tokens()
    inputs = _details(known, _INPUT_DETAIL)
    outputs = _details({name: n for name, n in known.items() if name not in inputs}, _OUTPUT_DETAIL)
    lifetimes = {name: n for name, n in inputs.items() if "cache" in name and _LIFETIME.search(name)}
    written = {
        name: n
        for name, n in inputs.items()
        if name not in lifetimes and ("cache_creation" in name or "cache_write" in name)
    }
    cached = {
        name: n
        for name, n in inputs.items()
        if name not in lifetimes and name not in written and "cache" in name
    }
    # The lifetimes of what was written say the same again, in parts.
    cache_write = max(sum(written.values()), sum(lifetimes.values()))
    others = sum(n for name, n in inputs.items() if name not in {*lifetimes, *written})
    read, wrote = _first(known, _WHOLE_INPUT), _first(known, _WHOLE_OUTPUT)
    into, out_of = others + cache_write, sum(outputs.values())
    # Whoever wrote a total that the wholes add up to without the details has subtracted nothing.
    are_parts = _first(known, _WHOLE_TOTAL) == (read or 0) + (wrote or 0)
    if not are_parts or into > (read or 0) or out_of > (wrote or 0):
        read = read if read is None and not into else (read or 0) + into
        wrote = wrote if wrote is None and not out_of else (wrote or 0) + out_of
    return Tokens(
        input=read,
        cache_read=sum(cached.values()) if cached else None,
        cache_write=cache_write if written or lifetimes else None,
        cache_write_1h=_sum_of(lifetimes, "1h"),
        input_audio=_sum_of(inputs, "audio"),
        output=wrote,
        reasoning=_sum_of(outputs, "reasoning", "thinking", "thoughts"),
        output_audio=_sum_of(outputs, "audio"),
    )


def _details(counts: dict[str, int], shape: re.Pattern[str]) -> dict[str, int]:
    return {name: n for name, n in counts.items() if name not in _WHOLES and shape.fullmatch(name)}


def _first(counts: dict[str, int], names: tuple[str, ...]) -> int | None:
    return next((counts[name] for name in names if name in counts), None)


def _sum_of(counts: dict[str, int], *words: str) -> int | None:
    found = [n for name, n in counts.items() if any(word in name for word in words)]
    return sum(found) if found else None
