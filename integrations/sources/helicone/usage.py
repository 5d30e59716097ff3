"""The tokens of a request of Helicone."""

from dataclasses import dataclass
from typing import Any

from integrations.sources.nested import first
from integrations.sources.values import count


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Wholes that include their parts; None is unknown."""

    input: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    input_audio: int | None = None
    output: int | None = None
    reasoning: int | None = None
    output_audio: int | None = None

    @property
    def is_known(self) -> bool:
        return self.input is not None or self.output is not None


_NAMES = {
    "prompt": ("prompt_tokens",),
    "completion": ("completion_tokens",),
    "total": ("total_tokens",),
    "cache_read": ("prompt_cache_read_tokens",),
    "cache_write": ("prompt_cache_write_tokens",),
    "prompt_audio": ("prompt_audio_tokens",),
    "completion_audio": ("completion_audio_tokens",),
    "reasoning": ("reasoning_tokens",),
}


def read_tokens(fields: dict[str, Any]) -> Tokens:
    """Raises BadValueError, naming the field. Nothing but zeros is a usage that nobody counted."""
    counts = {name: count(first(fields, *columns), columns[0]) for name, columns in _NAMES.items()}
    if not any(counts.values()):
        return Tokens()
    read, written = counts["prompt"], counts["completion"]
    beside = sum(counts[name] or 0 for name in ("cache_read", "cache_write", "prompt_audio"))
    cached = (counts["cache_read"] or 0) + (counts["cache_write"] or 0)
    has_whole = counts["total"] is not None and counts["total"] == (read or 0) + (written or 0)
    if beside and not (has_whole and (read or 0) >= cached):
        read = (read or 0) + beside
    for part in ("reasoning", "completion_audio"):
        if written is not None and (counts[part] or 0) > written:
            # Parts cannot exceed the whole: it leaves them out here.
            written += counts[part] or 0
    return Tokens(
        input=read,
        cache_read=counts["cache_read"],
        cache_write=counts["cache_write"],
        input_audio=counts["prompt_audio"],
        output=written,
        reasoning=counts["reasoning"],
        output_audio=counts["completion_audio"],
    )


def claimed(fields: dict[str, Any]) -> dict[str, int]:
    """The counts as they came, for audits."""
    counts = {columns[0]: count(first(fields, *columns), columns[0]) for columns in _NAMES.values()}
    return {name: number for name, number in counts.items() if number is not None}
