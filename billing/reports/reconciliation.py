"""The ledger beside a provider's own report, by day and model."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db.models import Max, Min

from accounts.models import User
from billing.models import ProviderReportedUsage
from billing.models.provider_report import ReportKind
from billing.reports.amounts import to_sums
from billing.reports.keys import NONE
from billing.reports.plan import is_kept
from billing.reports.provider_lines import ProviderLine, read_provider_lines, unused_text
from billing.reports.query import Dimension
from billing.reports.reading import Reading, Scope, read_groups
from billing.reports.report import Sums
from billing.reports.searches import with_searches
from billing.reports.spans import Cuts, Span
from core.zones import day_start, days_between, zone_info

TOLERANCE = Decimal("0.01")
ZONE = "UTC"
"""Providers' days are UTC days."""

MEASURES = ("requests", "input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens", "cost")
_LONGEST_GAP = timedelta(days=7)
"""Days between two reported ones count as reported, and empty, when no more than these lie between."""

Figure = int | Decimal | None


@dataclass(frozen=True, slots=True)
class Pair:
    """A figure of the ledger and of the provider. None: that side does not know it."""

    ledger: Figure = None
    provider: Figure = None

    @property
    def difference(self) -> Figure:
        """Ledger minus provider."""
        if self.ledger is None or self.provider is None:
            return None
        return self.ledger - self.provider

    @property
    def fraction(self) -> Decimal | None:
        """The difference as a part of the provider's figure; None when that is zero or a side is unknown."""
        difference = self.difference
        return (
            Decimal(difference) / Decimal(self.provider) if difference is not None and self.provider else None
        )

    def exceeds(self, tolerance: Decimal) -> bool:
        if not self.difference:
            return False
        fraction = self.fraction
        return fraction is None or abs(fraction) > tolerance


@dataclass(frozen=True, slots=True)
class Line:
    """A model's day, or a whole day or period (`model` and `item` are then empty).

    `item` is what a bill names instead of a model. `sides`: "both", "ledger" or "provider". `unpriced`: of
    the ledger's requests, those whose cost is unknown.
    """

    day: date | None
    model: str
    item: str
    sides: str
    pairs: dict[str, Pair]
    unpriced: int = 0

    def exceeding(self, tolerance: Decimal) -> tuple[str, ...]:
        """The measures whose difference is above `tolerance`."""
        return tuple(name for name, pair in self.pairs.items() if pair.exceeds(tolerance))


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """`lines` by day, then model; `days` their sums; `total` the sum of all.

    A measure that the provider does not tell of some lines is left out of both sides of their sums. Days
    without a report (`unreported`) are left out, with what the ledger has there.
    """

    provider: str
    first_day: date
    last_day: date
    tolerance: Decimal
    lines: tuple[Line, ...]
    days: tuple[Line, ...]
    total: Line
    unreported: tuple[date, ...]
    unreported_sums: Sums
    unused: tuple[str, ...]

    @property
    def exceeding(self) -> tuple[Line, ...]:
        """Lines that differ by more than the tolerance."""
        return tuple(line for line in self.lines if line.exceeding(self.tolerance))

    @property
    def is_within_tolerance(self) -> bool:
        return not self.exceeding and not self.total.exceeding(self.tolerance)


@dataclass(frozen=True, slots=True)
class Reported:
    """A provider that reports were loaded of, and the first and last day they tell of."""

    provider: str
    first_day: date
    last_day: date


def reported_providers(user: User | None) -> tuple[Reported, ...]:
    """The providers whose reports were loaded, the one with the newest first. One query."""
    found = (
        _rows(user)
        .order_by()
        .values("provider")
        .annotate(first=Min("period_start"), last=Max("period_end"))
        .order_by("-last", "provider")
    )
    moment = timedelta(microseconds=1)
    return tuple(
        Reported(row["provider"], row["first"].date(), (row["last"] - moment).date()) for row in found
    )


def reconcile(
    provider: str,
    first_day: date,
    last_day: date,
    *,
    user: User | None = None,
    tolerance: Decimal = TOLERANCE,
) -> Reconciliation:
    """Compare UTC days, both included, for `user` (None: for commands). A fixed number of statements."""
    told = read_provider_lines(_rows(user), provider, first_day, last_day)
    lines_told = with_searches(told.lines)
    covered = {kind.value: _covered(told.days(kind)) for kind in ReportKind}
    reported = covered[ReportKind.USAGE] | covered[ReportKind.COST]
    ledger = _ledger(provider, first_day, last_day, user)
    lines = _lines(ledger, lines_told, covered)
    left_out = [(day, sums) for (day, _), sums in ledger.items() if day not in reported]
    by_day: dict[date, list[Line]] = {}
    for line in lines:
        by_day.setdefault(line.day or first_day, []).append(line)
    return Reconciliation(
        provider,
        first_day,
        last_day,
        tolerance,
        lines,
        tuple(_sum(of_day, day) for day, of_day in by_day.items()),
        _sum(lines, None),
        tuple(day for day in days_between(first_day, last_day) if day not in reported),
        _added(sums for _, sums in left_out),
        tuple(unused_text(unused) for unused in told.unused),
    )


