"""A reconciliation as CSV and as JSON: every line, every figure to its last digit."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from billing.reports.reconciliation import MEASURES, Figure, Line, Pair, Reconciliation
from core.csv_lines import csv_line

_PLACES = Decimal("0.0001")


def render_csv(answer: Reconciliation) -> Iterator[str]:
    """A header, the lines by day and model, and the totals, whose day is empty."""
    heads = ["day", "provider", "model", "billed_item", "found_in"]
    for name in MEASURES:
        heads += [f"ledger_{name}", f"provider_{name}", f"difference_{name}", f"difference_{name}_percent"]
    yield csv_line([*heads, "unpriced_requests", "above_tolerance"])
    for line in (*answer.lines, answer.total):
        is_total = line is answer.total
        cells: list[object] = [line.day, answer.provider, "Total" if is_total else line.model, line.item]
        cells += [None if is_total else line.sides]
        for name in MEASURES:
            pair = line.pairs[name]
            cells += [pair.ledger, pair.provider, pair.difference, _percent(pair)]
        yield csv_line([*cells, line.unpriced, bool(line.exceeding(answer.tolerance))])


def reconciliation_json(answer: Reconciliation) -> dict[str, Any]:
    """Amounts and percentages are decimal strings, days ISO 8601, unknown is null."""
    return {
        "provider": answer.provider,
        "from": answer.first_day.isoformat(),
        "to": answer.last_day.isoformat(),
        "tolerance": f"{answer.tolerance:f}",
        "within_tolerance": answer.is_within_tolerance,
        "lines": [_line(line, answer.tolerance) for line in answer.lines],
        "days": [_line(line, answer.tolerance) for line in answer.days],
        "totals": _figures(answer.total),
        "totals_above_tolerance": list(answer.total.exceeding(answer.tolerance)),
        "unreported_days": [day.isoformat() for day in answer.unreported],
        "unreported_requests": answer.unreported_sums.requests,
        "unreported_cost": _plain(answer.unreported_sums.cost),
        "notes": list(answer.unused),
    }


def reconciliations_json(answers: Iterable[Reconciliation]) -> dict[str, Any]:
    answers = list(answers)
    return {
        "within_tolerance": all(answer.is_within_tolerance for answer in answers),
        "providers": [reconciliation_json(answer) for answer in answers],
    }


def _line(line: Line, tolerance: Decimal) -> dict[str, Any]:
    return {
        "day": line.day.isoformat() if line.day else None,
        "model": line.model,
        "item": line.item,
        "found_in": line.sides,
        **_figures(line),
        "unpriced_requests": line.unpriced,
        "above_tolerance": list(line.exceeding(tolerance)),
    }


def _figures(line: Line) -> dict[str, Any]:
    return {
        name: {
            "ledger": _plain(pair.ledger),
            "provider": _plain(pair.provider),
            "difference": _plain(pair.difference),
            "percent": _plain(_percent(pair)),
        }
        for name, pair in line.pairs.items()
    }


def _percent(pair: Pair) -> Decimal | None:
    return None if pair.fraction is None else (pair.fraction * 100).quantize(_PLACES)


def _plain(value: Figure) -> int | str | None:
    return f"{value:f}" if isinstance(value, Decimal) else value
