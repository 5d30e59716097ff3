from collections.abc import Sequence
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from accounts.models import User
from chat.admin.tool_filters import DecidedByFilter, RiskFilter
from chat.approvals.decide import APPROVE, CANCEL, REJECT, decide
from chat.approvals.secrets import readable_text
from chat.models import Conversation, ToolExecution
from core.admin.columns import (
    badges,
    column,
    linked,
    milliseconds,
    money,
    preformatted,
    short_text,
    side_by_side,
    text,
    time,
)
from core.admin.links import Link, page_link
from core.admin.read_only import ReadOnlyModelAdmin
from core.markup import NOT_APPLICABLE
from core.permissions import Action, may
from projects.admin.filters import ProjectFilter

STATUSES = {
    "pending": "warn",
    "approved": "info",
    "executing": "info",
    "completed": "ok",
    "failed": "danger",
    "rejected": "danger",
}
_SEARCHED = 10_000
_REFUSALS_SHOWN = 5


def _parameters(execution: Any) -> str:
    if execution.parameters in (None, {}, [], ""):
        return NOT_APPLICABLE
    return format_html('<pre class="code">{}</pre>', readable_text(execution.parameters))


_ASKED = time("requested_at", "asked for", "requested_at", seconds=True)


_PARTS: tuple[tuple[str | None, tuple[Any, ...]], ...] = (
    (None, ("tool_name", badges("status", STATUSES), "project", "person")),
    ("Asked in", ("conversation", "message", "agent_run", _ASKED)),
    ("With", (column("parameters", _parameters, "parameters"),)),
    (
        "Decision",
        ("decided_by", "decided_by_user", "decision_rule", time("decided_at", "decided", seconds=True)),
    ),
    (
        "What came of it",
        (
            time("executed_at", "begun", seconds=True),
            time("completed_at", "ended", seconds=True),
            time("purged_at", "words removed", seconds=True),
            milliseconds("duration_ms", "took"),
            money("cost", decimals=9),
        ),
    ),
    ("Result", (preformatted("result"),)),
    ("Error", (preformatted("error"),)),
    ("Its source", ("source_status", time("updated_at", "changed"))),
    ("Besides", (preformatted("metadata"),)),
)


@admin.register(ToolExecution)
class ToolExecutionAdmin(ReadOnlyModelAdmin):
    """What happened stays as it is; operators decide on what waits."""

    list_note = "Calls of tools, newest first. What waits for a decision stands oldest first under Approvals."
    list_display = (
        _ASKED,
        short_text("tool_name", "tool"),
        badges("status", STATUSES),
        text("decided_by", "decided by"),
        linked("project"),
        linked("conversation"),
        linked("person"),
        money("cost"),
        short_text("decision_rule", "rule or reason"),
    )
    list_links = ("project", "person")
    list_deferred = ("parameters", "result", "error", "metadata")
    list_filter = (ProjectFilter, "status", RiskFilter, DecidedByFilter)
    ordering = ("-requested_at", "-id")
    search_fields = ("tool_name",)
    search_help_text = (
        f"Part of a tool’s name among the newest {_SEARCHED:,} calls, or the id of a call, "
        "conversation, message, run or person"
    )
    id_search_fields = ("pk", "conversation", "message", "agent_run", "person")
    actions = ("approve_selected", "reject_selected", "cancel_selected")
    fieldsets = tuple((title, {"fields": side_by_side(fields)}) for title, fields in _PARTS)
    readonly_fields = tuple(name for _, fields in _PARTS for name in fields)

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Whether the actions are offered at all; each call's project is asked about again."""
        return may(request.user, Action.DECIDE_TOOL_CALLS)

    def list_rows(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        named = self.visible(request, Conversation).only("title", "external_id")
        return super().list_rows(request, rows).prefetch_related(Prefetch("conversation", named))

    def search_words(
        self, request: HttpRequest, queryset: QuerySet[Any], term: str
    ) -> tuple[QuerySet[Any], bool]:
        newest = self.visible(request).order_by("-requested_at", "-id").values("pk")[:_SEARCHED]
        return queryset.filter(Q(pk__in=newest), tool_name__icontains=term), False

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        links = []
        if obj.conversation_id:
            links.append(page_link("Transcript", "chat:transcript", obj.conversation_id))
        if obj.status == ToolExecution.Status.PENDING:
            links.append(
                page_link("In the queue", "chat:approvals", tool=obj.tool_name, project=obj.project_id)
            )
        return links

    @admin.action(description="Approve", permissions=["decide"])
    def approve_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._decide(request, queryset, APPROVE)

    @admin.action(description="Reject", permissions=["decide"])
    def reject_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._decide(request, queryset, REJECT)

    @admin.action(description="Cancel", permissions=["decide"])
    def cancel_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._decide(request, queryset, CANCEL)

    def _decide(self, request: HttpRequest, queryset: QuerySet[Any], decision: str) -> None:
        # The list shows where each stands, so what is approved and has not begun may be stopped from here.
        rows = queryset.defer("parameters", "result", "error")
        outcomes = decide(rows, cast(User, request.user), decision, only_waiting=False)
        done = [outcome.execution for outcome in outcomes if outcome.is_done]
        refused = [outcome for outcome in outcomes if not outcome.is_done]
        if done:
            what = "1 tool call is" if len(done) == 1 else f"{len(done):,} tool calls are"
            self.message_user(request, f"{what} {done[0].status}.", messages.SUCCESS)
        for outcome in refused[:_REFUSALS_SHOWN]:
            self.message_user(request, f"{outcome.execution}: {outcome.refusal}", messages.WARNING)
        if rest := len(refused[_REFUSALS_SHOWN:]):
            self.message_user(request, f"{rest:,} more were refused for the like.", messages.WARNING)
