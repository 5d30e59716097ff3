"""A report as JSON, for programs."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

from billing.reports.query import UsageQuery
from billing.reports.render.columns import cost_text, figures, group_columns, group_values
from billing.reports.report import Report, Sums

CONTENT_TYPE = "application/json"


def render_json(report: Report) -> str:
    return json.dumps(report_data(report), ensure_ascii=False, indent=2) + "\n"


def report_data(report: Report) -> dict[str, Any]:
    """{"query", "rows", "totals"}: costs are decimal strings, unknown figures null.

    A report that compares also has "previous" in each row, and "previous_totals".
    """
    names = group_columns(report)
    rows = []
    for row in report.rows:
        data = dict(zip(names, map(_text, group_values(report, row)), strict=True)) | _figures(row.sums)
        if row.previous is not None:
            data["previous"] = _figures(row.previous)
        rows.append(data)
    data = {"query": query_data(report.query), "rows": rows, "totals": _figures(report.totals)}
    if report.previous_totals is not None:
        data["previous_totals"] = _figures(report.previous_totals)
    return data


def query_data(query: UsageQuery) -> dict[str, Any]:
    return {
        "from": query.first_day.isoformat(),
        "to": query.last_day.isoformat(),
        "zone": query.zone,
        "group_by": [dimension.value for dimension in query.group_by],
        "interval": query.interval.value if query.interval else None,
        "filters": {dimension.value: list(keys) for dimension, keys in sorted(query.filters.items())},
        "compare": query.compare,
    }


def _figures(sums: Sums) -> dict[str, Any]:
    return {
        name: cost_text(value) if isinstance(value, Decimal) else value
        for name, value in figures(sums).items()
    }


def _text(value: str | date | None) -> str | None:
    return value.isoformat() if isinstance(value, date) else value
