"""A report as a chart, and as the table that says the same in figures."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from billing.pages.wording import short_days
from billing.reports.query import Dimension, Interval
from billing.reports.report import OTHER, Bucket, Report, Series, Sums
from core.numbers import count_text, money_text, tokens_text
from core.providers import provider_colour, provider_label
from core.zones import zone_info

PALETTE = ("anthropic", "openai", "google", "mistral", "openrouter", "azure", "aws", "x-ai", "deepseek")
"""Slugs that have colours: series that are no providers take them in turn."""


class Measure(StrEnum):
    """What a chart shows. The value is also the parameter `measure` of the report's address."""

    COST = "cost"
    TOKENS = "tokens"
    REQUESTS = "requests"

    @property
    def unit(self) -> str:
        return "usd" if self is Measure.COST else self.value

    def of(self, sums: Sums) -> Decimal | int | None:
        if self is Measure.COST:
            return sums.cost
        return sums.total_tokens if self is Measure.TOKENS else sums.requests

    def text(self, value: Decimal | int | None) -> str:
        if value is None:
            return "–"
        if self is Measure.COST:
            return money_text(Decimal(value))
        return tokens_text(int(value)) if self is Measure.TOKENS else count_text(value)


@dataclass(frozen=True, slots=True)
class ChartSeries:
    """`key`: a provider's slug, whose colour it takes; "other" is grey. `member`: the key of its rows."""

    key: str
    label: str
    member: str


@dataclass(frozen=True, slots=True)
class FigureRow:
    label: str
    values: tuple[str, ...]
    total: str
    previous: str
    has_unpriced: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """`data` is what static/js/chart.js draws, `rows` the same figures as text; `legend` goes from the bottom
    up, `label` is a sentence. `interval` is the width of a bar: "hour", "day", "week" or "month"."""

    data: dict[str, Any]
    legend: tuple[ChartSeries, ...]
    rows: tuple[FigureRow, ...]
    interval: str
    label: str
    previous_label: str
    has_unpriced: bool


def build_chart(report: Report, measure: Measure = Measure.COST) -> Chart:
    """Bars of the first dimension's series, the period before as a line. Bars that lie ahead are empty."""
    is_ahead = [bucket.start > report.generated_at for bucket in report.buckets]
    series = _ordered(report)
    legend = tuple(_chart_series(report, one, place) for place, one in enumerate(series))
    columns = [[measure.of(point) for point in one.points] for one in series]
    previous = _previous(report, measure, is_ahead)
    previous_label = short_days(*report.previous_days) if report.previous_days and previous else ""
    unpriced = [bool(point.unpriced_requests) for point in report.points]
    rings = unpriced if measure is Measure.COST else []
    total = measure.text(measure.of(report.totals))
    data = {
        "labels": [_tick(report, bucket) for bucket in report.buckets],
        "titles": [_title(report, bucket) for bucket in report.buckets],
        "unit": measure.unit,
        "series": [
            {"key": key.key, "label": key.label, "values": _drawn(values, is_ahead)}
            for key, values in zip(legend, columns, strict=True)
        ],
        "previous": _drawn(previous, is_ahead) if previous else None,
        "previous_label": previous_label,
        "unpriced": rings,
        "partial_last": bool(report.buckets)
        and report.buckets[-1].end > report.generated_at
        and not is_ahead[-1],
    }
    interval = report.chart_interval.value
    return Chart(
        data,
        legend,
        tuple(
            FigureRow(
                _title(report, bucket),
                tuple(measure.text(values[place]) for values in columns),
                measure.text(measure.of(report.points[place])),
                measure.text(previous[place]) if previous else "",
                unpriced[place],
            )
            for place, bucket in enumerate(report.buckets)
            if not is_ahead[place]
        ),
        interval,
        f"{measure.capitalize()} by {interval}, {total} in all. The figures stand below the chart.",
        previous_label,
        any(rings),
    )


def _ordered(report: Report) -> list[Series]:
    """Providers in the palette's steady order, others by rank; the folded rest on top."""
    series = list(report.series)
    if report.dimensions[0] is Dimension.PROVIDER:
        places = {slug: place for place, slug in enumerate(PALETTE)}
        series.sort(key=lambda one: places.get(one.member.key, len(places)))
    return sorted(series, key=lambda one: one.member == OTHER)


def _chart_series(report: Report, series: Series, place: int) -> ChartSeries:
    member = series.member
    if member == OTHER:
        return ChartSeries("other", member.label, member.key)
    if report.dimensions[0] is not Dimension.PROVIDER:
        return ChartSeries(PALETTE[place % len(PALETTE)], member.label, member.key)
    key = member.key if provider_colour(member.key) != "other" else "other"
    return ChartSeries(key, provider_label(member.label), member.key)


def _previous(report: Report, measure: Measure, is_ahead: list[bool]) -> list[Decimal | int | None] | None:
    if report.previous_points is None:
        return None
    values = [measure.of(point) for point in report.previous_points]
    return [None if ahead else value for value, ahead in zip(values, is_ahead, strict=True)]


def _drawn(values: list[Decimal | int | None], is_ahead: list[bool]) -> list[float | None]:
    """Lengths of bars: here, and only here, money may lose its exactness, since a canvas takes floats."""
    pairs = zip(values, is_ahead, strict=True)
    return [None if value is None or ahead else float(value) for value, ahead in pairs]


def _tick(report: Report, bucket: Bucket) -> str:
    """The shortest text that tells a bar from its neighbours."""
    zone = zone_info(report.query.zone)
    if report.chart_interval is Interval.HOUR:
        return f"{bucket.start.astimezone(zone):%H:%M}"
    if report.chart_interval is Interval.MONTH:
        return f"{bucket.first_day:%b}"
    is_one_month = (report.query.first_day.year, report.query.first_day.month) == (
        report.query.last_day.year,
        report.query.last_day.month,
    )
    if report.chart_interval is Interval.DAY and is_one_month:
        return str(bucket.first_day.day)
    return f"{bucket.first_day:%-d %b}"


def _title(report: Report, bucket: Bucket) -> str:
    """ "Thu 19 Nov" for a day; the bucket's own label for the rest."""
    if report.chart_interval is Interval.DAY:
        return f"{bucket.first_day:%a %-d %b}"
    return bucket.label
