"""Sums by groups and buckets, folded in SQL: from a rung, from the ledger, or from both."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import BigIntegerField, Case, F, Q, QuerySet, Sum, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from accounts.models import User
from billing.models import TokenUsage
from billing.reports import keys
from billing.reports.amounts import NOTHING, Amounts, added
from billing.reports.expressions import BucketNumber, LedgerSum
from billing.reports.plan import smallest_rung
from billing.reports.query import Dimension
from billing.reports.spans import UNCUT, Cuts, Span
from billing.rollups import MEASURES, Rung

Group = tuple[tuple[tuple[str, ...], ...], int]
"""The keys of each dimension (one, but for tags: all that a call carries) and the bucket's number."""

Groups = dict[Group, Amounts]


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose rows are read and which of them are kept. `user` None: the whole installation.

    `is_kept`: the rollups have the zone's days.
    """

    user: User | None
    filters: Mapping[Dimension, tuple[str, ...]]
    is_kept: bool

    def visible(self, model: Any) -> "QuerySet[Any]":
        rows: QuerySet[Any] = (
            model.objects.all() if self.user is None else model.objects.visible_to(self.user)
        )
        return rows

    @property
    def sees_all(self) -> bool:
        return self.user is None or self.user.sees_all_projects


@dataclass(frozen=True, slots=True)
class Reading:
    """Sums by `dimensions` and by the buckets between `cuts`; by neither: one group.

    `top`: of the only dimension, the keys that stay apart; all others are folded into the key "".
    """

    dimensions: tuple[Dimension, ...] = ()
    cuts: Cuts = UNCUT
    top: tuple[str, ...] | None = None


def rung_for(scope: Scope, reading: Reading) -> Rung | None:
    if not scope.is_kept or reading.cuts.days is None:
        return None
    return smallest_rung({*reading.dimensions, *scope.filters}, needs_project=not scope.sees_all)


def read_groups(scope: Scope, span: Span, reading: Reading) -> Groups:
    """The non-empty groups of `span`: whole days from a rung where one has them, the rest from the ledger."""
    groups: Groups = {}
    if span.last_day < span.first_day:
        return groups
    rung = rung_for(scope, reading)
    if rung is None:
        parts = [_ledger_rows(scope, reading, span.start, span.end)]
    else:
        parts = []
        if span.last_whole_day >= span.first_day:
            parts.append(_rung_rows(rung, scope, reading, span))
        if span.cut is not None and span.part_start < span.cut:
            parts.append(_ledger_rows(scope, reading, span.part_start, span.cut))
    for rows in parts:
        for group, amounts in rows:
            groups[group] = added(groups[group], amounts) if group in groups else amounts
    return {group: amounts for group, amounts in groups.items() if amounts != NOTHING}


def ledger_rows_of(scope: Scope, start: Any, end: Any) -> "QuerySet[Any]":
    """Booked rows of the ledger from `start` to `end` (exclusive) that the scope keeps."""
    rows = scope.visible(TokenUsage).filter(
        superseded_by__isnull=True, occurred_at__gte=start, occurred_at__lt=end
    )
    for dimension, wanted in scope.filters.items():
        rows = rows.filter(keys.ledger_condition(dimension, wanted))
    return rows


def _ledger_rows(scope: Scope, reading: Reading, start: Any, end: Any) -> Iterator[tuple[Group, Amounts]]:
    columns = [keys.ledger_column(dimension) for dimension in reading.dimensions]
    if reading.top is not None and reading.dimensions != (Dimension.TAG,):
        columns = [_folded(columns[0], keys.ledger_condition(reading.dimensions[0], reading.top))]
    sums = {f"sum_{measure}": LedgerSum(measure) for measure in MEASURES}
    bucket = BucketNumber("occurred_at", reading.cuts.moments) if reading.cuts.moments else None
    yield from _grouped(ledger_rows_of(scope, start, end), columns, bucket, sums)


def _rung_rows(rung: Rung, scope: Scope, reading: Reading, span: Span) -> Iterator[tuple[Group, Amounts]]:
    rows = scope.visible(apps.get_model("billing", rung.model_name)).filter(
        zone=span.zone.key, day__gte=span.first_day, day__lte=span.last_whole_day
    )
    for dimension, wanted in scope.filters.items():
        rows = rows.filter(keys.rung_condition(dimension, wanted))
    columns = [keys.rung_column(dimension) for dimension in reading.dimensions]
    if reading.top is not None:
        columns = [_folded(columns[0], keys.rung_condition(reading.dimensions[0], reading.top))]
    # PostgreSQL sums bigints as numeric: cast back, or Python gets Decimals.
    sums = {
        f"sum_{measure}": Cast(Sum(measure, output_field=BigIntegerField()), BigIntegerField())
        for measure in MEASURES
    }
    days = reading.cuts.days or ()
    if days and len(days) == (days[-1] - span.first_day).days:
        # Buckets are days: the column itself is cheaper to group by than a number.
        for (members, day), amounts in _grouped(rows, columns, F("day"), sums):
            yield (members, (day - span.first_day).days), amounts
        return
    yield from _grouped(rows, columns, BucketNumber("day", days) if days else None, sums)


def _folded(column: Combinable, condition: Q) -> Case:
    return Case(When(condition, then=column), default=Value(None))


def _grouped(
    rows: "QuerySet[Any]", columns: list[Combinable], bucket: Combinable | None, sums: dict[str, Any]
) -> Iterator[tuple[Any, Amounts]]:
    """Groups and sums; a group's second part is the bucket's value, 0 without `bucket`."""
    by = {f"key_{number}": column for number, column in enumerate(columns)}
    if bucket is not None:
        by["bucket"] = bucket
    if not by:
        yield ((), 0), tuple(value or 0 for value in rows.aggregate(**sums).values())
        return
    width = len(columns)
    for values in rows.annotate(**by).values(*by).annotate(**sums).order_by().values_list(*by, *sums):
        members = tuple(("",) if value is None else keys.member_keys(value) for value in values[:width])
        yield (members, 0 if bucket is None else values[width]), values[len(by) :]
