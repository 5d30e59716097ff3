"""Queries in words."""

from collections.abc import Sequence
from datetime import date

from billing.reports.query import Dimension, Interval, UsageQuery

_NAMES = {
    Dimension.REQUEST_TYPE: "request type",
}

INTERVALS = {
    None: "whole period",
    Interval.HOUR: "hour",
    Interval.DAY: "day",
    Interval.WEEK: "week",
    Interval.MONTH: "month",
}


def dimension_name(dimension: Dimension) -> str:
    """Lower case: "request type"."""
    return _NAMES.get(dimension, dimension.value)


def title(query: UsageQuery) -> str:
    """ "Usage by provider and model", "Usage by project, day by day"."""
    names = [dimension_name(dimension) for dimension in query.group_by]
    every = f", {INTERVALS[query.interval]} by {INTERVALS[query.interval]}" if query.interval else ""
    return f"Usage by {enumeration(names)}{every}"


def enumeration(words: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def days_text(first: date, last: date, *, with_year: bool = True) -> str:
    """ "19 November 2026", "1 to 19 November 2026", "28 October to 3 November 2026"."""
    year = " %Y" if with_year or first.year != last.year else ""
    end = last.strftime(f"%-d %B{year}")
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {end}"
    start = first.strftime("%-d %B" if first.year == last.year else "%-d %B %Y")
    return f"{start} to {end}"


def short_days(first: date, last: date) -> str:
    """ "4–22 Oct", "28 Oct – 3 Nov": for legends."""
    end = last.strftime("%-d %b")
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{end}"
    return f"{first.strftime('%-d %b')} – {end}"


def file_name(query: UsageQuery, extension: str) -> str:
    """ "usage-by-provider-model-2026-11-01-to-2026-11-19.csv"."""
    parts = ["usage-by", *query.group_by, *([query.interval.value] if query.interval else [])]
    return f"{'-'.join(parts)}-{query.first_day}-to-{query.last_day}.{extension}"
