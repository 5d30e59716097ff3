from collections.abc import Sequence
from typing import Any, cast

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.db.models.functions import Substr
from django.http import HttpRequest

from accounts.models import User
from chat.admin.changed_fields import ChangedFieldsAdmin
from chat.admin.memory_relation import MemoryRelationInline, NewMemoryRelationInline
from chat.admin.of_conversation import OfConversationAdmin
from chat.models import AgentMemory
from core.admin.columns import SHORT, badge, badges, column, count, linked, text, time
from core.admin.links import Link, list_link, page_link
from core.admin.steps import take_steps
from core.markup import NOT_APPLICABLE
from projects.admin.content import ProjectContentAdmin
from projects.admin.filters import ArchivedFilter, ProjectFilter
from projects.admin.search import NewestSearchAdmin, search_help
from projects.admin.source_fields import OF_ITS_SOURCE
from projects.models import Agent
from projects.services.archiving import archive, restore


def _start(memory: Any) -> str:
    start: str = memory.content_start
    return f"{start[:SHORT]}…" if len(start) > SHORT else start or NOT_APPLICABLE


_USE = (count("access_count", "times used"), time("last_accessed_at", "last used"))
_ARCHIVED_AT = time("archived_at", "archived", seconds=True)
_SOURCE = (text("source_kind", "source’s kind"), *OF_ITS_SOURCE)


@admin.register(AgentMemory)
class AgentMemoryAdmin(ChangedFieldsAdmin, OfConversationAdmin, NewestSearchAdmin, ProjectContentAdmin):
    list_note = "What agents remember of people, newest first."
    list_display = (
        column("content", _start, "memory"),
        badges("kind", {"preference": "info"}),
        badges("importance", {"critical": "danger", "high": "warn"}),
        linked("agent"),
        linked("person"),
        linked("conversation"),
        linked("project"),
        *_USE,
        column("standing", lambda row: badge("Archived") if row.archived_at else NOT_APPLICABLE, "standing"),
        time("created_at", "created", "created_at"),
    )
    list_links = ("person", "project")
    list_deferred = ("content", "summary", "keywords", "metadata")
    list_filter = (ProjectFilter, "kind", "importance", ArchivedFilter)
    ordering = ("-created_at", "-id")
    search_fields = ("content", "summary")
    search_help_text = f"{search_help('its words')} of a memory, agent, person or conversation"
    id_search_fields = ("pk", "agent", "person", "conversation")
    autocomplete_fields = ("project", "agent", "person", "conversation")
    fieldsets = (
        (None, {"fields": ("project", "agent", "person", "conversation", _ARCHIVED_AT)}),
        ("What it is", {"fields": ("content", "summary", "keywords")}),
        ("What it weighs", {"fields": ("kind", "importance", "importance_score", _USE)}),
        ("Its source", {"fields": _SOURCE}),
    )
    readonly_fields = (_ARCHIVED_AT, *_USE, *_SOURCE)
    inlines = (MemoryRelationInline, NewMemoryRelationInline)
    actions = ("archive_selected", "restore_selected")

    def list_rows(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        agents = self.visible(request, Agent).only("name", "display_name")
        return super().list_rows(request, rows).prefetch_related(Prefetch("agent", agents))

    def list_annotations(self, request: HttpRequest) -> dict[str, Any]:
        return {"content_start": Substr("content", 1, SHORT + 1)}

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        talk = obj.conversation_id
        return (
            *([page_link("Transcript", "chat:transcript", talk)] if talk else []),
            list_link("Memories that bear on it", "chat.memoryrelation", other=obj.pk),
        )

    @admin.action(description="Archive", permissions=["archive"])
    def archive_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        user = cast(User, request.user)
        take_steps(request, queryset, lambda memory: archive(memory, user), "archived")

    @admin.action(description="Restore", permissions=["archive"])
    def restore_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        user = cast(User, request.user)
        take_steps(request, queryset, lambda memory: restore(memory, user), "in use again")
