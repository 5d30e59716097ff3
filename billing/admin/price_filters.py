"""Filters of the price book, which is small enough to ask itself."""

from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from billing.models import ModelPrice
from core.admin.filters import ValueFilter
from core.providers import provider_label


class PriceProviderFilter(ValueFilter):
    title = "provider"
    parameter_name = "provider"

    def values(self, request: HttpRequest) -> list[tuple[str, str]]:
        slugs = (
            ModelPrice.objects.visible_to(request.user)
            .order_by("provider")
            .values_list("provider", flat=True)
        )
        return [(slug, provider_label(slug)) for slug in slugs.distinct()]


class ValidityFilter(SimpleListFilter):
    title = "validity"
    parameter_name = "valid"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> list[tuple[str, str]]:
        return [("now", "Valid now"), ("ended", "Ended"), ("later", "Starts later")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        now = timezone.now()
        conditions = {
            "now": Q(valid_from__lte=now) & (Q(valid_to__isnull=True) | Q(valid_to__gt=now)),
            "ended": Q(valid_to__lte=now),
            "later": Q(valid_from__gt=now),
        }
        chosen = conditions.get(self.value() or "")
        return queryset if chosen is None else queryset.filter(chosen)
