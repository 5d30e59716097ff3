"""What providers report, by day and model: of every day one way of telling it, however many were loaded.

A provider tells of a day in several ways: by day and by hour, split by key and not split. Each is the whole
day; added up they would count it several times. The first bytes of a line's key name how its report is split.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import BinaryField, Case, F, Max, QuerySet, Sum, Value, When
from django.db.models.functions import Substr

from billing.models import ProviderReportedUsage
from billing.models.provider_report import ReportKind

_SHAPE_BYTES = 6
_DAY = timedelta(days=1)
_COUNTS = (
    "requests",
    "input_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "output_tokens",
    "web_search_requests",
)


@dataclass(frozen=True, slots=True)
class ProviderLine:
    """Sums of a day's lines of one model. `item`: what is billed, for lines that name no model.

    A figure is None when the report does not tell it. `kind` is usage or cost.
    """

    kind: str
    day: date
    model: str
    item: str
    figures: dict[str, int | None]
    cost: Decimal | None


class Why(StrEnum):
    """Why lines are not compared."""

    NARROWER = "narrower"
    SPLIT = "split"
    TOO_LONG = "too long"


@dataclass(frozen=True, slots=True)
class Unused:
    """Lines that tell of days which other lines tell of too, and that are not compared."""

    kind: str
    first_day: date
    last_day: date
    why: Why


@dataclass(frozen=True, slots=True)
class ProviderLines:
    lines: tuple[ProviderLine, ...]
    unused: tuple[Unused, ...]

    def days(self, kind: ReportKind) -> frozenset[date]:
        return frozenset(line.day for line in self.lines if line.kind == kind)


@dataclass(frozen=True, slots=True)
class _Group:
    kind: str
    request_type: str
    model: str
    item: str
    shape: bytes
    start: datetime
    end: datetime
    changed: datetime
    counts: tuple[int | None, ...]
    cost: Decimal | None

    @property
    def day(self) -> date:
        return self.start.astimezone(UTC).date()

    @property
    def width(self) -> timedelta:
        return self.end - self.start

    @property
    def is_within_a_day(self) -> bool:
        return (self.end - timedelta(microseconds=1)).astimezone(UTC).date() == self.day


def read_provider_lines(
    rows: "QuerySet[Any]", provider: str, first_day: date, last_day: date
) -> ProviderLines:
    """The lines of `rows` that tell of the days. One query."""
    groups = list(_groups(rows, provider, _midnight(first_day), _midnight(last_day + _DAY)))
    whole = [group for group in groups if group.is_within_a_day]
    ways: defaultdict[tuple[str, str, date], defaultdict[tuple[bytes, timedelta], list[_Group]]]
    ways = defaultdict(lambda: defaultdict(list))
    for group in whole:
        ways[group.kind, group.request_type, group.day][group.shape, group.width].append(group)
    chosen: list[_Group] = []
    left = [(group, Why.TOO_LONG) for group in groups if not group.is_within_a_day]
    for of_day in ways.values():
        best = max(of_day, key=lambda way: _rank(way, of_day[way]))
        chosen += of_day[best]
        for way, members in of_day.items():
            if way != best:
                why = Why.NARROWER if way[1] < best[1] else Why.SPLIT
                left += [(group, why) for group in members]
    return ProviderLines(tuple(_summed(chosen)), tuple(_unused(left)))


def other_readings(provider: str, kind: ReportKind, first: datetime, last: datetime) -> list[str]:
    """A sentence for each kind of line between two moments that is kept but not compared."""
    end = (last - timedelta(microseconds=1)).astimezone(UTC).date()
    found = read_provider_lines(
        ProviderReportedUsage.objects.all(), provider, first.astimezone(UTC).date(), end
    )
    return [unused_text(unused) for unused in found.unused if unused.kind == kind]


def unused_text(unused: Unused) -> str:
    days = str(unused.first_day)
    if unused.last_day != unused.first_day:
        days = f"{unused.first_day} to {unused.last_day}"
    return f"{_WORDS[unused.why].format(f'{unused.kind}, {days}')} kept, and not compared."


_WORDS = {
    Why.NARROWER: "Lines of shorter periods ({}) than others that tell of the same time:",
    Why.SPLIT: "A second report of the same time, split in another way ({}):",
    Why.TOO_LONG: "Lines of more than a day, which belong to no day ({}):",
}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), tzinfo=UTC)


def _rank(way: tuple[bytes, timedelta], groups: list[_Group]) -> tuple[object, ...]:
    """Lines that name models before others, wide ones before narrow ones, then the newest."""
    shape, width = way
    names = any(group.model or group.item for group in groups)
    return names, width, max(group.changed for group in groups), shape


def _groups(rows: "QuerySet[Any]", provider: str, start: datetime, end: datetime) -> Iterator[_Group]:
    by = ("kind", "request_type", "model", "item", "shape", "period_start", "period_end")
    found = (
        rows.filter(provider=provider, period_start__gte=start, period_start__lt=end)
        .annotate(
            shape=Substr("line_key", 1, _SHAPE_BYTES, output_field=BinaryField()),
            item=Case(When(model="", then=F("line_item")), default=Value("")),
        )
        .values(*by)
        .annotate(
            changed=Max("updated_at"),
            billed=Sum("amount"),
            **{f"sum_{name}": Sum(name) for name in _COUNTS},
        )
        .order_by("period_start", "model", "item")
    )
    for row in found:
        counts = tuple(None if (count := row[f"sum_{name}"]) is None else int(count) for name in _COUNTS)
        yield _Group(
            row["kind"],
            row["request_type"],
            row["model"],
            row["item"],
            bytes(row["shape"]),
            row["period_start"],
            row["period_end"],
            row["changed"],
            counts,
            row["billed"],
        )


def _summed(groups: Iterable[_Group]) -> Iterator[ProviderLine]:
    members: defaultdict[tuple[str, date, str, str], list[_Group]] = defaultdict(list)
    for group in groups:
        members[group.kind, group.day, group.model, group.item].append(group)
    for (kind, day, model, item), of_line in members.items():
        columns = [
            [value for value in column if value is not None]
            for column in zip(*(g.counts for g in of_line), strict=True)
        ]
        costs = [group.cost for group in of_line if group.cost is not None]
        yield ProviderLine(
            kind,
            day,
            model,
            item,
            {name: sum(values) if values else None for name, values in zip(_COUNTS, columns, strict=True)},
            sum(costs, Decimal(0)) if costs else None,
        )


def _unused(left: Iterable[tuple[_Group, Why]]) -> Iterator[Unused]:
    days: defaultdict[tuple[str, Why], set[date]] = defaultdict(set)
    for group, why in left:
        days[group.kind, why].add(group.day)
    for (kind, why), of_way in sorted(days.items()):
        yield Unused(kind, min(of_way), max(of_way), why)
