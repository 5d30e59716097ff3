"""What waits for a person, the most urgent first."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from django.db.models import Count

from accounts.models import User
from billing.pages import sums as ratios
from billing.pages.links import calls_url, narrowed, scope_url
from billing.reports.query import Dimension, Interval, UsageQuery
from billing.reports.report import OTHER, Report, Sums
from billing.reports.rows import rows_behind
from core.numbers import count_text, percent_text
from core.providers import provider_label
from core.zones import local_day, zone_info
from dashboard.overview.imports import RecentRun

_IMPORTS_STAY = timedelta(days=7)
_IMPORTS_SHOWN = 3
_MODELS_NAMED = 2

_FAILURES_AT_LEAST = 10
_FAILING_RATE = Decimal("0.05")
_TIMES_THE_USUAL = 3


@dataclass(frozen=True, slots=True)
class Need:
    """`tone`: "danger" for what fails, "warn" for what waits."""

    icon: str
    tone: str
    title: str
    note: str
    url: str


def needs(report: Report, runs: tuple[RecentRun, ...], user: User) -> tuple[Need, ...]:
    """From a report by provider and model, and the newest imports."""
    return (*_failing_providers(report, user), *_unpriced(report), *_imports(report, runs))


def _failing_providers(report: Report, user: User) -> Iterator[Need]:
    """Providers whose calls fail today far more often than they did on the period's days before."""
    today = local_day(report.generated_at, zone_info(report.query.zone))
    query = replace(report.query, first_day=today, last_day=today, compare=False)
    for slug, now, usual in _todays_sums(report):
        rate, usual_rate = ratios.error_rate(now) or 0, ratios.error_rate(usual) or 0
        if now.errors < _FAILURES_AT_LEAST or rate < _FAILING_RATE or rate < _TIMES_THE_USUAL * usual_rate:
            continue
        one = narrowed(query, provider=slug)
        calls = now.requests + now.errors
        yield Need(
            "plug",
            "danger",
            f"{provider_label(slug)}: {percent_text(rate, 0)} of calls fail today",
            f"{count_text(now.errors)} of {count_text(calls)}{_common_error(one, user)}",
            calls_url(one, "errors"),
        )


def _todays_sums(report: Report) -> Iterator[tuple[str, Sums, Sums]]:
    """Each provider of the chart with its sums of today and of the days before; nothing where the bars of the
    chart do not tell today apart."""
    is_by_day = report.chart_interval is Interval.DAY
    is_today = (
        bool(report.buckets) and report.buckets[-1].start <= report.generated_at < report.buckets[-1].end
    )
    if not is_today or not (is_by_day or report.query.first_day == report.query.last_day):
        return
    for series in report.series:
        if series.member != OTHER:
            split = -1 if is_by_day else 0
            yield (
                series.member.key,
                ratios.summed(series.points[split:]),
                ratios.summed(series.points[:split]),
            )


def _common_error(query: UsageQuery, user: User) -> str:
    errors = rows_behind(query, user=user).filter(status="error").exclude(error_type="")
    kinds = errors.values_list("error_type").annotate(count=Count("id")).order_by("-count", "error_type")
    first = kinds.first()
    return f", mostly {first[0]}" if first else ""


def _unpriced(report: Report) -> Iterator[Need]:
    count = report.totals.unpriced_requests
    if not count:
        return
    models = sorted(
        (
            (row.sums.unpriced_requests, row.members[1].label)
            for row in report.rows
            if row.sums.unpriced_requests
        ),
        key=lambda pair: (-pair[0], pair[1]),
    )
    named = [f"{label} {count_text(requests)}" for requests, label in models[:_MODELS_NAMED]]
    rest = len(models) - _MODELS_NAMED
    yield Need(
        "unpriced",
        "warn",
        "1 request has no price" if count == 1 else f"{count_text(count)} requests have no price",
        ", ".join([*named, *([f"{rest} more"] if rest > 0 else [])]),
        scope_url("billing:unpriced", replace(report.query, group_by=(Dimension.PROVIDER,))),
    )


def _imports(report: Report, runs: tuple[RecentRun, ...]) -> Iterator[Need]:
    """Imports of the last days that failed or left records out, unless a later one of the same went well."""
    seen: set[tuple[str, str]] = set()
    found = []
    for run in runs:
        same = run.source, run.label
        if same in seen or run.started_at < report.generated_at - _IMPORTS_STAY:
            continue
        seen.add(same)
        if run.is_failed:
            found.append(
                Need("inbox", "danger", f"Import {run.status}", f"{run.label}, {run.source}", run.url)
            )
        elif run.left_out:
            rows = "1 row" if run.left_out == 1 else f"{count_text(run.left_out)} rows"
            note = f"{run.label}, {count_text(run.read)} read"
            found.append(Need("inbox", "warn", f"Import left {rows} out", note, run.url))
    yield from found[:_IMPORTS_SHOWN]
