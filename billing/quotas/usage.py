"""What was used in periods of people and projects, for many of them in one query."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, IntegerField, QuerySet, Sum, Value
from django.db.models.functions import Cast

from billing.models import DailyPersonUsage, DailyProjectUsage, TokenUsage
from billing.quotas.periods import Period
from billing.reports.expressions import LedgerSum
from billing.reports.plan import is_kept
from core.fields import from_nanos

_ZONE = "UTC"
_MEASURES = ("requests", "input_tokens", "output_tokens", "cost", "unpriced_requests", "unmeasured_requests")
_DAY = timedelta(days=1)
_MOST_PARTS = 400
"""Of one statement: SQLite joins 500 at most."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose calls count, and when: a person's, a project's, or a person's in a project."""

    project_id: UUID | None
    person_id: UUID | None
    period: Period


@dataclass(frozen=True, slots=True)
class Used:
    """Answered calls, their tokens and their cost; None where nobody knows any of it.

    `unpriced` and `unmeasured` calls are not in the cost and in the tokens.
    """

    requests: int
    tokens: int | None
    cost: Decimal | None
    unpriced: int
    unmeasured: int


def used_in(scopes: Collection[Scope]) -> dict[Scope, Used]:
    """What was used in each of `scopes`: whole days from the rollups where they are kept, else the ledger.

    Two queries for a page of them. Only booked calls count.
    """
    wanted = list(dict.fromkeys(scopes))
    if not wanted:
        return {}
    has_days = is_kept(_ZONE)
    parts = [
        rows.annotate(place=Value(place, output_field=IntegerField())).values_list(
            "place", *(f"sum_{measure}" for measure in _MEASURES)
        )
        for place, scope in enumerate(wanted)
        for rows in _parts(scope, has_days)
    ]
    totals = [[0] * len(_MEASURES) for _ in wanted]
    for start in range(0, len(parts), _MOST_PARTS):
        first, *others = parts[start : start + _MOST_PARTS]
        for place, *sums in first.union(*others, all=True):
            totals[place] = [total + (value or 0) for total, value in zip(totals[place], sums, strict=True)]
    return {scope: _used(*totals[place]) for place, scope in enumerate(wanted)}


def _parts(scope: Scope, has_days: bool) -> Iterator["QuerySet[Any]"]:
    start, end = scope.period
    first, after = _first_whole_day(start), end.astimezone(UTC).date()
    if not has_days or first >= after:
        yield _ledger(scope, start, end)
        return
    first_midnight, last_midnight = _midnight(first), _midnight(after)
    if start < first_midnight:
        yield _ledger(scope, start, first_midnight)
    yield _days(scope, first, after)
    if last_midnight < end:
        yield _ledger(scope, last_midnight, end)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _first_whole_day(start: datetime) -> date:
    day = start.astimezone(UTC).date()
    return day if start == _midnight(day) else day + _DAY


def _days(scope: Scope, first: date, after: date) -> "QuerySet[Any]":
    """One row of sums over the days from `first` until before `after`."""
    model: Any = DailyProjectUsage if scope.person_id is None else DailyPersonUsage
    rows = model.objects.filter(zone=_ZONE, day__gte=first, day__lt=after)
    rows = rows if scope.project_id is None else rows.filter(project_id=scope.project_id)
    rows = rows if scope.person_id is None else rows.filter(person_key=scope.person_id)
    sums = {
        # PostgreSQL sums bigints as numeric: cast back, or Python gets Decimals.
        f"sum_{measure}": Cast(Sum(measure, output_field=BigIntegerField()), BigIntegerField())
        for measure in _MEASURES
    }
    return _one_row(rows, sums)


def _ledger(scope: Scope, start: datetime, end: datetime) -> "QuerySet[Any]":
    rows = TokenUsage.objects.booked().filter(occurred_at__gte=start, occurred_at__lt=end)
    rows = rows if scope.project_id is None else rows.filter(project_id=scope.project_id)
    rows = rows if scope.person_id is None else rows.filter(person_id=scope.person_id)
    return _one_row(rows, {f"sum_{measure}": LedgerSum(measure) for measure in _MEASURES})


def _one_row(rows: "QuerySet[Any]", sums: dict[str, Any]) -> "QuerySet[Any]":
    """`aggregate` as a query that can be joined with others: grouped by a constant, which is no group."""
    everything = Value(0, output_field=IntegerField())
    grouped = rows.order_by().annotate(everything=everything).values("everything")
    totals: QuerySet[Any] = grouped.annotate(**sums)
    return totals


def _used(requests: int, given: int, taken: int, nanos: int, unpriced: int, unmeasured: int) -> Used:
    tokens = given + taken
    return Used(
        requests=requests,
        tokens=None if not tokens and requests and unmeasured == requests else tokens,
        cost=None if not nanos and requests and unpriced == requests else from_nanos(nanos),
        unpriced=unpriced,
        unmeasured=unmeasured,
    )
