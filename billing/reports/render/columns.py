"""The columns of a report, the same in every file: names that never change and values as Python has them."""

from datetime import date
from decimal import Decimal

from billing.reports.keys import IDENTIFIED
from billing.reports.query import Interval
from billing.reports.report import Bucket, Report, Row, Sums
from core.ids import NIL
from core.zones import zone_info

FIGURES = (
    "requests",
    "errors",
    "input_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "output_tokens",
    "reasoning_tokens",
    "total_tokens",
    "cost",
    "unpriced_requests",
)
PREVIOUS = "previous_"
"""Stands before the figures of the period compared with."""

Value = str | int | Decimal | date | None


def figures(sums: Sums) -> dict[str, int | Decimal | None]:
    return {name: getattr(sums, name) for name in FIGURES}


def cost_text(cost: Decimal) -> str:
    """Dollars with all nine decimals, never an exponent: "0.072928000"."""
    return f"{cost:.9f}"


def group_columns(report: Report) -> list[str]:
    """Dimensions, each followed by its id where it has one, then the bucket."""
    names = []
    for dimension in report.dimensions:
        names.append(dimension.value)
        if dimension in IDENTIFIED:
            names.append(f"{dimension.value}_id")
    return [*names, "bucket"] if report.query.interval else names


def group_values(report: Report, row: Row) -> list[str | date | None]:
    """A row's values of `group_columns`."""
    values: list[str | date | None] = []
    for dimension, member in zip(report.dimensions, row.members, strict=True):
        values.append(member.label)
        if dimension in IDENTIFIED:
            values.append(None if member.key == str(NIL) else member.key)
    return [*values, bucket_value(report, row.bucket)] if row.bucket else values


def bucket_value(report: Report, bucket: Bucket) -> str | date:
    """The first day of a day, week or month; an hour's local start with its distance from UTC."""
    if report.query.interval is Interval.HOUR:
        return bucket.start.astimezone(zone_info(report.query.zone)).isoformat()
    return bucket.first_day


def header(report: Report) -> list[str]:
    previous = [PREVIOUS + name for name in FIGURES] if report.query.compare else []
    return [*group_columns(report), *FIGURES, *previous]


def figure_values(sums: Sums, previous: Sums | None) -> list[int | Decimal | None]:
    """The figures in the order of the header."""
    return [*figures(sums).values(), *(figures(previous).values() if previous else ())]
