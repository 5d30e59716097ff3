"""From a question to its answer."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.utils import timezone

from accounts.models import User
from billing.reports.amounts import NOTHING, Amounts, to_sums, total
from billing.reports.buckets import chart_interval, time_buckets
from billing.reports.folding import first_members, member_points, point_amounts, row_amounts
from billing.reports.labels import members
from billing.reports.plan import is_kept
from billing.reports.query import Dimension, Interval, UsageQuery
from billing.reports.reading import Groups, Reading, Scope, read_groups, rung_for
from billing.reports.report import OTHER, Bucket, Member, Report, Row, Series, Sums
from billing.reports.spans import bucket_cuts, period_span, previous_span, shift_days
from core.zones import zone_info

SERIES_SHOWN = 8


@dataclass(frozen=True, slots=True)
class _Frame:
    """What all readings of a report share."""

    query: UsageQuery
    scope: Scope
    buckets: tuple[Bucket, ...]
    interval: Interval

    @property
    def wanted_tags(self) -> tuple[str, ...]:
        return self.query.filters.get(Dimension.TAG, ())

    def reading(
        self,
        *dimensions: Dimension,
        in_buckets: bool,
        days_earlier: int = 0,
        top: tuple[str, ...] | None = None,
    ) -> Reading:
        if not in_buckets:
            return Reading(dimensions)
        cuts = bucket_cuts(self.buckets, self.interval, zone_info(self.query.zone), days_earlier)
        return Reading(dimensions, cuts, top)


class _Previous(NamedTuple):
    rows: dict[tuple[tuple[str, ...], int], Amounts]
    totals: Sums
    points: tuple[Sums, ...]
    days: tuple[date, date]


def build_report(query: UsageQuery, *, user: User | None = None, now: datetime | None = None) -> Report:
    """Answer `query` for `user`, who sees their projects alone; None: the whole installation, for commands.

    The number of statements does not depend on the data. Raises ValueError for a zone that does not exist.
    """
    now = now or timezone.now()
    interval = chart_interval(query)
    frame = _Frame(
        query, Scope(user, query.filters, is_kept(query.zone)), time_buckets(query, interval, now), interval
    )
    has_interval = query.interval is not None
    reading = frame.reading(*query.group_by, in_buckets=has_interval)
    rung = rung_for(frame.scope, reading)
    groups = read_groups(frame.scope, period_span(query), reading)
    rows = row_amounts(groups, frame.wanted_tags)
    shown = first_members(rows)[:SERIES_SHOWN]
    charted = groups if has_interval else _charted_groups(frame, shown)
    previous = _previous(frame, now) if query.compare else None
    named = [
        members(dimension, {keys[place] for keys, _ in rows}, user)
        for place, dimension in enumerate(query.group_by)
    ]
    return Report(
        query=query,
        rows=_rows(frame, rows, named, previous),
        totals=to_sums(total(groups.values())),
        previous_totals=previous.totals if previous else None,
        buckets=frame.buckets,
        chart_interval=interval,
        series=tuple(
            Series(named[0].get(key, OTHER), tuple(map(to_sums, points)))
            for key, points in member_points(
                row_amounts(charted, frame.wanted_tags), shown, len(frame.buckets)
            )
        ),
        read_from=rung.model_name if rung else "TokenUsage",
        generated_at=now,
        points=_points(charted, frame),
        previous_points=previous.points if previous else None,
        previous_days=previous.days if previous else None,
    )


def _charted_groups(frame: _Frame, shown: list[str]) -> Groups:
    """By the first dimension and the chart's buckets; members without a series of their own in one group."""
    top = tuple(shown) if len(shown) == SERIES_SHOWN else None
    reading = frame.reading(frame.query.group_by[0], in_buckets=True, top=top)
    return read_groups(frame.scope, period_span(frame.query), reading)


def _previous(frame: _Frame, now: datetime) -> _Previous:
    query, scope = frame.query, frame.scope
    span, days_earlier = previous_span(query, now), shift_days(query)
    has_interval = query.interval is not None
    reading = frame.reading(*query.group_by, in_buckets=has_interval, days_earlier=days_earlier)
    groups = read_groups(scope, span, reading)
    charted = groups
    if not has_interval:
        charted = read_groups(scope, span, frame.reading(in_buckets=True, days_earlier=days_earlier))
    return _Previous(
        row_amounts(groups, frame.wanted_tags),
        to_sums(total(groups.values())),
        _points(charted, frame),
        (span.first_day, span.last_day),
    )


def _points(groups: Groups, frame: _Frame) -> tuple[Sums, ...]:
    return tuple(map(to_sums, point_amounts(groups, len(frame.buckets))))


def _rows(
    frame: _Frame,
    amounts: dict[tuple[tuple[str, ...], int], Amounts],
    named: list[dict[str, Member]],
    previous: _Previous | None,
) -> tuple[Row, ...]:
    rows = []
    for (keys, number), own in amounts.items():
        row = Row(
            tuple(names[key] for names, key in zip(named, keys, strict=True)),
            to_sums(own),
            frame.buckets[number] if frame.query.interval else None,
            to_sums(previous.rows.get((keys, number), NOTHING)) if previous else None,
        )
        rows.append(row)
    return tuple(sorted(rows, key=_rank))


def _rank(row: Row) -> tuple[object, ...]:
    cost = row.sums.cost
    return (
        row.bucket.start.timestamp() if row.bucket else 0,
        cost is None,
        -(cost or 0),
        tuple((member.label.casefold(), member.key) for member in row.members),
    )
