"""What calls to the model server cost in tokens, and what was billed for them."""

from collections import Counter
from dataclasses import astuple, dataclass, fields
from threading import Lock


@dataclass(frozen=True, slots=True)
class Usage:
    """Of one call; input includes the cached tokens, output those of reasoning."""

    input_tokens: int
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0


TOKENS = tuple(field.name for field in fields(Usage))


@dataclass(frozen=True, slots=True)
class Model:
    """What clients ask for, the dated name under which it answers, and what each call of it takes."""

    provider: str
    asked: str
    name: str
    usage: Usage


MODELS = {
    model.asked: model
    for model in (
        Model("openai", "gpt-4.1-mini", "gpt-4.1-mini-2025-04-14", Usage(2_087, 1_920, 0, 213)),
        Model("openai", "gpt-5-mini", "gpt-5-mini-2025-08-07", Usage(731, 0, 0, 1_409, 1_216)),
        Model("openai", "text-embedding-3-small", "text-embedding-3-small", Usage(19)),
        Model(
            "anthropic", "claude-sonnet-4-5", "claude-sonnet-4-5-20250929", Usage(5_303, 3_072, 1_900, 307)
        ),
        Model("anthropic", "claude-haiku-4-5", "claude-haiku-4-5-20251001", Usage(411, 0, 0, 97)),
    )
}

Sums = dict[tuple[str, str], dict[str, int]]
"""(provider, model) → requests and tokens."""


class Bill:
    """What the provider would charge for."""

    def __init__(self) -> None:
        self._calls: Counter[Model] = Counter()
        self._lock = Lock()

    def add(self, model: Model) -> None:
        with self._lock:
            self._calls[model] += 1

    def sums(self, *, as_asked: bool = False) -> Sums:
        """Under the names of the answers, or under those that were asked for."""
        return {
            (model.provider, model.asked if as_asked else model.name): {
                "requests": calls,
                **{name: calls * each for name, each in zip(TOKENS, astuple(model.usage), strict=True)},
            }
            for model, calls in self._calls.items()
        }
