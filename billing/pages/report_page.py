"""The report page: everything its template writes."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from billing.pages.asking import Asked, project_ids, read_query
from billing.pages.charts import Chart, Measure, build_chart
from billing.pages.chips import Filters, Link, build_filters
from billing.pages.links import here_url
from billing.pages.table import DEFAULT_SORT, Table, build_table
from billing.pages.wording import days_text, title
from billing.reports.address import query_string
from billing.reports.build import build_report
from billing.reports.report import Report, Sums
from core.permissions import Action, may_in_all

FORMATS = ("csv", "xlsx", "json")


@dataclass(frozen=True, slots=True)
class ReportPage:
    report: Report
    title: str
    period: str
    faults: tuple[str, ...]
    filters: Filters
    exports: tuple[Link, ...]
    chart: Chart
    measures: tuple[Link, ...]
    table: Table

    @property
    def is_empty(self) -> bool:
        return self.report.totals == Sums()


def build_report_page(request: HttpRequest) -> ReportPage:
    asked = read_query(request)
    query = asked.query
    measure = _measure(request)
    sort = request.GET.get("sort", DEFAULT_SORT)
    report = build_report(query, user=asked.user)
    chart = build_chart(report, measure)
    swatches = {series.member: series.key for series in chart.legend}
    table = build_table(report, user=asked.user, sort=sort, swatches=swatches)
    own = _own(table.sort, measure)
    return ReportPage(
        report,
        title(query),
        _period(report),
        asked.faults,
        build_filters(asked, own),
        _exports(asked),
        chart,
        tuple(
            Link(one.capitalize(), here_url(query, _own(table.sort, one)), one is measure) for one in Measure
        ),
        table,
    )


def _exports(asked: Asked) -> tuple[Link, ...]:
    """Downloads of the report, for those who may export all that it is about."""
    if not may_in_all(asked.user, Action.EXPORT, project_ids(asked.query)):
        return ()
    text = query_string(asked.query)
    return tuple(
        Link(name.upper(), f"{reverse('billing:report_download', args=[name])}?{text}", False)
        for name in FORMATS
    )


def _own(sort: str, measure: Measure) -> tuple[tuple[str, str], ...]:
    """The page's own parameters, where they differ from what an address without them means."""
    stated = (("sort", sort, DEFAULT_SORT), ("measure", measure.value, Measure.COST.value))
    return tuple((name, value) for name, value, usual in stated if value != usual)


def _measure(request: HttpRequest) -> Measure:
    try:
        return Measure(request.GET.get("measure", Measure.COST))
    except ValueError:
        return Measure.COST


def _period(report: Report) -> str:
    """ "1 to 19 November 2026 against 4 to 22 October, in Europe/Berlin"."""
    query = report.query
    before = report.previous_days
    against = ""
    if before:
        against = f" against {days_text(*before, with_year=before[1].year != query.last_day.year)}"
    return f"{days_text(query.first_day, query.last_day)}{against}, in {query.zone}"
