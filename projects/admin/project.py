from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest
from django.utils import timezone

from core.admin.columns import badges, column, count, linked, spent, text
from core.admin.links import Link, list_link, page_link
from core.admin.scoped import ScopedModelAdmin, is_owner
from core.templatetags import format as figures
from core.zones import default_zone, local_day, zone_info
from projects.admin.content import manages
from projects.admin.inlines import MemberInline, NewMemberInline
from projects.models import Project

_SPEND_DAYS = 30


def _pointing_here(relation: str) -> QuerySet[Any]:
    model: Any = Project._meta.get_field(relation).related_model
    rows: QuerySet[Any] = model._default_manager.all()
    return rows


def _by_project(rows: QuerySet[Any], **sums: Any) -> dict[UUID, dict[str, Any]]:
    return {row["project_id"]: row for row in rows.values("project_id").annotate(**sums)}


def _spend(project: Any) -> str:
    """Dollars of the last 30 days, and the mark when some of them are unknown."""
    return spent(project.recent_cost or Decimal(0), project.recent_unpriced, figures.money)


@admin.register(Project)
class ProjectAdmin(ScopedModelAdmin):
    list_display = (
        text("name", order="name"),
        badges("kind", {"unassigned": "warn"}),
        linked("owner"),
        count("members"),
        count("conversations_number", "conversations"),
        column("spend_usd", _spend, f"{_SPEND_DAYS} days, USD"),
    )
    list_links = ("owner",)
    list_filter = ("kind",)
    ordering = ("name",)
    search_fields = ("name",)
    search_help_text = "Part of a name, or an id"
    autocomplete_fields = ("owner",)
    fields = ("name", "description", "owner", "kind", "prefers_reported_cost")
    readonly_fields = ("kind",)
    inlines = (MemberInline, NewMemberInline)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return manages(request, None if obj is None else obj.pk)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """One by one, and only while nothing was booked: the ledger keeps its projects."""
        return obj is not None and is_owner(request) and not obj.usage.exists()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return fields if is_owner(request) else [*fields, "name", "prefers_reported_cost"]

    def complete_rows(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        ids = [project.pk for project in rows]
        today = local_day(timezone.now(), zone_info(default_zone()))
        # Named by their relations, since the models that point here stand above this app.
        members, conversations, days = (
            _pointing_here(relation).filter(project_id__in=ids).order_by()
            for relation in ("memberships", "conversations", "daily_project_usage")
        )
        recent = days.filter(zone=default_zone(), day__gt=today - timedelta(days=_SPEND_DAYS))
        member_counts = _by_project(members, total=Count("pk"))
        conversation_counts = _by_project(conversations, total=Count("pk"))
        spends = _by_project(recent, dollars=Sum("cost"), unpriced=Sum("unpriced_requests"))
        for project in rows:
            spend = spends.get(project.pk, {})
            project.members = member_counts.get(project.pk, {}).get("total", 0)
            project.conversations_number = conversation_counts.get(project.pk, {}).get("total", 0)
            project.recent_cost = spend.get("dollars")
            project.recent_unpriced = spend.get("unpriced")

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        return (
            page_link("Report", "billing:report", project=obj.pk),
            page_link("Conversations", "chat:conversations", project=obj.pk),
            page_link("Model calls", "billing:calls", project=obj.pk),
            list_link("Prices", "billing.modelprice", project=obj.pk),
            list_link("Imports", "integrations.importrun", project=obj.pk),
        )
