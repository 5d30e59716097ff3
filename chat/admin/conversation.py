from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.http import HttpRequest

from chat.admin.tool_execution_inline import ToolExecutionInline
from chat.models import Conversation
from core.admin.columns import column, count, linked, shortened, spent, text, time
from core.admin.links import Link, list_link, page_link
from core.markup import NOT_APPLICABLE
from core.templatetags import format as figures
from projects.admin.content import ProjectContentAdmin
from projects.admin.filters import ProjectFilter

_SEARCHED = 10_000
_BOOKED = Q(usage__superseded_by__isnull=True)
_ANSWERED = Q(usage__status__in=("ok", "partial", "cancelled"))


def _cost(conversation: Any) -> str:
    """What its calls cost, and the mark when some are unpriced; – when no call is known."""
    if not conversation.calls:
        return NOT_APPLICABLE
    return spent(conversation.total_cost or Decimal(0), conversation.unpriced, figures.money4)


@admin.register(Conversation)
class ConversationAdmin(ProjectContentAdmin):
    """Conversations come from imports and ingest; here they are renamed, tagged or deleted."""

    list_display = (
        column("name", lambda conversation: shortened(str(conversation)), "title"),
        linked("project"),
        linked("person"),
        text("agent_label", "agent"),
        text("environment"),
        time("last_activity_at", "last activity", "last_activity_at"),
        count("messages_number", "messages"),
        count("calls", "model calls"),
        column("cost_usd", _cost, "cost, USD"),
    )
    list_links = ("project", "person")
    list_filter = (ProjectFilter,)
    ordering = ("-last_activity_at", "-id")
    search_fields = ("title",)
    search_help_text = (
        f"Part of a title among the newest {_SEARCHED:,}, the start of the source’s id, or an id"
    )
    id_search_fields = ("pk", "person")
    autocomplete_fields = ("person",)
    fields = (
        "project",
        "title",
        "person",
        "agent_label",
        "environment",
        "tags",
        "source",
        "external_id",
        time("started_at", "started", seconds=True),
        time("last_activity_at", "last activity", seconds=True),
    )
    readonly_fields = ("source", "external_id", *fields[-2:])
    inlines = (ToolExecutionInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def list_annotations(self, request: HttpRequest) -> dict[str, Any]:
        one = Conversation.objects.filter(pk=OuterRef("pk"), project_id=OuterRef("project_id")).order_by()
        unpriced = _BOOKED & _ANSWERED & Q(usage__cost__isnull=True)
        totals = {
            "messages_number": Count("messages"),
            "calls": Count("usage", filter=_BOOKED),
            "total_cost": Sum("usage__cost", filter=_BOOKED),
            "unpriced": Count("usage", filter=unpriced),
        }
        return {name: Subquery(one.annotate(total=total).values("total")) for name, total in totals.items()}

    def search_words(
        self, request: HttpRequest, queryset: QuerySet[Any], term: str
    ) -> tuple[QuerySet[Any], bool]:
        newest = self.visible(request).order_by("-last_activity_at", "-id").values("pk")[:_SEARCHED]
        named = Q(title__icontains=term) | Q(external_id__startswith=term)
        return queryset.filter(pk__in=newest).filter(named), False

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        return (
            page_link("Transcript", "chat:transcript", obj.pk),
            list_link("Messages", "chat.message", conversation=obj.pk),
            list_link("Model calls", "billing.tokenusage", conversation=obj.pk),
        )
