"""The key figures of a period, each against the period before."""

import json
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.html import format_html
from django.utils.safestring import SafeString

from billing.pages import sums as ratios
from billing.pages.charts import Measure
from billing.pages.links import calls_url, report_url, scope_url
from billing.reports.query import Dimension
from billing.reports.report import Report, Sums
from core.markup import NOT_APPLICABLE, UNPRICED, ZERO
from core.numbers import count_text, money_text, percent_text, tokens_text


@dataclass(frozen=True, slots=True)
class Figure:
    """`note` may hold markup of our own. `spark`: a JSON list of numbers, empty when there is no line."""

    label: str
    value: str
    note: str
    url: str
    spark: str = ""


def key_figures(report: Report) -> tuple[Figure, ...]:
    """From a report by provider and model that compares."""
    now, before = report.totals, report.previous_totals or Sums()
    query = replace(report.query, group_by=(Dimension.PROVIDER, Dimension.MODEL))
    return (
        Figure(
            "Spend",
            _cost(now.cost),
            _against(now.cost, before.cost, _cost),
            report_url(query),
            _spark(report),
        ),
        Figure(
            "Requests",
            count_text(now.requests),
            _against(now.requests, before.requests, count_text),
            report_url(query, [("measure", Measure.REQUESTS.value)]),
        ),
        Figure(
            "Tokens",
            _tokens(now),
            _tokens_note(now, before),
            report_url(query, [("measure", Measure.TOKENS.value)]),
        ),
        Figure("Error rate", _rate(now), _errors_note(now, before), calls_url(query, "errors")),
        Figure(
            "Unpriced",
            _count(now.unpriced_requests),
            _unpriced_note(report),
            scope_url("billing:unpriced", query),
        ),
    )


def _cost(cost: Decimal | None) -> str:
    return UNPRICED if cost is None else money_text(cost)


def _count(number: int) -> str:
    return count_text(number) if number else ZERO


def _tokens(sums: Sums) -> str:
    return NOT_APPLICABLE if sums.total_tokens is None else tokens_text(sums.total_tokens)


def _rate(sums: Sums) -> str:
    rate = ratios.error_rate(sums)
    return NOT_APPLICABLE if rate is None else percent_text(rate, 2)


def _delta(fraction: Decimal) -> SafeString:
    return format_html('<span class="delta">{}</span>', percent_text(fraction, signed=True))


def _against(now: Decimal | int | None, before: Decimal | int | None, text: "object") -> str:
    change = ratios.change(now, before)
    if change is None:
        return "nothing before" if now else ""
    return format_html("{} from {}", _delta(change), text(before))  # type: ignore[operator]


def _tokens_note(now: Sums, before: Sums) -> str:
    change, cached = ratios.change(now.total_tokens, before.total_tokens), ratios.cached_share(now)
    parts: list[str] = []
    if change is not None:
        parts.append(_delta(change))
    if cached is not None:
        parts.append(f"{percent_text(cached, 0)} of input cached")
    return _joined(parts)


def _errors_note(now: Sums, before: Sums) -> str:
    rate = ratios.error_rate(before)
    parts = [f"{count_text(now.errors)} failed"]
    if rate is not None:
        parts.append(f"{percent_text(rate, 2)} before")
    return ", ".join(parts)


def _unpriced_note(report: Report) -> str:
    models = sum(bool(row.sums.unpriced_requests) for row in report.rows)
    before = report.previous_totals.unpriced_requests if report.previous_totals else 0
    parts = [f"requests of {count_text(models)} model{'' if models == 1 else 's'}"] if models else []
    parts += [f"{count_text(before)} before"] if before else []
    return ", ".join(parts) or "every request has a price"


def _joined(parts: list[str]) -> str:
    if len(parts) == 2:
        return format_html("{}, {}", *parts)
    return parts[0] if parts else ""


def _spark(report: Report) -> str:
    """Spend of the buckets that are over: one still running would fall off a cliff. Floats, to be drawn."""
    over = [
        point.cost
        for bucket, point in zip(report.buckets, report.points, strict=True)
        if bucket.end <= report.generated_at
    ]
    return json.dumps([None if cost is None else float(cost) for cost in over]) if len(over) > 1 else ""
