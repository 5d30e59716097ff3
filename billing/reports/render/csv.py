"""A report as CSV (RFC 4180, UTF-8), for spreadsheets and scripts."""

from collections.abc import Iterator
from decimal import Decimal

from billing.reports.render.columns import Value, figure_values, group_values, header
from billing.reports.report import Report
from core.csv_lines import CONTENT_TYPE, csv_line

__all__ = ["CONTENT_TYPE", "render_csv"]

_NANODOLLAR = Decimal("1e-9")


def render_csv(report: Report) -> Iterator[str]:
    """Line by line: the header, then the rows; an unknown figure is empty, cost has all its decimals."""
    yield csv_line(header(report))
    for row in report.rows:
        values = [*group_values(report, row), *figure_values(row.sums, row.previous)]
        yield csv_line(map(_with_nanodollars, values))


def _with_nanodollars(value: Value) -> Value:
    return value.quantize(_NANODOLLAR) if isinstance(value, Decimal) else value
