"""Filters of the ledger and of its rollups."""

from datetime import date, timedelta
from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from billing.admin.used import used_days, used_models, used_providers
from billing.models import RollupZone, TokenUsage
from core.admin.filters import DefaultingFilter, ValueFilter
from core.days import day_or_none
from core.providers import provider_label
from core.zones import day_start, default_zone, local_day, zone_info

Choices = list[tuple[str, str]]


class ProviderFilter(ValueFilter):
    title = "provider"
    parameter_name = "provider"

    def values(self, request: HttpRequest) -> Choices:
        return [(slug, provider_label(slug)) for slug in used_providers(request)]


class ModelFilter(ValueFilter):
    """The models of the chosen provider, or of all."""

    title = "model"
    parameter_name = "model"

    def values(self, request: HttpRequest) -> Choices:
        return [(name, name) for name in used_models(request, request.GET.get("provider"))]


class DayFilter(SimpleListFilter):
    """One day of the installation's first zone, or the last 7 or 30 of them."""

    title = "day"
    parameter_name = "day"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> Choices:
        days = [(day.isoformat(), f"{day:%-d %b %Y}") for day in used_days(request)]
        return [("7d", "Last 7 days"), ("30d", "Last 30 days"), *days]

    def days(self) -> tuple[date, date] | None:
        """The first and last day chosen; None for any."""
        chosen = self.value()
        if chosen is None:
            return None
        today = local_day(timezone.now(), zone_info(default_zone()))
        if chosen in {"7d", "30d"}:
            return today - timedelta(days=int(chosen[:-1]) - 1), today
        day = day_or_none(chosen)
        if day is None:
            raise IncorrectLookupParameters(f"Not a day: {chosen}")
        return day, day

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        days = self.days()
        return queryset if days is None else queryset.filter(day__range=days)


class CallDayFilter(DayFilter):
    """The same over the ledger, whose rows have moments instead of days."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        days = self.days()
        if days is None:
            return queryset
        zone = zone_info(default_zone())
        first, end = day_start(days[0], zone), day_start(days[1] + timedelta(days=1), zone)
        return queryset.filter(occurred_at__gte=first, occurred_at__lt=end)


class ZoneFilter(DefaultingFilter):
    """Sums of several zones hold the same calls: one zone at a time."""

    title = "zone"
    parameter_name = "zone"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> Choices:
        others = RollupZone.objects.visible_to(request.user).exclude(zone=default_zone())
        names = [default_zone(), *others.values_list("zone", flat=True)]
        return [(name, name.replace("_", " ")) for name in names]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(zone=self.value())


class CountedFilter(DefaultingFilter):
    """Rows that count, or those that a more complete report of the same call replaced."""

    title = "counted"
    parameter_name = "counted"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> Choices:
        return [("yes", "Counted"), ("replaced", "Replaced by a fuller report"), ("all", "All rows")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen == "all":
            return queryset
        return queryset.filter(superseded_by__isnull=chosen != "replaced")


class PricingFilter(SimpleListFilter):
    title = "cost"
    parameter_name = "cost"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> Choices:
        sources = TokenUsage.CostSource
        priced = [(value, label) for value, label in sources.choices if value != sources.NONE]
        return [("unpriced", "Unpriced"), *((str(value), str(label)) for value, label in priced)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen is None:
            return queryset
        return queryset.unpriced() if chosen == "unpriced" else queryset.filter(cost_source=chosen)  # type: ignore[attr-defined]
