"""The models and projects that cost most, and what changed them."""

from dataclasses import dataclass, replace
from decimal import Decimal

from accounts.models import User
from billing.pages import sums as ratios
from billing.pages.links import calls_url, narrowed, report_url
from billing.reports.build import build_report
from billing.reports.query import Dimension, UsageQuery
from billing.reports.report import Report, Row
from core.numbers import money_text, percent_text
from dashboard.overview.effects import change_decimals, effects, effects_text

MODELS_SHOWN = 6
PROJECTS_SHOWN = 5
_BY_MODEL = (Dimension.PROJECT, Dimension.PROVIDER, Dimension.MODEL)


@dataclass(frozen=True, slots=True)
class Mover:
    """One line of a top list. `bar`: percent of the longest one. `change` and `note` may be empty."""

    label: str
    provider: str
    url: str
    cost: Decimal | None
    cost_url: str
    bar: int
    share: str
    change: str
    note: str


@dataclass(frozen=True, slots=True)
class TopList:
    lines: tuple[Mover, ...]
    count: int
    url: str


def top_models(report: Report) -> TopList:
    """From a report by provider and model."""
    query = report.query
    lines = []
    for row in report.rows[:MODELS_SHOWN]:
        provider, model = row.members
        one = narrowed(query, provider=provider.key, model=model.key)
        url = report_url(replace(one, group_by=(Dimension.PROJECT,)))
        change = _percent_change(row)
        lines.append(_mover(report, row, model.label, provider.key, url, one, change))
    return TopList(tuple(lines), len(report.rows), report_url(query))


def top_projects(query: UsageQuery, user: User) -> TopList:
    """Two reports: the projects, and for the first of them what they consist of."""
    report = build_report(replace(query, group_by=(Dimension.PROJECT,)), user=user)
    shown = report.rows[:PROJECTS_SHOWN]
    keys = tuple(row.members[0].key for row in shown)
    cells: dict[str, list[Row]] = {key: [] for key in keys}
    if keys:
        filters = {**query.filters, Dimension.PROJECT: keys}
        inner = build_report(
            replace(query, group_by=_BY_MODEL, filters=filters), user=user, now=report.generated_at
        )
        for cell in inner.rows:
            cells[cell.members[0].key].append(cell)
    lines = []
    for row in shown:
        [project] = row.members
        one = narrowed(query, project=project.key)
        change, note = _moved(row, cells[project.key])
        lines.append(_mover(report, row, project.label, "", report_url(one), one, change, note))
    return TopList(tuple(lines), len(report.rows), report_url(report.query))


def _mover(
    report: Report,
    row: Row,
    label: str,
    provider: str,
    url: str,
    one: UsageQuery,
    change: str,
    note: str = "",
) -> Mover:
    longest = max((other.sums.cost or Decimal(0) for other in report.rows), default=Decimal(0))
    share = ratios.share(row.sums.cost, report.totals.cost)
    return Mover(
        label=label,
        provider=provider,
        url=url,
        cost=row.sums.cost,
        cost_url=calls_url(one) if row.sums.cost is not None else calls_url(one, "unpriced"),
        bar=int(100 * (ratios.share(row.sums.cost, longest) or 0)),
        share="" if share is None else percent_text(share),
        change=change,
        note=note,
    )


def _percent_change(row: Row) -> str:
    change = ratios.change(row.sums.cost, row.previous.cost) if row.previous else None
    return "" if change is None else percent_text(change, signed=True)


def _moved(row: Row, cells: list[Row]) -> tuple[str, str]:
    """The change in dollars and its parts, or why there is none."""
    before = row.previous
    if before is None or not before.requests:
        return "", "nothing in the period before"
    parts = effects(row.sums, before, cells)
    if parts is None or row.sums.cost is None:
        return "", "no price in one of the periods"
    decimals = change_decimals(parts.volume, parts.mix, parts.unit_cost)
    return money_text(parts.total, decimals, signed=True), effects_text(parts)