def _rows(user: User | None) -> Any:
    rows = ProviderReportedUsage.objects.all()
    return rows if user is None else rows.visible_to(user)


def _covered(days: frozenset[date]) -> frozenset[date]:
    """The days that reports tell of, by their lines or by having none between others."""
    covered = set(days)
    ordered = sorted(days)
    for earlier, later in pairwise(ordered):
        if later - earlier <= _LONGEST_GAP:
            covered.update(days_between(earlier, later))
    return frozenset(covered)


def _ledger(
    provider: str, first_day: date, last_day: date, user: User | None
) -> dict[tuple[date, str], Sums]:
    """The ledger's sums by day and model, from the ladder where it keeps UTC days."""
    days, zone = days_between(first_day, last_day), zone_info(ZONE)
    cuts = Cuts(tuple(days[1:]), tuple(day_start(day, zone) for day in days[1:]))
    scope = Scope(user, {Dimension.PROVIDER: (provider,)}, is_kept(ZONE))
    groups = read_groups(scope, Span(first_day, last_day, zone), Reading((Dimension.MODEL,), cuts))
    return {
        (days[number], "" if keys[0][0] == NONE else keys[0][0]): to_sums(amounts)
        for (keys, number), amounts in groups.items()
    }


def _lines(
    ledger: dict[tuple[date, str], Sums],
    told: Iterable[ProviderLine],
    covered: dict[str, frozenset[date]],
) -> tuple[Line, ...]:
    by_kind: dict[tuple[date, str, str], dict[str, ProviderLine]] = {}
    measured: set[str] = set()
    for one in told:
        measured.update(name for name, figure in one.figures.items() if figure is not None)
        if one.kind == ReportKind.COST or any(one.figures[name] is not None for name in MEASURES[:-1]):
            by_kind.setdefault((one.day, one.model, one.item), {})[one.kind] = one
    keys = set(by_kind)
    for (day, model), sums in ledger.items():
        if day in covered[ReportKind.USAGE] | covered[ReportKind.COST] and sums != Sums(errors=sums.errors):
            keys.add((day, model, ""))
    lines = []
    for day, model, item in sorted(keys, key=lambda key: (key[0], bool(key[2]), key[1].casefold(), key)):
        reports = by_kind.get((day, model, item), {})
        sums_here = None if item else ledger.get((day, model))
        sides = "both" if reports and sums_here else "ledger" if sums_here else "provider"
        pairs = _pairs(sums_here or Sums(), reports, set() if item else measured, day, covered)
        unpriced = sums_here.unpriced_requests if sums_here else 0
        lines.append(Line(day, model, item, sides, pairs, unpriced))
    return tuple(lines)


def _pairs(
    sums: Sums,
    reports: dict[str, ProviderLine],
    measured: Collection[str],
    day: date,
    covered: dict[str, frozenset[date]],
) -> dict[str, Pair]:
    """`measured`: what the provider tells of calls; nothing of lines that name no model."""
    usage, cost = reports.get(ReportKind.USAGE), reports.get(ReportKind.COST)
    pairs = {}
    for name in MEASURES[:-1]:
        figure: Figure = None
        if usage is not None:
            figure = usage.figures[name]
        elif day in covered[ReportKind.USAGE] and name in measured:
            figure = 0
        pairs[name] = Pair(getattr(sums, name) if measured or usage else None, figure)
    billed = cost.cost if cost else Decimal(0) if day in covered[ReportKind.COST] else None
    pairs["cost"] = Pair(sums.cost, billed)
    return pairs


def _sum(lines: Iterable[Line], day: date | None) -> Line:
    lines = list(lines)
    sides = {line.sides for line in lines}
    pairs = {name: _sum_of([line.pairs[name] for line in lines]) for name in MEASURES}
    return Line(
        day, "", "", sides.pop() if len(sides) == 1 else "both", pairs, sum(line.unpriced for line in lines)
    )


def _sum_of(pairs: list[Pair]) -> Pair:
    told = [pair for pair in pairs if pair.provider is not None]
    ledger = [pair.ledger for pair in told or pairs if pair.ledger is not None]
    provider = [pair.provider for pair in told if pair.provider is not None]
    return Pair(sum(ledger) if ledger else None, sum(provider) if provider else None)


def _added(sums: Iterable[Sums]) -> Sums:
    sums = list(sums)
    costs = [one.cost for one in sums if one.cost is not None]
    return Sums(
        requests=sum(one.requests for one in sums),
        cost=sum(costs, Decimal(0)) if costs or not sums else None,
        unpriced_requests=sum(one.unpriced_requests for one in sums),
    )
