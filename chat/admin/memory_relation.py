"""How memories bear on each other: on a memory's page, and in a list of their own."""

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest

from chat.admin.of_conversation import OfParentProject
from chat.admin.tool_execution_inline import FirstRows
from chat.models import AgentMemory, MemoryRelation
from core.admin.columns import column, linked, shortened, text, time
from core.admin.inlines import ScopedInline
from core.admin.links import change_link
from core.admin.scoped import is_staff
from core.markup import NOT_APPLICABLE
from core.permissions import Action, may
from projects.admin.content import ProjectContentAdmin
from projects.admin.filters import ProjectFilter
from projects.admin.search import NewestSearchAdmin, search_help
from projects.admin.source_fields import OF_ITS_SOURCE

_STRENGTH = column(
    "strength",
    lambda row: NOT_APPLICABLE if row.strength is None else f"{row.strength:g}",
    "strength",
    plain=lambda row: row.strength,
)


def _other(relation: Any) -> str:
    other = relation.other
    return change_link(other, shortened(other.summary or other.content[:200] or str(other)))


class MemoryRelationInline(ScopedInline):
    """Those that stand; managers change and take them away."""

    model = MemoryRelation
    fk_name = "memory"
    formset = FirstRows
    fields = (column("other_memory", _other, "memory"), "relation", "strength")
    readonly_fields = fields[:1]
    verbose_name_plural = "memories on which it bears"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("other").order_by("created_at", "id")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_staff(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None and may(request.user, Action.CHANGE_CONTENT, obj.project_id)

    has_delete_permission = has_change_permission


class NewMemoryRelationInline(ScopedInline):
    """An empty row to add one."""

    model = MemoryRelation
    fk_name = "memory"
    formset = OfParentProject
    extra = 1
    fields = ("other", "relation", "strength")
    autocomplete_fields = ("other",)
    verbose_name_plural = "new relations"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None and may(request.user, Action.CHANGE_CONTENT, obj.project_id)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(MemoryRelation)
class MemoryRelationAdmin(NewestSearchAdmin, ProjectContentAdmin):
    """All of them; new ones are added on their memory's page."""

    list_note = "How memories of agents bear on each other."
    list_display = (
        text("relation"),
        linked("memory"),
        linked("other", "bears on"),
        _STRENGTH,
        linked("project"),
        time("created_at", "since", "created_at"),
    )
    list_links = ("project",)
    list_filter = (ProjectFilter,)
    ordering = ("-created_at", "-id")
    search_fields = ("relation",)
    search_help_text = f"{search_help('a relation')} of a memory"
    id_search_fields = ("pk", "memory", "other")
    fields = ("project", "memory", "other", "relation", "strength", *OF_ITS_SOURCE[1:])
    readonly_fields = ("memory", "other", *OF_ITS_SOURCE[1:])

    add_action = None

    def list_rows(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        memories = self.visible(request, AgentMemory).only("pk")
        named = (Prefetch("memory", memories), Prefetch("other", memories))
        return super().list_rows(request, rows).prefetch_related(*named)
