"""The report's table, ready to be written: lines of cells, each with the address of the rows behind it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice

from accounts.models import User
from billing.pages.columns import Column, Figures, columns
from billing.pages.links import calls_url, here_url, report_url
from billing.pages.tree import Node, build_tree, sorted_tree
from billing.pages.wording import INTERVALS, dimension_name
from billing.reports.address import behind
from billing.reports.query import Dimension, Interval, UsageQuery
from billing.reports.report import Bucket, Report, Row
from core.providers import provider_label

LINES_SHOWN = 200
DEFAULT_SORT = "-cost"
NAME = "name"


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    url: str
    look: str


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head; `direction` is the value of aria-sort, empty when another column sorts."""

    label: str
    url: str
    direction: str


@dataclass(frozen=True, slots=True)
class Line:
    """`depth` counts from 0; a group's line stands above those of its members."""

    label: str
    url: str
    swatch: str
    depth: int
    is_group: bool
    unpriced: int
    unpriced_url: str
    cells: tuple[Cell, ...]

    @property
    def row_class(self) -> str:
        """ "is-group", "is-child", "is-group is-child", "is-child is-child--2", …; empty for a plain row."""
        looks = ["is-group"] if self.is_group else []
        looks += ["is-child"] if self.depth else []
        looks += [f"is-child--{self.depth}"] if self.depth > 1 else []
        return " ".join(looks)


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` counts the report's rows, `rows_shown` those among `lines`."""

    first_head: Head
    heads: tuple[Head, ...]
    lines: tuple[Line, ...]
    total: Line
    sort: str
    rows: int
    rows_shown: int


def build_table(report: Report, *, user: User | None, sort: str, swatches: Mapping[str, str]) -> Table:
    """`sort`: a column's key or "name", with "-" in front for the largest first. `swatches`: the colour
    (a slug) of each member of the first dimension that has one."""
    found = columns(report.totals, has_previous=report.query.compare)
    by_key = {column.key: column for column in found}
    if sort.removeprefix("-") not in {NAME, *by_key}:
        sort = DEFAULT_SORT
    column, descends = by_key.get(sort.removeprefix("-")), sort.startswith("-")

    def rank(node: Node) -> tuple[bool, Decimal, str]:
        value = column.value(Figures(node.sums, node.previous, report.totals)) if column else 0
        return value is None, Decimal(value or 0) * (-1 if descends else 1), node.label.casefold()

    nodes = sorted_tree(build_tree(report, user=user), rank, reverse=column is None and descends)
    lines = _shown(list(islice(_lines(report, nodes, found, swatches), LINES_SHOWN + 1)))
    names = ", ".join(_names(report.query)).capitalize()
    return Table(
        first_head=_head(report.query, NAME, names, sort),
        heads=tuple(_head(report.query, one.key, one.label, sort) for one in found),
        lines=tuple(lines),
        total=_total(report, found),
        sort=sort,
        rows=len(report.rows),
        rows_shown=sum(not line.is_group for line in lines),
    )


def _names(query: UsageQuery) -> list[str]:
    names = [dimension_name(dimension) for dimension in query.group_by]
    return [INTERVALS[query.interval], *names] if query.interval else names


def _head(query: UsageQuery, key: str, label: str, sort: str) -> Head:
    """Figures sort from the largest, names from A; the next click turns the order round."""
    first, second = (key, f"-{key}") if key == NAME else (f"-{key}", key)
    url = here_url(query, [("sort", second if sort == first else first)])
    if sort.removeprefix("-") != key:
        return Head(label, url, "")
    return Head(label, url, "descending" if sort.startswith("-") else "ascending")


def _lines(
    report: Report,
    nodes: Iterable[Node],
    found: tuple[Column, ...],
    swatches: Mapping[str, str],
    depth: int = 0,
) -> Iterator[Line]:
    for node in nodes:
        yield _line(report, node, found, swatches, depth)
        yield from _lines(report, node.children, found, swatches, depth + 1)


def _line(
    report: Report, node: Node, found: tuple[Column, ...], swatches: Mapping[str, str], depth: int
) -> Line:
    asked = replace(report.query, group_by=report.query.group_by[: len(node.members)])
    query = behind(asked, Row(node.members, node.sums, node.bucket))
    is_hour = report.query.interval is Interval.HOUR and node.bucket is not None
    addresses = _addresses(query, node.bucket if is_hour else None)
    unpriced = node.sums.unpriced_requests
    # A row that says "unpriced" in place of its cost need not say it twice.
    is_told = node.sums.cost is None and not node.children
    dimension = report.dimensions[len(node.members) - 1] if node.members else None
    return Line(
        label=provider_label(node.label) if dimension is Dimension.PROVIDER else node.label,
        url=report_url(_within(report.query, query, len(node.members))),
        swatch=swatches.get(node.members[0].key, "") if len(node.members) == 1 else "",
        depth=depth,
        is_group=bool(node.children),
        unpriced=0 if is_told else unpriced,
        unpriced_url=addresses["unpriced"],
        cells=_cells(found, Figures(node.sums, node.previous, report.totals), addresses),
    )


def _addresses(query: UsageQuery, hour: Bucket | None) -> dict[str, str]:
    """Where the rows behind a line's figures are, by Column.rows; an hour is less than the query's day."""
    start, end = (hour.start, hour.end) if hour else (None, None)
    found = {
        rows: calls_url(query, rows, start=start, end=end) for rows in ("answered", "errors", "unpriced")
    }
    return {**found, "": calls_url(query, start=start, end=end)}


def _cells(found: tuple[Column, ...], figures: Figures, addresses: dict[str, str]) -> tuple[Cell, ...]:
    cells = []
    for column in found:
        url = "" if column.rows is None else addresses[column.rows]
        if column.key == "cost" and figures.sums.cost is None:
            url = addresses["unpriced"]
        cells.append(Cell(column.text(figures), url, column.look(figures)))
    return tuple(cells)


def _within(whole: UsageQuery, part: UsageQuery, depth: int) -> UsageQuery:
    """The report of a line alone: grouped by what is left, or by what nobody has asked yet."""
    rest = whole.group_by[depth:]
    if not rest:
        unasked = (Dimension.PROJECT, Dimension.MODEL, Dimension.PERSON, Dimension.CONVERSATION)
        rest = (
            tuple(dimension for dimension in unasked if dimension not in part.filters)[:1] or whole.group_by
        )
    return replace(part, group_by=rest, compare=whole.compare)


def _total(report: Report, found: tuple[Column, ...]) -> Line:
    addresses = _addresses(report.query, None)
    figures = Figures(report.totals, report.previous_totals, report.totals)
    return Line(
        label="Total",
        url="",
        swatch="",
        depth=0,
        is_group=False,
        unpriced=report.totals.unpriced_requests,
        unpriced_url=addresses["unpriced"],
        cells=_cells(found, figures, addresses),
    )


def _shown(lines: list[Line]) -> list[Line]:
    """The first lines, without a group's line that has lost all of its members."""
    shown = lines[:LINES_SHOWN]
    while len(shown) < len(lines) and shown and shown[-1].is_group:
        shown.pop()
    return shown
