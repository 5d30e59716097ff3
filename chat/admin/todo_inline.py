"""The todos under a todo, on its page."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from chat.admin.tool_execution_inline import FirstRows
from chat.models import Todo
from core.admin.columns import badges, column, shortened, text, time
from core.admin.inlines import ScopedInline
from core.admin.links import change_link
from core.admin.scoped import is_staff
from core.markup import NOT_APPLICABLE

STATUS = badges("status", {"pending": "warn", "in_progress": "info", "completed": "ok", "failed": "danger"})
PRIORITY = column(
    "priority",
    lambda todo: NOT_APPLICABLE if todo.priority is None else str(todo.priority),
    "priority",
    plain=lambda todo: todo.priority,
)


class SubtaskInline(ScopedInline):
    """Only to look at; each links to its own page."""

    model = Todo
    formset = FirstRows
    max_num = 0
    verbose_name_plural = "subtasks (the first 20)"
    fields = (
        column("title", lambda todo: change_link(todo, shortened(todo.title)), "title"),
        STATUS,
        PRIORITY,
        text("assigned_agent", "agent"),
        time("completed_at", "completed"),
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request).defer("description", "result", "error", "metadata")
        return rows.order_by("created_at", "id")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_staff(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
