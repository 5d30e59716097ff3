"""What is read: the days of a period, and of the one it is compared with."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from billing.reports.buckets import at_wall_clock
from billing.reports.query import Interval, UsageQuery
from billing.reports.report import Bucket
from core.zones import day_start, local_day, zone_info

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first_day` to `last_day`, both included; the last only up to the moment `cut`, if any.

    Empty when `last_day` is before `first_day`.
    """

    first_day: date
    last_day: date
    zone: ZoneInfo
    cut: datetime | None = None

    @property
    def start(self) -> datetime:
        return day_start(self.first_day, self.zone)

    @property
    def end(self) -> datetime:
        """Exclusive."""
        return self.cut or day_start(self.last_day + _DAY, self.zone)

    @property
    def last_whole_day(self) -> date:
        return self.last_day if self.cut is None else self.last_day - _DAY

    @property
    def part_start(self) -> datetime:
        """Where the day that `cut` ends begins."""
        return day_start(self.last_day, self.zone)


@dataclass(frozen=True, slots=True)
class Cuts:
    """The inner boundaries of buckets: the n-th starts bucket n. `days` is None where buckets are hours."""

    days: tuple[date, ...] | None
    moments: tuple[datetime, ...]


UNCUT = Cuts((), ())
"""One bucket."""


def period_span(query: UsageQuery) -> Span:
    return Span(query.first_day, query.last_day, zone_info(query.zone))


def shift_days(query: UsageQuery) -> int:
    """How many days earlier the period lies with which this one is compared: whole weeks, so that weekdays
    meet, and at least its length, so that the two do not overlap.

    A period that starts with a month lies at least four weeks apart: so a month so far keeps the same
    counterpart from day to day, in the month before (1–19 November: 4–22 October).
    """
    days = (query.last_day - query.first_day).days + 1
    weeks = -(-days // 7)
    return 7 * (max(weeks, 4) if query.first_day.day == 1 else weeks)


def previous_span(query: UsageQuery, now: datetime) -> Span:
    """The days compared with, up to the same elapsed part where the period is not over at `now`."""
    zone, shift = zone_info(query.zone), timedelta(days=shift_days(query))
    today = local_day(now, zone)
    first_day = query.first_day - shift
    if query.last_day < today:
        return Span(first_day, query.last_day - shift, zone)
    if query.first_day > today:
        return Span(first_day, first_day - _DAY, zone)
    last_day = today - shift
    cut = at_wall_clock(now, zone, shift.days)
    # Where a midnight comes twice, the shown time may belong to the day beside.
    cut = min(max(cut, day_start(last_day, zone)), day_start(last_day + _DAY, zone))
    return Span(first_day, last_day, zone, cut)


def bucket_cuts(
    buckets: tuple[Bucket, ...], interval: Interval, zone: ZoneInfo, days_earlier: int = 0
) -> Cuts:
    """The boundaries between `buckets`, or between their counterparts `days_earlier` days before."""
    inner = buckets[1:]
    if interval is Interval.HOUR:
        if not days_earlier:
            return Cuts(None, tuple(bucket.start for bucket in inner))
        return Cuts(None, tuple(at_wall_clock(bucket.start, zone, days_earlier) for bucket in inner))
    days = tuple(bucket.first_day - timedelta(days=days_earlier) for bucket in inner)
    return Cuts(days, tuple(day_start(day, zone) for day in days))
