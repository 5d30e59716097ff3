"""The columns of the report's table: how each figure is named, sorted and written."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from billing.pages import sums as ratios
from billing.reports.report import Sums
from core.markup import NOT_APPLICABLE, UNPRICED, ZERO
from core.numbers import count_text, money_text, percent_text

_MILLION = 1_000_000
_FROM_THIS_ON_IN_MILLIONS = 10 * _MILLION
_HIGH_ERROR_RATE = Decimal("0.01")

Number = Decimal | int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What a line of the table is made from; `whole` are the report's totals."""

    sums: Sums
    previous: Sums | None
    whole: Sums


@dataclass(frozen=True, slots=True)
class Column:
    """`rows`: which of a line's calls its figure counts ("answered", "errors", "" for all of them), None when
    the figure compares and has no rows of its own."""

    key: str
    label: str
    value: Callable[[Figures], Number]
    text: Callable[[Figures], str]
    rows: str | None = ""
    look: Callable[[Figures], str] = lambda figures: ""


def columns(totals: Sums, *, has_previous: bool) -> tuple[Column, ...]:
    """The columns of a report with these totals: large token counts stand in millions."""
    found = [
        Column(
            "requests", "Requests", lambda f: f.sums.requests, lambda f: _count(f.sums.requests), "answered"
        ),
        Column("errors", "Errors, %", lambda f: ratios.error_rate(f.sums), _errors, "errors", _errors_look),
        _tokens_column("input", "Input", lambda f: f.sums.input_tokens, totals.input_tokens),
        Column("cached", "Cached, %", lambda f: ratios.cached_share(f.sums), _cached),
        _tokens_column("output", "Output", lambda f: f.sums.output_tokens, totals.output_tokens),
        Column("per_1k", "$ per 1k req.", lambda f: ratios.cost_per_request(f.sums), _per_1k),
        Column("cost", "Cost, USD", lambda f: f.sums.cost, lambda f: _cost(f.sums.cost)),
        Column("share", "Share, %", _share_of_cost, _share, None, lambda f: "dim"),
    ]
    if has_previous:
        found.append(Column("change", "Change", _cost_change, _change, None, lambda f: "delta"))
    return tuple(found)


def _tokens_column(key: str, label: str, value: Callable[[Figures], int | None], total: int | None) -> Column:
    if (total or 0) < _FROM_THIS_ON_IN_MILLIONS:
        return Column(key, label, value, lambda f: _count(value(f)))
    return Column(key, f"{label}, M", value, lambda f: _millions(value(f)))


def _count(number: int | None) -> str:
    if number is None:
        return NOT_APPLICABLE
    return count_text(number) if number else ZERO


def _millions(tokens: int | None) -> str:
    if not tokens:
        return _count(tokens)
    if tokens * 20 < _MILLION:
        return "<\u202f0.1"
    return _fixed(Decimal(tokens) / _MILLION, 1)


def _fixed(value: Decimal, decimals: int) -> str:
    return f"{value:,.{decimals}f}"


def _errors(figures: Figures) -> str:
    rate = ratios.error_rate(figures.sums)
    if rate is None:
        return NOT_APPLICABLE
    return _fixed(rate * 100, 2) if figures.sums.errors else ZERO


def _errors_look(figures: Figures) -> str:
    return "is-danger" if (ratios.error_rate(figures.sums) or 0) >= _HIGH_ERROR_RATE else ""


def _cached(figures: Figures) -> str:
    share = ratios.cached_share(figures.sums)
    if share is None:
        return NOT_APPLICABLE
    return _fixed(share * 100, 0) if share else ZERO


def _per_1k(figures: Figures) -> str:
    cost = ratios.cost_per_request(figures.sums)
    return NOT_APPLICABLE if cost is None else _fixed(cost * 1000, 3)


def _cost(cost: Decimal | None) -> str:
    if cost is None:
        return UNPRICED
    return money_text(cost) if cost else ZERO


def _share_of_cost(figures: Figures) -> Decimal | None:
    return ratios.share(figures.sums.cost, figures.whole.cost)


def _share(figures: Figures) -> str:
    share = _share_of_cost(figures)
    return NOT_APPLICABLE if share is None else _fixed(share * 100, 1)


def _cost_change(figures: Figures) -> Decimal | None:
    return None if figures.previous is None else ratios.change(figures.sums.cost, figures.previous.cost)


def _change(figures: Figures) -> str:
    change = _cost_change(figures)
    return NOT_APPLICABLE if change is None else percent_text(change, signed=True)
