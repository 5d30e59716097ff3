"""The lines of a cost: the same quantities and rates that priced the call, with words beside them."""

from billing.pricing.arithmetic import Call, exact_dollars, quantities
from billing.pricing.explanation import CostLine
from billing.pricing.rates import FALLBACK_RATES, KINDS, MILLION, Kind, RateCard, RateSheet
from core.fields import from_nanos
from core.numbers import MINUS, count_text

_LABELS = {kind.rate: kind.label.lower() for kind in KINDS}


def cost_lines(call: Call, card: RateCard) -> tuple[CostLine, ...]:
    """One line for each kind that the call used; a request only where requests have a price."""
    sheet = card.sheet(call.input_tokens)
    counts = quantities(call, sheet)
    by_kind = {kind.key: count for kind, count in zip(KINDS, counts, strict=True)}
    return tuple(
        CostLine(
            kind=kind.key,
            label=kind.label,
            note=_note(kind, call, by_kind, sheet),
            quantity=quantity,
            rate=from_nanos(nanos),
            per="million" if kind.per == MILLION else "thousand",
            amount=exact_dollars(quantity * scaled),
        )
        for kind, quantity, nanos, scaled in zip(KINDS, counts, sheet.nanos, sheet.scaled, strict=True)
        if quantity and (kind.key != "request" or nanos)
    )


def _note(kind: Kind, call: Call, counts: dict[str, int], sheet: RateSheet) -> str:
    if kind.key == "input":
        return _difference(
            call.input_tokens,
            "input",
            (counts["cache_read"] + counts["cache_read_audio"], "read"),
            (counts["cache_write"] + counts["cache_write_1h"], "written"),
            (counts["input_audio"], "audio"),
        )
    if kind.key == "output":
        parts = (counts["reasoning"], "reasoning"), (counts["output_audio"], "audio")
        split = _difference(call.output_tokens, "output", *parts)
        return split or _reasoning(call)
    if kind.key == "cache_read_audio":
        return "part of cache read; as little as the counts allow, the source does not tell"
    if kind.key in {"web_search", "request"}:
        return "" if kind.rate in sheet.own else "no rate: not billed"
    whole = "output" if kind.key in {"reasoning", "output_audio"} else "input"
    return f"part of {whole}{_fallback(kind, sheet)}"


def _difference(whole: int | None, name: str, *parts: tuple[int, str]) -> str:
    """ "18,420 input − 12,288 read"; empty when no part was taken away."""
    taken = "".join(f" {MINUS} {count_text(count)} {part}" for count, part in parts if count)
    return f"{count_text(whole or 0)} {name}{taken}" if taken else ""


def _reasoning(call: Call) -> str:
    if call.reasoning_tokens is None:
        return ""
    return f"{count_text(call.reasoning_tokens) if call.reasoning_tokens else 'none'} of it reasoning"


def _fallback(kind: Kind, sheet: RateSheet) -> str:
    """Whose rate a kind without one of its own takes."""
    rate = kind.rate
    while rate not in sheet.own and rate in FALLBACK_RATES:
        rate = FALLBACK_RATES[rate]
    if rate == kind.rate:
        return ""
    return f", at the rate of “{_LABELS[rate]}”" if rate in sheet.own else ", no rate: not billed"
