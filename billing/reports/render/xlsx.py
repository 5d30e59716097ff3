"""A report as an Excel workbook: typed cells, totals, and a sheet that says what was asked."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter

from billing.reports.render.columns import Value, figure_values, group_columns, group_values, header
from billing.reports.report import Report
from core.zones import zone_info

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TEXT_WIDTH = 28
_NUMBER_WIDTH = 18


def render_xlsx(report: Report) -> bytes:
    """Sheet "Usage": the CSV's columns, numbers as numbers, days as dates, then the totals. Sheet "About".

    Rows go to disk as they are written, so memory does not grow with them. Excel keeps 15 digits of a number:
    beyond, the CSV and JSON are the exact ones.
    """
    target = BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as workbook:
        formats = _formats(workbook)
        _write_usage(workbook.add_worksheet("Usage"), report, formats)
        _write_about(workbook.add_worksheet("About"), report, formats)
    return target.getvalue()


def _formats(workbook: Any) -> dict[str, Any]:
    looks = {
        "head": {"bold": True, "bottom": 1},
        "date": {"num_format": "yyyy-mm-dd", "align": "left"},
        "count": {"num_format": "#,##0"},
        "cost": {"num_format": "#,##0.000000000"},
        "total": {"bold": True, "top": 1},
        "total count": {"bold": True, "top": 1, "num_format": "#,##0"},
        "total cost": {"bold": True, "top": 1, "num_format": "#,##0.000000000"},
    }
    return {name: workbook.add_format(look) for name, look in looks.items()}


def _write_usage(sheet: Any, report: Report, formats: dict[str, Any]) -> None:
    names = header(report)
    groups = len(group_columns(report))
    sheet.set_column(0, groups - 1, _TEXT_WIDTH)
    sheet.set_column(groups, len(names) - 1, _NUMBER_WIDTH)
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(names):
        sheet.write_string(0, column, name, formats["head"])
    line = 0
    for line, row in enumerate(report.rows, start=1):
        values = [*group_values(report, row), *figure_values(row.sums, row.previous)]
        for column, value in enumerate(values):
            _write(sheet, line, column, value, formats)
    labels: list[Value] = ["Total", *[None] * (groups - 1)]
    for column, value in enumerate([*labels, *figure_values(report.totals, report.previous_totals)]):
        _write(sheet, line + 1, column, value, formats, "total")


def _write(sheet: Any, line: int, column: int, value: Value, formats: dict[str, Any], look: str = "") -> None:
    if isinstance(value, str):
        sheet.write_string(line, column, value, formats.get(look))
    elif isinstance(value, Decimal):
        sheet.write_number(line, column, value, formats[f"{look} cost".strip()])
    elif isinstance(value, date):
        sheet.write_datetime(line, column, value, formats["date"])
    elif value is not None:
        sheet.write_number(line, column, value, formats[f"{look} count".strip()])
    elif look:
        sheet.write_blank(line, column, None, formats[look])


def _write_about(sheet: Any, report: Report, formats: dict[str, Any]) -> None:
    query = report.query
    generated = report.generated_at.astimezone(zone_info(query.zone))
    facts: list[tuple[str, Value]] = [
        ("From", query.first_day),
        ("To", query.last_day),
        ("Time zone", query.zone),
        ("Grouped by", ", ".join(query.group_by)),
        ("Every", query.interval.value if query.interval else "whole period"),
        *((f"Filter: {dimension}", ", ".join(keys)) for dimension, keys in sorted(query.filters.items())),
    ]
    if report.previous_days:
        facts += [
            ("Compared with, from", report.previous_days[0]),
            ("Compared with, to", report.previous_days[1]),
        ]
    facts += [
        ("Unpriced requests", report.totals.unpriced_requests),
        ("Generated", f"{generated:%Y-%m-%d %H:%M:%S} {query.zone}"),
        ("Cost", "US dollars; an empty cell is unknown, never zero"),
    ]
    sheet.set_column(0, 1, _TEXT_WIDTH)
    for line, (name, value) in enumerate(facts):
        sheet.write_string(line, 0, name)
        _write(sheet, line, 1, value, formats)
