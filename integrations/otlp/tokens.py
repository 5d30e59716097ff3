"""The tokens that attributes tell of, in the ledger's terms: totals that include their parts."""

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integrations.otlp.telemetry import Attributes
from integrations.otlp.vocabularies.vocabulary import Vocabulary, Words
from integrations.sources.values import amount, count

_LONGEST_RAW_TEXT = 40
_MOST_RAW_NAMES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Columns of the ledger; None is unknown."""

    input: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    cache_write_1h: int | None = None
    input_audio: int | None = None
    output: int | None = None
    reasoning: int | None = None
    output_audio: int | None = None
    web_searches: int | None = None

    @property
    def is_known(self) -> bool:
        return self.input is not None or self.output is not None


def read_tokens(attributes: Attributes, vocabulary: Vocabulary) -> Tokens:
    """Raises BadValueError, naming the attribute. Nothing but zeros is a usage that nobody counted."""
    names = vocabulary.names
    read = first_count(attributes, names.input)
    written = first_count(attributes, names.output)
    searches = first_count(attributes, names.web_searches)
    if not read and not written:
        return Tokens(web_searches=searches)
    cache_read = first_count(attributes, names.cache_read)
    cache_write = first_count(attributes, names.cache_write)
    one_hour = first_count(attributes, names.cache_write_1h)
    reasoning = first_count(attributes, names.reasoning)
    if cache_write is None and one_hour:
        cache_write = one_hour
    cached = (cache_read or 0) + (cache_write or 0)
    if read is not None and (vocabulary.excludes_cache(attributes) or cached > read):
        # Parts cannot exceed the whole: older instrumentations pass Anthropic's own count on, without cache.
        read += cached
    if written is not None and (reasoning or 0) > written:
        written += reasoning or 0
    return Tokens(
        input=read,
        cache_read=cache_read,
        cache_write=cache_write,
        cache_write_1h=one_hour,
        input_audio=first_count(attributes, names.input_audio),
        output=written,
        reasoning=reasoning,
        output_audio=first_count(attributes, names.output_audio),
        web_searches=searches,
    )


def bears_usage(attributes: Attributes, vocabulary: Vocabulary) -> bool:
    """Whether any total is given, whatever it says."""
    wholes = vocabulary.names.input + vocabulary.names.output
    return any(attributes.get(name) not in (None, "") for name in wholes)


def reported_cost(attributes: Attributes, vocabulary: Vocabulary) -> Decimal | None:
    """US dollars; instrumentations send 0 for a cost that they do not know. Raises BadValueError."""
    for name in vocabulary.names.cost:
        if found := amount(attributes.get(name), name):
            return found
    return None


def raw_usage(attributes: Attributes, vocabulary: Vocabulary) -> dict[str, Any] | None:
    """The emitter's own usage attributes as they came: numbers, and numbers as text. Never words."""
    raw = {
        name: value
        for name, value in attributes.items()
        if name.startswith(vocabulary.usage_prefixes) and _is_number(value)
    }
    return dict(sorted(raw.items())[:_MOST_RAW_NAMES]) or None


def first_count(attributes: Attributes, names: Words) -> int | None:
    """Raises BadValueError, naming the attribute."""
    for name in names:
        found = count(attributes.get(name), name)
        if found is not None:
            return found
    return None


def _is_number(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= _LONGEST_RAW_TEXT and value.isascii() and value.isdigit()
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)
