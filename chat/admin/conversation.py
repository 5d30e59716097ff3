from collections.abc import Sequence
from decimal import Decimal
from typing import Any, cast

from django.contrib import admin
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.http import HttpRequest

from accounts.models import User
from chat.admin.changed_fields import ChangedFieldsAdmin
from chat.admin.participant import NewParticipantInline, ParticipantInline
from chat.admin.tool_execution_inline import ToolExecutionInline
from chat.models import Conversation
from chat.services.bin import delete_conversation, undelete_conversation
from core.admin.columns import (
    badge,
    badges,
    column,
    count,
    linked,
    preformatted,
    shortened,
    spent,
    text,
    time,
    tokens,
)
from core.admin.links import Link, list_link, page_link
from core.admin.steps import take_steps
from core.markup import NOT_APPLICABLE
from core.templatetags import format as figures
from projects.admin.bin import BinAdmin, BinFilter
from projects.admin.content import ProjectContentAdmin
from projects.admin.filters import ArchivedFilter, ProjectFilter
from projects.admin.source_fields import OF_ITS_SOURCE
from projects.services.archiving import archive, restore

_SEARCHED = 10_000
_BOOKED = Q(usage__superseded_by__isnull=True)
_ANSWERED = Q(usage__status__in=("ok", "partial", "cancelled"))


def _cost(conversation: Any) -> str:
    """What its calls cost, and the mark when some are unpriced; – when no call is known."""
    if not conversation.calls:
        return NOT_APPLICABLE
    return spent(conversation.total_cost or Decimal(0), conversation.unpriced, figures.money4)


_KIND = badges("kind", {"session": "info"})
_TIMES = (
    time("started_at", "started", seconds=True),
    time("last_activity_at", "last activity", seconds=True),
    time("archived_at", "archived", seconds=True),
    time("purged_at", "words removed", seconds=True),
)
_MODEL = (text("provider"), text("model"), tokens("context_window"), preformatted("system_prompt"))
_SOURCE = ("source", "external_id", "channel", *OF_ITS_SOURCE)


@admin.register(Conversation)
class ConversationAdmin(BinAdmin, ChangedFieldsAdmin, ProjectContentAdmin):
    """Conversations come from imports and ingest; here they are renamed, tagged, archived or deleted."""

    list_display = (
        column("name", lambda conversation: shortened(str(conversation)), "title"),
        _KIND,
        linked("project"),
        linked("person"),
        text("agent_label", "agent"),
        text("environment"),
        column("standing", lambda row: badge("Archived") if row.archived_at else NOT_APPLICABLE, "standing"),
        time("last_activity_at", "last activity", "last_activity_at"),
        count("messages_number", "messages"),
        count("calls", "model calls"),
        column("cost_usd", _cost, "cost, USD"),
    )
    list_links = ("project", "person")
    list_deferred = ("description", "system_prompt", "metadata", "tags")
    list_filter = (ProjectFilter, "kind", ArchivedFilter, BinFilter)
    ordering = ("-last_activity_at", "-id")
    search_fields = ("title",)
    search_help_text = (
        f"Part of a title among the newest {_SEARCHED:,}, the start of the source’s id, or an id"
    )
    id_search_fields = ("pk", "person")
    autocomplete_fields = ("person",)
    fieldsets = (
        (None, {"fields": ("project", "title", "description", _KIND, _TIMES)}),
        ("Who and where", {"fields": ("person", "agent_label", "environment", "tags")}),
        ("Model", {"fields": _MODEL}),
        ("Its source", {"fields": _SOURCE}),
    )
    readonly_fields = (_KIND, *_TIMES, *_MODEL, *_SOURCE)
    inlines = (ParticipantInline, NewParticipantInline, ToolExecutionInline)
    actions = ("archive_selected", "restore_selected", "undelete_selected")

    add_action = None

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

    def put_into_bin(self, row: Any, user: User) -> None:
        delete_conversation(row, user)

    def take_out_of_bin(self, row: Any, user: User) -> None:
        undelete_conversation(row, user)

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        return (
            page_link("Transcript", "chat:transcript", obj.pk),
            list_link("Messages", "chat.message", conversation=obj.pk),
            list_link("Model calls", "billing.tokenusage", conversation=obj.pk),
            list_link("Runs", "chat.agentrun", conversation=obj.pk),
            list_link("Todos", "chat.todo", conversation=obj.pk),
            list_link("Files", "chat.fileupload", conversation=obj.pk),
        )

    @admin.action(description="Archive", permissions=["archive"])
    def archive_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        user = cast(User, request.user)
        take_steps(request, queryset, lambda conversation: archive(conversation, user), "archived")

    @admin.action(description="Restore", permissions=["archive"])
    def restore_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        user = cast(User, request.user)
        take_steps(request, queryset, lambda conversation: restore(conversation, user), "in use again")
