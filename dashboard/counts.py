"""Figures beside the sidebar's links: only those that a few rows of a rollup, or a small index, answer."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet, Sum
from django.http import HttpRequest

from accounts.models import User
from billing.models import DailyModelUsage, DailyProjectUsage, RollupZone
from chat.pages.approvals import waiting_count
from core.zones import reader_zone
from dashboard.period import read_period
from dashboard.topbar import reader_today


def unpriced_requests(request: HttpRequest, user: User) -> int:
    """Answered calls without a price in the period and projects that the address names, if a rollup knows."""
    zone = str(reader_zone(request))
    if zone not in settings.REPORTING_TIME_ZONES:
        return 0
    projects = _chosen_projects(request)
    sums: QuerySet[Any] = DailyModelUsage.objects.visible_to(user)
    if projects or not user.sees_all_projects:
        sums = DailyProjectUsage.objects.visible_to(user)
    if projects:
        sums = sums.filter(project_id__in=projects)
    period = read_period(request.GET, reader_today(request))
    total: int | None = sums.filter(
        zone__in=RollupZone.objects.filter(zone=zone, built_at__isnull=False).values("zone"),
        day__range=(period.first_day, period.last_day),
    ).aggregate(total=Sum("unpriced_requests"))["total"]
    return total or 0


def waiting_approvals(request: HttpRequest, user: User) -> int:
    """Tool calls that wait for a decision in the projects that the address names, or all."""
    return waiting_count(user, _chosen_projects(request))


def _chosen_projects(request: HttpRequest) -> list[UUID]:
    chosen = []
    for text in request.GET.getlist("project"):
        try:
            chosen.append(UUID(text))
        except ValueError:
            continue
    return chosen
