"""The overview: everything its template writes."""

from dataclasses import dataclass, replace

from django.http import HttpRequest

from billing.pages.asking import read_query
from billing.pages.charts import Chart, build_chart
from billing.pages.links import report_url
from billing.pages.wording import days_text
from billing.reports.build import build_report
from billing.reports.query import Dimension
from billing.reports.report import Report, Sums
from core.zones import local_day, zone_info
from dashboard.navigation import SCOPE
from dashboard.overview.figures import Figure, key_figures
from dashboard.overview.health import Health, read_health
from dashboard.overview.imports import Heard, RecentRun, recent_runs, recent_sources, runs_url
from dashboard.overview.movers import TopList, top_models, top_projects
from dashboard.overview.needs import Need, needs
from projects.models import Project

RUNS_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Overview:
    """`has_usage`: the reader may see a call of any day; without one there are no figures to show.
    `has_projects`: there is a project whose calls they might see."""

    period: str
    faults: tuple[str, ...]
    has_projects: bool
    is_period_empty: bool
    figures: tuple[Figure, ...]
    chart: Chart
    chart_title: str
    chart_url: str
    needs: tuple[Need, ...]
    models: TopList
    projects: TopList
    runs: tuple[RecentRun, ...]
    runs_url: str
    sources: tuple[Heard, ...]
    health: Health

    @property
    def has_usage(self) -> bool:
        return self.health.last_event_at is not None


def build_overview(request: HttpRequest) -> Overview:
    asked = read_query(request, *SCOPE)
    user = asked.user
    query = replace(asked.query, group_by=(Dimension.PROVIDER, Dimension.MODEL), compare=True)
    report = build_report(query, user=user)
    runs = recent_runs(request, user)
    chart = build_chart(report)
    return Overview(
        period=_period(report),
        faults=asked.faults,
        has_projects=user.sees_all_projects or Project.objects.visible_to(user).exists(),
        is_period_empty=report.totals == Sums(),
        figures=key_figures(report),
        chart=chart,
        chart_title=f"Spend {'an' if chart.interval == 'hour' else 'a'} {chart.interval}",
        chart_url=report_url(replace(query, group_by=(Dimension.PROVIDER,), interval=report.chart_interval)),
        needs=needs(report, runs, user),
        models=top_models(report),
        projects=top_projects(query, user),
        runs=runs[:RUNS_SHOWN],
        runs_url=runs_url(request),
        sources=recent_sources(user),
        health=read_health(user, query.zone, report.generated_at),
    )


def _period(report: Report) -> str:
    """ "1 to 19 November, today so far, against 4 to 22 October: same weekdays, same hours"."""
    query, today = report.query, local_day(report.generated_at, zone_info(report.query.zone))
    is_running = query.first_day <= today <= query.last_day
    last_day = min(query.last_day, today) if is_running else query.last_day
    text = days_text(query.first_day, last_day, with_year=last_day.year != today.year)
    if report.previous_days is None or report.previous_days[1] < report.previous_days[0]:
        return text
    before = days_text(*report.previous_days, with_year=report.previous_days[1].year != last_day.year)
    running, hours = (", today so far", ", same hours") if is_running else ("", "")
    return f"{text}{running}, against {before}: same weekdays{hours}"
