"""What a call costs at a price: quantities by kind, times rates, added up exactly, rounded once.

All integers: a rate of nanodollars a million times a count is 10⁻¹⁵ dollars.
"""

from decimal import Decimal
from typing import Protocol

from billing.pricing.rates import RateCard, RateSheet
from core.fields import MAX_NANOS, from_nanos

SCALE = 1_000_000
"""10⁻¹⁵ dollars in a nanodollar."""


class Call(Protocol):
    """The counts of a model call, as UsageEvent and TokenUsage have them: totals inclusive, None unknown."""

    @property
    def input_tokens(self) -> int | None: ...
    @property
    def cache_read_tokens(self) -> int | None: ...
    @property
    def cache_write_tokens(self) -> int | None: ...
    @property
    def cache_write_1h_tokens(self) -> int | None: ...
    @property
    def input_audio_tokens(self) -> int | None: ...
    @property
    def output_tokens(self) -> int | None: ...
    @property
    def reasoning_tokens(self) -> int | None: ...
    @property
    def output_audio_tokens(self) -> int | None: ...
    @property
    def web_search_requests(self) -> int | None: ...


def cost_of(call: Call, card: RateCard) -> Decimal | None:
    """Dollars, rounded half to even to the nanodollar.

    None when a side that the price bills has no count, or when the counts are absurd: nine billion dollars.
    """
    if (call.input_tokens is None and card.bills_input) or (call.output_tokens is None and card.bills_output):
        return None
    sheet = card.sheet(call.input_tokens)
    nanos = rounded_nanos(sum(map(int.__mul__, quantities(call, sheet), sheet.scaled)))
    return from_nanos(nanos) if nanos <= MAX_NANOS else None


def rounded_nanos(scaled: int) -> int:
    """Nanodollars of an amount in 10⁻¹⁵ dollars, half to even."""
    nanos, rest = divmod(scaled, SCALE)
    if rest * 2 > SCALE or (rest * 2 == SCALE and nanos % 2):
        nanos += 1
    return nanos


def exact_dollars(scaled: int) -> Decimal:
    """Dollars of an amount in 10⁻¹⁵ dollars, with no digit lost."""
    return Decimal(f"{scaled}E-15")


def quantities(call: Call, sheet: RateSheet) -> tuple[int, ...]:
    """Units of each kind, in the order of KINDS: none negative, the token kinds add up to input and output.

    Sources do not say how much of the cached input is audio: as little as the counts allow is taken for it.
    """
    whole = call.input_tokens or 0
    read = min(call.cache_read_tokens or 0, whole)
    write = min(call.cache_write_tokens or 0, whole - read)
    write_1h = min(call.cache_write_1h_tokens or 0, write)
    uncached = whole - read - write
    audio = cached_audio = 0
    if sheet.splits_input_audio and call.input_audio_tokens:
        audio = min(call.input_audio_tokens, uncached)
        cached_audio = min(call.input_audio_tokens - audio, read)
    output = call.output_tokens or 0
    reasoning = audio_out = 0
    if sheet.splits_reasoning:
        reasoning = min(call.reasoning_tokens or 0, output)
    if sheet.splits_output_audio:
        audio_out = min(call.output_audio_tokens or 0, output - reasoning)
    return (
        uncached - audio,
        read - cached_audio,
        write - write_1h,
        write_1h,
        audio,
        cached_audio,
        output - reasoning - audio_out,
        reasoning,
        audio_out,
        call.web_search_requests or 0,
        1,
    )
