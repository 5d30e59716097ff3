"""The rates of a price version, ready to multiply: fallbacks resolved, one sheet a context tier."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from billing.models import ModelPrice
from core.fields import to_nanos

MILLION = 1_000_000
THOUSAND = 1_000


@dataclass(frozen=True, slots=True)
class Kind:
    """One line of a cost: what is counted, and in which unit it is priced."""

    key: str
    label: str
    rate: str
    """The ModelPrice field."""
    per: int = MILLION


KINDS = (
    Kind("input", "Input, not cached", "input_per_mtok"),
    Kind("cache_read", "Cache read", "cache_read_per_mtok"),
    Kind("cache_write", "Cache write, 5 min", "cache_write_per_mtok"),
    Kind("cache_write_1h", "Cache write, 1 h", "cache_write_1h_per_mtok"),
    Kind("input_audio", "Audio input", "input_audio_per_mtok"),
    Kind("cache_read_audio", "Cached audio", "cache_read_audio_per_mtok"),
    Kind("output", "Output", "output_per_mtok"),
    Kind("reasoning", "Reasoning", "reasoning_per_mtok"),
    Kind("output_audio", "Audio output", "output_audio_per_mtok"),
    Kind("web_search", "Web searches", "web_search_per_1k", THOUSAND),
    Kind("request", "Request", "request_per_1k", THOUSAND),
)
INPUT_KINDS = slice(0, 6)
OUTPUT_KINDS = slice(6, 9)

_FALLBACKS = (
    ("cache_read_per_mtok", "input_per_mtok"),
    ("cache_write_per_mtok", "input_per_mtok"),
    ("cache_write_1h_per_mtok", "cache_write_per_mtok"),
    ("cache_read_audio_per_mtok", "cache_read_per_mtok"),
)
"""What an empty rate takes, in this order. Audio and reasoning without a rate count as text."""

FALLBACK_RATES = dict(_FALLBACKS)


@dataclass(frozen=True, slots=True)
class RateSheet:
    """Rates that hold for prompts longer than `above` tokens.

    `nanos`: nanodollars per million or thousand of each kind, in the order of KINDS, 0 where nothing is
    billed. `scaled`: the same in 10⁻¹⁵ dollars apiece, so that quantities multiply and add up as integers.
    """

    above: int
    nanos: tuple[int, ...]
    scaled: tuple[int, ...]
    own: frozenset[str]
    """Rate fields that the version itself names; others fell back."""
    splits_input_audio: bool
    splits_reasoning: bool
    splits_output_audio: bool


@dataclass(frozen=True, slots=True)
class RateCard:
    """All sheets of a version, the longest prompts first; the last one, above -1, holds for all the rest."""

    sheets: tuple[RateSheet, ...]
    bills_input: bool
    bills_output: bool

    def sheet(self, input_tokens: int | None) -> RateSheet:
        """The sheet of a prompt: a tier begins above its threshold, for all of the tokens."""
        length = input_tokens or 0
        for sheet in self.sheets:
            if length > sheet.above:
                return sheet
        return self.sheets[-1]


def rate_card(price: ModelPrice) -> RateCard:
    """The rates of a stored version."""
    listed = {kind.rate: getattr(price, kind.rate) for kind in KINDS}
    base = {name: to_nanos(Decimal(rate)) for name, rate in listed.items() if rate is not None}
    sheets = [_sheet(-1, base)]
    for tier in price.context_tiers:
        above = tier["above_input_tokens"]
        changed = {name: to_nanos(Decimal(tier[name])) for name in tier.keys() - {"above_input_tokens"}}
        sheets.append(_sheet(above, {**base, **changed}))
    return RateCard(
        sheets=tuple(sorted(sheets, key=lambda sheet: -sheet.above)),
        bills_input=any(any(sheet.nanos[INPUT_KINDS]) for sheet in sheets),
        bills_output=any(any(sheet.nanos[OUTPUT_KINDS]) for sheet in sheets),
    )


def _sheet(above: int, own: Mapping[str, int]) -> RateSheet:
    rates = dict(own)
    for empty, fallback in _FALLBACKS:
        if empty not in rates and fallback in rates:
            rates[empty] = rates[fallback]
    nanos = tuple(rates.get(kind.rate, 0) for kind in KINDS)
    return RateSheet(
        above=above,
        nanos=nanos,
        scaled=tuple(rate * (MILLION // kind.per) for kind, rate in zip(KINDS, nanos, strict=True)),
        own=frozenset(own),
        splits_input_audio="input_audio_per_mtok" in own,
        splits_reasoning="reasoning_per_mtok" in own,
        splits_output_audio="output_audio_per_mtok" in own,
    )
