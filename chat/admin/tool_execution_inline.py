"""The tool calls of a conversation, on its page."""

from typing import Any

from django.db.models import QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest

from chat.admin.tool_execution import STATUSES
from chat.models import ToolExecution
from core.admin.columns import badges, column, milliseconds, money, text, time
from core.admin.inlines import ScopedInline
from core.admin.links import change_link
from core.admin.scoped import is_staff

_SHOWN = 20


class FirstRows(BaseInlineFormSet):  # type: ignore[type-arg]
    """No more rows than a page has room for."""

    def get_queryset(self) -> QuerySet[Any]:
        if not hasattr(self, "_first"):
            self._first = super().get_queryset()[:_SHOWN]
        return self._first


class ToolExecutionInline(ScopedInline):
    """Only to look at; each links to its own page."""

    model = ToolExecution
    formset = FirstRows
    max_num = 0
    verbose_name_plural = f"tool calls (the first {_SHOWN})"
    fields = (
        column("tool_name", lambda call: change_link(call, call.tool_name), "tool"),
        badges("status", STATUSES),
        time("requested_at", "asked for", seconds=True),
        text("decided_by", "decided by"),
        money("cost"),
        milliseconds("duration_ms", "took"),
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request).defer("parameters", "result", "error", "metadata")
        return rows.order_by("requested_at", "id")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_staff(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
