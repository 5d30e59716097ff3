"""A report as a table for a terminal."""

from datetime import date
from decimal import Decimal

from rich.table import Table
from rich.text import Text

from billing.reports.query import Dimension
from billing.reports.render.columns import bucket_value, figures
from billing.reports.report import Report, Row, Sums
from core.numbers import count_text, money_text, percent_text

_HEADS = (
    "Requests",
    "Errors",
    "Input",
    "Cache read",
    "Cache write",
    "Output",
    "Reasoning",
    "Total",
    "Cost, USD",
)
_UNKNOWN = "–"
UNPRICED = "unpriced"


def render_table(report: Report) -> Table:
    """Every row and the totals, figures in full; cost with as many decimals as its longest needs."""
    table = Table(
        title=_title(report), title_justify="left", show_footer=True, show_edge=False, pad_edge=False
    )
    labels = [_head(dimension) for dimension in report.dimensions]
    for place, head in enumerate([*labels, *(["Bucket"] if report.query.interval else [])]):
        table.add_column(head, "" if place else "Total", overflow="fold")
    decimals = _decimals(report)
    heads = [*_HEADS, *(["Unpriced"] if report.totals.unpriced_requests else [])]
    heads += ["Before", "Change"] if report.query.compare else []
    for head, total in zip(
        heads, _cells(report, report.totals, report.previous_totals, decimals), strict=True
    ):
        table.add_column(head, total, justify="right", no_wrap=True)
    for row in report.rows:
        table.add_row(*_group(report, row), *_cells(report, row.sums, row.previous, decimals))
    return table


def _title(report: Report) -> str:
    days = f"{_day(report.query.first_day)} to {_day(report.query.last_day)}"
    against = " against {} to {}".format(*map(_day, report.previous_days)) if report.previous_days else ""
    return f"Usage, {days}{against}, {report.query.zone}"


def _day(day: date) -> str:
    return f"{day:%-d %b %Y}"


def _head(dimension: Dimension) -> str:
    return dimension.replace("_", " ").capitalize()


def _group(report: Report, row: Row) -> list[Text]:
    labels = [member.label for member in row.members]
    return [
        _plain(label)
        for label in ([*labels, str(bucket_value(report, row.bucket))] if row.bucket else labels)
    ]


def _plain(label: str) -> Text:
    """Names come from outside: neither rich's markup nor a terminal's control sequences run."""
    return Text("".join(letter if letter.isprintable() else "\ufffd" for letter in label))


def _decimals(report: Report) -> int:
    """The decimals that show every cost exactly: two to nine."""
    shown = [report.totals, *(row.sums for row in report.rows)]
    shown += [sums for sums in (report.previous_totals, *(row.previous for row in report.rows)) if sums]
    costs = [sums.cost.normalize() for sums in shown if sums.cost]
    return max([2, *(-int(cost.as_tuple().exponent) for cost in costs)])


def _cells(report: Report, sums: Sums, previous: Sums | None, decimals: int) -> list[str]:
    values = figures(sums)
    unpriced = values.pop("unpriced_requests")
    cells = [_cell(value) for value in [*values.values()][:-1]]
    cells.append(_cost(sums.cost, decimals))
    if report.totals.unpriced_requests:
        cells.append(_cell(unpriced))
    if previous is not None:
        cells += [_cost(previous.cost, decimals), _change(sums.cost, previous.cost)]
    return cells


def _cell(value: int | Decimal | None) -> str:
    return _UNKNOWN if value is None else count_text(value)


def _cost(cost: Decimal | None, decimals: int) -> str:
    return UNPRICED if cost is None else money_text(cost, decimals)


def _change(cost: Decimal | None, previous: Decimal | None) -> str:
    return _UNKNOWN if cost is None or not previous else percent_text(cost / previous - 1, signed=True)
