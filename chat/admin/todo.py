from collections.abc import Callable, Sequence
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from chat.admin.changed_fields import ChangedFieldsAdmin
from chat.admin.of_conversation import OfConversationAdmin
from chat.admin.todo_inline import PRIORITY, STATUS, SubtaskInline
from chat.models import Todo
from chat.models.todo import DONE
from chat.services.todos import cancel_todo, complete_todo, reopen_todo, start_todo
from core.admin.columns import badge, column, count, linked, short_text, text, time
from core.admin.links import Link, list_link, page_link
from core.admin.steps import take_steps
from core.markup import NOT_APPLICABLE
from core.permissions import Action, may
from projects.admin.content import ProjectContentAdmin
from projects.admin.counting import count_into, linked_count, pointing
from projects.admin.filters import ProjectFilter
from projects.admin.search import NewestSearchAdmin, search_help
from projects.admin.source_fields import OF_ITS_SOURCE


class DueFilter(SimpleListFilter):
    title = "standing"
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> list[tuple[str, str]]:
        return [("open", "Open"), ("overdue", "Overdue"), ("done", "Done")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "done":
            return queryset.filter(status__in=DONE)
        if self.value() in {"open", "overdue"}:
            queryset = queryset.exclude(status__in=DONE)
        return queryset.filter(scheduled_at__lt=timezone.now()) if self.value() == "overdue" else queryset


def _due(todo: Any) -> str:
    return badge("Overdue", "danger") if todo.is_overdue else NOT_APPLICABLE


_DUE = column("due", _due, "due", plain=lambda todo: "overdue" if todo.is_overdue else "")
_COUNTED = (STATUS, _DUE, count("attempts"))
_TIMES = tuple(time(f"{name}_at", name, seconds=True) for name in ("started", "completed"))
_SOURCE = (text("source_status", "source’s status"), text("created_by"), *OF_ITS_SOURCE)


@admin.register(Todo)
class TodoAdmin(ChangedFieldsAdmin, OfConversationAdmin, NewestSearchAdmin, ProjectContentAdmin):
    """Managers write todos; how they stand changes by actions alone, of operators too."""

    list_note = "Tasks that people and agents hand each other, newest first."
    list_display = (
        short_text("title"),
        STATUS,
        _DUE,
        PRIORITY,
        short_text("assigned_agent", "agent"),
        linked("person"),
        linked("project"),
        linked("conversation"),
        linked("parent", "part of"),
        linked_count("subtasks", "subtasks", "chat.todo", lambda todo: {"parent": todo.pk}),
        count("attempts"),
        time("scheduled_at", "scheduled"),
        time("created_at", "created", "created_at"),
    )
    list_links = ("project", "person")
    list_deferred = ("description", "result", "error", "metadata")
    list_filter = (ProjectFilter, DueFilter, "status")
    ordering = ("-created_at", "-id")
    search_fields = ("title", "assigned_agent")
    search_help_text = f"{search_help('a title or an agent’s name')} of a todo, conversation or person"
    id_search_fields = ("pk", "conversation", "parent", "person")
    autocomplete_fields = ("project", "conversation", "parent", "person")
    fieldsets = (
        (None, {"fields": ("project", "title", "description", _COUNTED)}),
        ("Who and when", {"fields": ("person", "assigned_agent", "priority", "scheduled_at", _TIMES)}),
        ("Part of", {"fields": ("parent", "conversation")}),
        ("What came of it", {"fields": ("result", "error")}),
        ("Its source", {"fields": _SOURCE}),
    )
    readonly_fields = (*_COUNTED, *_TIMES, *_SOURCE)
    inlines = (SubtaskInline,)
    actions = ("start_selected", "complete_selected", "cancel_selected", "reopen_selected")

    def list_rows(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        parents = self.visible(request).only("title")
        return super().list_rows(request, rows).prefetch_related(Prefetch("parent", parents))

    def complete_rows(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        count_into(rows, "subtasks", pointing(Todo, "children", rows), "parent_id")

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        links = [list_link("Runs", "chat.agentrun", todo=obj.pk)]
        if obj.conversation_id:
            links.insert(0, page_link("Transcript", "chat:transcript", obj.conversation_id))
        if may(request.user, Action.CHANGE_CONTENT, obj.project_id):
            url = {"parent": obj.pk, "project": obj.project_id}
            links.append(page_link("Add a subtask", "admin:chat_todo_add", **url))
        return links

    @admin.action(description="Start", permissions=["archive"])
    def start_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._step(request, queryset, start_todo, "in progress")

    @admin.action(description="Complete", permissions=["archive"])
    def complete_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._step(request, queryset, complete_todo, "completed")

    @admin.action(description="Cancel", permissions=["archive"])
    def cancel_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._step(request, queryset, cancel_todo, "cancelled")

    @admin.action(description="Reopen", permissions=["archive"])
    def reopen_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._step(request, queryset, reopen_todo, "pending again")

    def _step(
        self, request: HttpRequest, queryset: QuerySet[Any], step: Callable[[Todo, User], None], done: str
    ) -> None:
        user = cast(User, request.user)
        take_steps(request, queryset, lambda todo: step(todo, user), done)
