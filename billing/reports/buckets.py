"""The spans of time into which a period is cut, exact at every edge of daylight saving time."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from billing.reports.query import Interval, UsageQuery
from billing.reports.report import Bucket
from core.zones import day_start, days_between, zone_info

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


def chart_interval(query: UsageQuery) -> Interval:
    """The query's own interval, else the one that gives its chart some dozens of buckets."""
    days = (query.last_day - query.first_day).days + 1
    if query.interval is not None:
        return query.interval
    if days <= 2:
        return Interval.HOUR
    if days <= 93:
        return Interval.DAY
    return Interval.WEEK if days <= 370 else Interval.MONTH


def time_buckets(query: UsageQuery, interval: Interval, now: datetime) -> tuple[Bucket, ...]:
    """All buckets of the query's period, in order, without gaps; the first starts and the last ends with it.

    `first_day` of a week is its Monday and of a month its first, also where the period begins later. Partial
    are those that the period cuts and those that are not over at `now`. Labels are distinct.
    """
    zone = zone_info(query.zone)
    if interval is Interval.HOUR:
        return _hours(query, zone, now)
    days = days_between(query.first_day, query.last_day)
    firsts = dict.fromkeys(_first_day(day, interval) for day in days)
    spans_years = query.first_day.year != query.last_day.year
    start, end = day_start(query.first_day, zone), day_start(query.last_day + _DAY, zone)
    buckets = []
    for first in firsts:
        whole = day_start(first, zone), day_start(_following(first, interval), zone)
        cut = max(whole[0], start), min(whole[1], end)
        buckets.append(
            Bucket(first, *cut, _label(first, interval, spans_years), cut != whole or cut[1] > now)
        )
    return tuple(buckets)


def _first_day(day: date, interval: Interval) -> date:
    if interval is Interval.MONTH:
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if interval is Interval.WEEK else day


def _following(first: date, interval: Interval) -> date:
    if interval is Interval.MONTH:
        return (first + timedelta(days=31)).replace(day=1)
    return first + timedelta(days=7 if interval is Interval.WEEK else 1)


def _label(first: date, interval: Interval, spans_years: bool) -> str:
    if interval is Interval.MONTH:
        return f"{first:%b %Y}"
    day = f"{first:%-d %b %Y}" if spans_years else f"{first:%-d %b}"
    return f"Week {first.isocalendar().week}, {day}" if interval is Interval.WEEK else day


def _hours(query: UsageQuery, zone: ZoneInfo, now: datetime) -> tuple[Bucket, ...]:
    """Hours counted from each day's start: 23 or 25 of them where clocks change, the last one shorter where
    they change by less than an hour."""
    spans = [
        (day, hour, min(hour + _HOUR, day_start(day + _DAY, zone)))
        for day in days_between(query.first_day, query.last_day)
        for hour in _hour_starts(day, zone)
    ]
    labels = [f"{start.astimezone(zone):%-d %b, %H:%M}" for _, start, _ in spans]
    repeated = {label for label, count in Counter(labels).items() if count > 1}
    return tuple(
        Bucket(
            day, start, end, f"{label} {offset_text(start, zone)}" if label in repeated else label, end > now
        )
        for (day, start, end), label in zip(spans, labels, strict=True)
    )


def _hour_starts(day: date, zone: ZoneInfo) -> list[datetime]:
    start, end = day_start(day, zone), day_start(day + _DAY, zone)
    hours = -(-(end - start) // _HOUR)
    return [start + number * _HOUR for number in range(hours)]


def offset_text(moment: datetime, zone: ZoneInfo) -> str:
    """The zone's distance from UTC at a moment: "-04:00"."""
    return moment.astimezone(zone).isoformat()[-6:]


def at_wall_clock(moment: datetime, zone: ZoneInfo, days_earlier: int) -> datetime:
    """The UTC moment when the clocks of `zone` showed `moment`'s time, `days_earlier` days before it."""
    local = moment.astimezone(zone).replace(tzinfo=None, fold=0) - timedelta(days=days_earlier)
    return local.replace(tzinfo=zone).astimezone(UTC)
