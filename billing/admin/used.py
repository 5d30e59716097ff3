"""What was used lately, read from the rollups: the choices of filters over the ledger, too large to ask."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from billing.models import DailyModelUsage, DailyProjectUsage, DailyUsage
from core.zones import default_zone

_LATELY = timedelta(days=400)
_DAYS_SHOWN = 14


def _names(request: HttpRequest) -> QuerySet[Any]:
    """The smallest rollup that names models and that the reader may see."""
    everything = getattr(request.user, "sees_all_projects", False)
    table: Any = DailyModelUsage if everything else DailyUsage
    since = timezone.now().date() - _LATELY
    return table.objects.visible_to(request.user).filter(zone=default_zone(), day__gte=since).order_by()  # type: ignore[no-any-return]


def used_providers(request: HttpRequest) -> Iterable[str]:
    return _names(request).values_list("provider", flat=True).distinct().order_by("provider")


def used_models(request: HttpRequest, provider: str | None) -> Iterable[str]:
    """Model names, of one provider when it is given."""
    names = _names(request)
    if provider:
        names = names.filter(provider=provider)
    return names.exclude(model="").values_list("model", flat=True).distinct().order_by("model")


def used_days(request: HttpRequest) -> Iterable[date]:
    """The newest days with usage."""
    days = DailyProjectUsage.objects.visible_to(request.user).filter(zone=default_zone())
    return days.values_list("day", flat=True).distinct().order_by("-day")[:_DAYS_SHOWN]
