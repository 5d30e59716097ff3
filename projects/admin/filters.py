from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest

from core.admin.filters import DefaultingFilter, RelatedFilter

Choices = list[tuple[str, str]]


class ProjectFilter(RelatedFilter):
    """By project, for every list whose rows have one."""

    title = "project"
    parameter_name = "project"


class ArchivedFilter(SimpleListFilter):
    """For rows with `archived_at`."""

    title = "archived"
    parameter_name = "archived"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> Choices:
        return [("no", "In use"), ("yes", "Archived")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in {"no", "yes"}:
            return queryset
        return queryset.filter(archived_at__isnull=self.value() == "no")


class ClearedFilter(DefaultingFilter):
    """What somebody took off the list of jobs is not on it, unless it is asked for."""

    title = "cleared"
    parameter_name = "cleared"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> Choices:
        return [("no", "On the list"), ("yes", "Cleared"), ("all", "All")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset
        return queryset.filter(cleared_at__isnull=self.value() != "yes")
