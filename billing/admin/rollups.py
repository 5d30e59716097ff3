"""The rollups: sums of days, written with the ledger. Nobody changes them."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest

from accounts.models import Person
from billing.admin.filters import DayFilter, ModelFilter, ProviderFilter, ZoneFilter
from billing.models import DailyModelUsage, DailyPersonUsage, DailyProjectUsage, DailyUsage
from core.admin.columns import Column, column, count, date, linked, money, provider, text, tokens
from core.admin.links import Link, page_link
from core.admin.read_only import ReadOnlyModelAdmin
from core.ids import NIL
from projects.admin.filters import ProjectFilter

_DAY = date("day", order="day")
_SUMS: tuple[Column, ...] = (
    count("requests"),
    count("errors"),
    tokens("input_tokens", "input"),
    tokens("output_tokens", "output"),
    money("cost", decimals=2),
    count("unpriced_requests", "unpriced"),
)
_ALL_SUMS: tuple[Column, ...] = (
    count("requests"),
    count("errors"),
    tokens("input_tokens"),
    tokens("cache_read_tokens"),
    tokens("cache_write_tokens"),
    tokens("cache_write_1h_tokens"),
    tokens("input_audio_tokens"),
    tokens("output_tokens"),
    tokens("reasoning_tokens"),
    tokens("output_audio_tokens"),
    money("cost", decimals=9),
    count("unpriced_requests"),
    count("unmeasured_requests"),
)
_REQUEST_TYPE = text("request_type", "type")


class _SumsAdmin(ReadOnlyModelAdmin):
    """A rung of the ladder: one zone at a time, newest days first, which the unique key's index gives."""

    list_note = "Sums over the ledger, a day of one zone each. rebuild_rollups --check compares them with it."
    ordering = ("-day", "-id")
    report_dimensions: tuple[str, ...] = ()

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        """The report that adds up to this row."""
        query = {
            name: value for name in self.report_dimensions if (value := getattr(obj, name)) not in ("", NIL)
        }
        if "project_id" in query:
            query["project"] = query.pop("project_id")
        if "person_key" in query:
            query["person"] = query.pop("person_key")
        days = {"from": obj.day.isoformat(), "to": obj.day.isoformat(), "zone": obj.zone}
        return (page_link("Report", "billing:report", **days, **query),)


@admin.register(DailyUsage)
class DailyUsageAdmin(_SumsAdmin):
    list_display = (
        _DAY,
        linked("project"),
        provider(),
        text("model"),
        _REQUEST_TYPE,
        text("environment"),
        *_SUMS,
    )
    list_links = ("project",)
    list_filter = (DayFilter, ZoneFilter, ProjectFilter, ProviderFilter, ModelFilter)
    fields = (
        text("zone"),
        _DAY,
        "project",
        provider(),
        text("model"),
        _REQUEST_TYPE,
        text("environment"),
        *_ALL_SUMS,
    )
    readonly_fields: ClassVar[Any] = fields
    report_dimensions = ("project_id", "provider", "model", "request_type", "environment")


@admin.register(DailyModelUsage)
class DailyModelUsageAdmin(_SumsAdmin):
    list_note = f"Sums over all projects, for installation roles alone. {_SumsAdmin.list_note}"
    list_display = (_DAY, provider(), text("model"), *_SUMS)
    list_filter = (DayFilter, ZoneFilter, ProviderFilter, ModelFilter)
    fields = (text("zone"), _DAY, provider(), text("model"), *_ALL_SUMS)
    readonly_fields: ClassVar[Any] = fields
    report_dimensions = ("provider", "model")


@admin.register(DailyProjectUsage)
class DailyProjectUsageAdmin(_SumsAdmin):
    list_display = (_DAY, linked("project"), *_SUMS)
    list_links = ("project",)
    list_filter = (DayFilter, ZoneFilter, ProjectFilter)
    fields = (text("zone"), _DAY, "project", *_ALL_SUMS)
    readonly_fields: ClassVar[Any] = fields
    report_dimensions = ("project_id",)


def _person(sums: Any) -> str:
    if sums.person_key == NIL:
        return "nobody known"
    return sums.person_name or str(sums.person_key)


@admin.register(DailyPersonUsage)
class DailyPersonUsageAdmin(_SumsAdmin):
    list_display = (_DAY, linked("project"), column("person", _person, "person"), *_SUMS)
    list_links = ("project",)
    list_filter = (DayFilter, ZoneFilter, ProjectFilter)
    fields = (text("zone"), _DAY, "project", column("person", _person, "person"), *_ALL_SUMS)
    readonly_fields: ClassVar[Any] = fields
    report_dimensions = ("project_id", "person_key")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        people = self.visible(request, Person).filter(pk=OuterRef("person_key"))
        named: QuerySet[Any] = (
            super().get_queryset(request).annotate(person_name=Subquery(people.values("name")[:1]))
        )
        return named
