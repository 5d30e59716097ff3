from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, Subquery, Sum
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

    def list_annotations(self, request: HttpRequest) -> dict[str, Any]:
        one = Project.objects.filter(pk=OuterRef("pk")).order_by()
        today = local_day(timezone.now(), zone_info(default_zone()))
        recent = one.filter(
            daily_project_usage__zone=default_zone(),
            daily_project_usage__day__gt=today - timedelta(days=_SPEND_DAYS),
        )
        return {
            "members": Subquery(one.annotate(total=Count("memberships")).values("total")),
            # Named by its relation, since the models that point here stand above this app.
            "conversations_number": Subquery(one.annotate(total=Count("conversations")).values("total")),
            "recent_cost": Subquery(recent.annotate(total=Sum("daily_project_usage__cost")).values("total")),
            "recent_unpriced": Subquery(
                recent.annotate(total=Sum("daily_project_usage__unpriced_requests")).values("total")
            ),
        }

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        return (
            page_link("Report", "billing:report", project=obj.pk),
            page_link("Conversations", "chat:conversations", project=obj.pk),
            page_link("Model calls", "billing:calls", project=obj.pk),
            list_link("Prices", "billing.modelprice", project=obj.pk),
            list_link("Imports", "integrations.importrun", project=obj.pk),
        )
