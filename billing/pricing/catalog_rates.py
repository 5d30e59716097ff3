"""From a price of the catalogue to the rates of a ModelPrice."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from genai_prices.types import ModelPrice as CatalogPrice
from genai_prices.types import TieredPrices

_FIELDS = {
    "input_mtok": "input_per_mtok",
    "cache_read_mtok": "cache_read_per_mtok",
    "cache_write_mtok": "cache_write_per_mtok",
    "cache_write_1h_mtok": "cache_write_1h_per_mtok",
    "input_audio_mtok": "input_audio_per_mtok",
    "cache_audio_read_mtok": "cache_read_audio_per_mtok",
    "output_mtok": "output_per_mtok",
    "output_reasoning_mtok": "reasoning_per_mtok",
    "output_audio_mtok": "output_audio_per_mtok",
    "web_searches_kcount": "web_search_per_1k",
    "requests_kcount": "request_per_1k",
}
"""The package's name of a rate → ours."""

_UNCOUNTED_OUTPUT = frozenset({"output_image_mtok", "output_video_mtok"})
"""Output that costs many times what text does, and that no source tells us apart from text."""

_NANO = Decimal(1).scaleb(-9)


@dataclass(frozen=True, slots=True)
class Rates:
    """Dollars by ModelPrice field; `context_tiers` as that field keeps them, decimals as text."""

    base: Mapping[str, Decimal]
    context_tiers: tuple[Mapping[str, int | str], ...] = ()


def rates_of(price: CatalogPrice, *, is_free: bool) -> Rates | None:
    """The rates, or None when they do not tell what a call costs.

    That is when the package lists a model without rates (unless `is_free`: then 0 is meant), when the model
    bills only what the ledger does not count (pages, characters, hours of audio), or makes images and videos.
    """
    listed: dict[str, Decimal | TieredPrices] = {
        name: rate for name, rate in vars(price).items() if rate is not None
    }
    if not listed:
        return Rates({"input_per_mtok": Decimal(0), "output_per_mtok": Decimal(0)}) if is_free else None
    ours = {_FIELDS[name]: rate for name, rate in listed.items() if name in _FIELDS}
    if not ours or _UNCOUNTED_OUTPUT & listed.keys():
        return None
    base = {
        field: _exact(rate.base if isinstance(rate, TieredPrices) else rate) for field, rate in ours.items()
    }
    tiered = {field: rate for field, rate in ours.items() if isinstance(rate, TieredPrices)}
    thresholds = sorted({tier.start for rate in tiered.values() for tier in rate.tiers})
    return Rates(base, tuple(_context_tier(tiered, threshold) for threshold in thresholds))


def _context_tier(tiered: Mapping[str, TieredPrices], threshold: int) -> dict[str, int | str]:
    """The rates that hold just above `threshold` input tokens."""
    tier: dict[str, int | str] = {"above_input_tokens": threshold}
    for field, rate in tiered.items():
        reached = [step.price for step in rate.tiers if step.start <= threshold]
        tier[field] = f"{_exact(reached[-1] if reached else rate.base):f}"
    return tier


def _exact(rate: Decimal) -> Decimal:
    """To the nanodollar a million; finer digits in the package are traces of floats (0.18000000000000002)."""
    rounded = rate.quantize(_NANO, rounding=ROUND_HALF_EVEN)
    return rate if rounded == rate else rounded
