"""Filters of the list of tool calls."""

from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from chat.approvals.steps import POLICY_PREFIX
from chat.models import Tool

SOURCE_PREFIX = "recorded by "
"""How imports begin `decided_by`: the decision was taken where the call comes from."""

_BY_POLICY = Q(decided_by__startswith=POLICY_PREFIX, decided_by_user__isnull=True)
_BY_SOURCE = Q(decided_by__startswith=SOURCE_PREFIX, decided_by_user__isnull=True)


class DecidedByFilter(SimpleListFilter):
    title = "decided by"
    parameter_name = "decided"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> list[tuple[str, str]]:
        return [
            ("policy", "A policy"),
            ("staff", "Staff"),
            ("source", "Its source"),
            ("nobody", "Nobody yet"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = {
            "policy": _BY_POLICY,
            "staff": Q(decided_at__isnull=False) & ~_BY_POLICY & ~_BY_SOURCE,
            "source": _BY_SOURCE,
            "nobody": Q(decided_at__isnull=True),
        }.get(self.value() or "")
        return queryset if wanted is None else queryset.filter(wanted)


class RiskFilter(SimpleListFilter):
    """By the risk of the tool in its project; calls of tools that nobody described are of high risk."""

    title = "tool risk"
    parameter_name = "risk"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> list[tuple[str, str]]:
        return [(str(risk), str(risk.label).partition(":")[0]) for risk in Tool.Risk]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        risk = self.value()
        if risk not in Tool.Risk.values:
            return queryset
        described = Tool.objects.filter(project_id=OuterRef("project_id"), name=OuterRef("tool_name"))
        if risk == Tool.Risk.HIGH:
            return queryset.filter(~Exists(described.exclude(risk=Tool.Risk.HIGH)))
        return queryset.filter(Exists(described.filter(risk=risk)))
