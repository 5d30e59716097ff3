"""A report as CSV (RFC 4180, UTF-8), for spreadsheets and scripts."""

import csv
from collections.abc import Iterator
from decimal import Decimal

from billing.reports.render.columns import Value, cost_text, figure_values, group_values, header
from billing.reports.report import Report

CONTENT_TYPE = "text/csv; charset=utf-8"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    """Hands back what csv.writer writes."""

    def write(self, line: str) -> str:
        return line


def render_csv(report: Report) -> Iterator[str]:
    """Line by line: the header, then the rows; an unknown figure is empty, cost has all its decimals.

    A text that a spreadsheet would run as a formula gets a leading apostrophe
    (https://owasp.org/www-community/attacks/CSV_Injection).
    """
    writer = csv.writer(_Echo())
    yield str(writer.writerow(header(report)))
    for row in report.rows:
        values = [*group_values(report, row), *figure_values(row.sums, row.previous)]
        yield str(writer.writerow(map(_cell, values)))


def _cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return cost_text(value)
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return str(value)
