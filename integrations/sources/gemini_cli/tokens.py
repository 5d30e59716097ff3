"""The tokens of an answer of Gemini CLI."""

from dataclasses import dataclass
from typing import Any

from integrations.sources.values import count


@dataclass(frozen=True, slots=True)
class Tokens:
    """Wholes that include their parts; None is unknown."""

    input: int | None
    cache_read: int | None
    output: int | None
    reasoning: int | None


def tokens_of(value: Any) -> Tokens | None:
    """Raises BadValueError, naming the field. Without a count, or with zeros alone, the usage is unknown."""
    if not isinstance(value, dict):
        return None
    read = count(value.get("input"), "tokens.input")
    written = count(value.get("output"), "tokens.output")
    cached = count(value.get("cached"), "tokens.cached")
    thoughts = count(value.get("thoughts"), "tokens.thoughts")
    tool = count(value.get("tool"), "tokens.tool")
    total = count(value.get("total"), "tokens.total")
    if not any((read, written, thoughts, tool)):
        return None
    if tool and (total is None or (read or 0) + (written or 0) + (thoughts or 0) < total):
        read = (read or 0) + tool
    if read is not None and (cached or 0) > read:
        # Parts cannot exceed the whole: it leaves them out here.
        read += cached or 0
    if thoughts:
        written = (written or 0) + thoughts
    return Tokens(read, cached, written, thoughts)
