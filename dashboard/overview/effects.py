"""What moved a cost: more calls, other models, or dearer calls."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from billing.reports.report import Row, Sums
from core.numbers import money_text

_WHOLE_DOLLARS_FROM = 100


@dataclass(frozen=True, slots=True)
class Effects:
    """A change of cost in three parts that add up to it exactly, in dollars.

    `volume`: what the change in the number of requests would have cost at the old average. `unit_cost`: what
    each model's requests cost more than its old ones did. `mix`: the rest, requests that moved between
    models, new models and abandoned ones.
    """

    volume: Decimal
    mix: Decimal
    unit_cost: Decimal

    @property
    def total(self) -> Decimal:
        return self.volume + self.mix + self.unit_cost


def effects(now: Sums, before: Sums, cells: Iterable[Row]) -> Effects | None:
    """The parts of the change from `before` to `now`; `cells` are the rows by model that `now` consists of.

    Requests without a price are left out: their cost is in neither sum. None when nothing was priced before.
    """
    requests_before = _priced(before)
    if not requests_before:
        return None
    cost_now, cost_before = now.cost or Decimal(0), before.cost or Decimal(0)
    volume = (_priced(now) - requests_before) * cost_before / requests_before
    unit_cost = sum((_unit_cost(cell) for cell in cells), Decimal(0))
    return Effects(volume, cost_now - cost_before - volume - unit_cost, unit_cost)


def _priced(sums: Sums) -> int:
    return sums.requests - sums.unpriced_requests


def _unit_cost(cell: Row) -> Decimal:
    before, requests = cell.previous or Sums(), _priced(cell.sums)
    if not _priced(before) or not requests:
        return Decimal(0)
    return (cell.sums.cost or Decimal(0)) - requests * (before.cost or Decimal(0)) / _priced(before)


def effects_text(found: Effects) -> str:
    """ "+$612 volume, +$281 mix, −$24 unit cost": figures that add up as they stand, zeros left out."""
    parts = {"volume": found.volume, "mix": found.mix, "unit cost": found.unit_cost}
    decimals = change_decimals(*parts.values())
    rounded = {name: _rounded(value, decimals) for name, value in parts.items()}
    largest = max(parts, key=lambda name: abs(parts[name]))
    rounded[largest] += _rounded(found.total, decimals) - sum(rounded.values())
    return ", ".join(
        f"{money_text(value, decimals, signed=True)} {name}" for name, value in rounded.items() if value
    )


def _rounded(amount: Decimal, decimals: int) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def change_decimals(*amounts: Decimal) -> int:
    """Whole dollars where any of `amounts` is large, else cents."""
    return 0 if any(abs(amount) >= _WHOLE_DOLLARS_FROM for amount in amounts) else 2
