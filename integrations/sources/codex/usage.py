"""Codex' usage object, the same in every kind of line."""

from dataclasses import dataclass
from typing import Any

from integrations.sources.values import count


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens; wholes include their parts. None: this version of Codex did not write it."""

    input: int | None
    cache_read: int | None
    cache_write: int | None
    output: int | None
    reasoning: int | None

    @property
    def is_empty(self) -> bool:
        """Nothing but zeros, as Codex writes when the context overflowed: no call answered."""
        return not any(self.parts)

    @property
    def parts(self) -> tuple[int, ...]:
        values = (self.input, self.cache_read, self.cache_write, self.output, self.reasoning)
        return tuple(value or 0 for value in values)

    def since(self, earlier: "Usage | None") -> "Usage":
        """What came on top of `earlier` totals; totals that shrank began anew."""
        if earlier is None or any(now < then for now, then in zip(self.parts, earlier.parts, strict=True)):
            return self
        return Usage(
            *(
                None if now is None else now - (then or 0)
                for now, then in (
                    (self.input, earlier.input),
                    (self.cache_read, earlier.cache_read),
                    (self.cache_write, earlier.cache_write),
                    (self.output, earlier.output),
                    (self.reasoning, earlier.reasoning),
                )
            )
        )

    def with_whole_totals(self) -> "Usage":
        """Parts cannot exceed their whole: where they do, the whole leaves them out, and they are added."""
        read, written = self.input, self.output
        cached = (self.cache_read or 0) + (self.cache_write or 0)
        if read is not None and cached > read:
            read += cached
        if written is not None and (self.reasoning or 0) > written:
            written += self.reasoning or 0
        return Usage(read, self.cache_read, self.cache_write, written, self.reasoning)


def usage_of(value: Any) -> Usage | None:
    """Raises BadValueError, naming the field. None when there is no usage object."""
    if not isinstance(value, dict):
        return None
    cached = "cached_input_tokens" if "cached_input_tokens" in value else "cache_read_input_tokens"
    return Usage(
        count(value.get("input_tokens"), "input_tokens"),
        count(value.get(cached), cached),
        count(value.get("cache_write_input_tokens"), "cache_write_input_tokens"),
        count(value.get("output_tokens"), "output_tokens"),
        count(value.get("reasoning_output_tokens"), "reasoning_output_tokens"),
    )
