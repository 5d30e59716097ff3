from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string

from chat.admin.of_conversation import OfConversationAdmin
from chat.admin.tool_execution_inline import ToolExecutionInline
from chat.models import AgentRun
from chat.reports.run_tree import run_tree
from core.admin.columns import (
    badges,
    column,
    count,
    linked,
    preformatted,
    short_text,
    side_by_side,
    text,
    time,
    tokens,
)
from core.admin.links import Link, change_link, list_link, page_link
from core.admin.read_only import ReadOnlyModelAdmin
from core.templatetags import format as figures
from projects.admin.counting import count_into, linked_count, pointing
from projects.admin.filters import ProjectFilter
from projects.admin.search import NewestSearchAdmin, search_help
from projects.admin.source_fields import OF_ITS_SOURCE

STATUSES = {"queued": "warn", "running": "info", "succeeded": "ok", "failed": "danger"}
_STATUS = badges("status", STATUSES)
_WIDE = "\u2003"


def _milliseconds(run: Any) -> int | None:
    """As the source says, else by its times; None when neither is known."""
    if run.duration_ms is not None or run.started_at is None or run.completed_at is None:
        return run.duration_ms  # type: ignore[no-any-return]
    elapsed: timedelta = run.completed_at - run.started_at
    return round(elapsed.total_seconds() * 1000)


def _tree(run: Any) -> str:
    tree = run_tree(run)
    rows = [
        {
            "branch": branch,
            "indent": f"{_WIDE * (branch.depth - 1)}└ " if branch.depth else "",
            "link": change_link(branch.run, branch.run.agent_label),
            "status": _STATUS(branch.run),
            "took": _milliseconds(branch.run),
        }
        for branch in tree.branches
    ]
    return render_to_string("admin/chat/run_tree.html", {"rows": rows, "is_whole": tree.is_whole})


_TOOK = column("took_ms", lambda run: figures.duration_ms(_milliseconds(run)), "took", plain=_milliseconds)
_OWN = (tokens("input_tokens", "input"), tokens("output_tokens", "output"))
_NET = (tokens("net_input_tokens", "net input"), tokens("net_output_tokens", "net output"))
_PARTS: tuple[tuple[str | None, tuple[Any, ...]], ...] = (
    (None, ("project", "agent", text("agent_label", "called"), _STATUS, "conversation", "todo", "parent")),
    ("Tokens", (*_OWN, *_NET, count("llm_calls", "model calls"))),
    (
        "Times",
        (
            time("started_at", "started", seconds=True),
            time("completed_at", "ended", seconds=True),
            _TOOK,
            time("purged_at", "words removed", seconds=True),
        ),
    ),
)
_TEXTS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("The tree in which it stands", (column("tree", _tree, "runs"),)),
    ("Task", (preformatted("task"), preformatted("input_context", "context"))),
    ("What came of it", (preformatted("result"), preformatted("thinking"), preformatted("error"))),
    ("Its source", (text("source_status", "source’s status"), *OF_ITS_SOURCE)),
)


@admin.register(AgentRun)
class AgentRunAdmin(OfConversationAdmin, NewestSearchAdmin, ReadOnlyModelAdmin):
    """What happened stays as it is."""

    list_note = (
        "Executions of agents, newest first. Their own tokens contain those of the runs that they delegated; "
        "net tokens do not, and are what the ledger books."
    )
    list_display = (
        short_text("agent_label", "agent"),
        _STATUS,
        linked("project"),
        linked("conversation"),
        *_OWN,
        *_NET,
        count("llm_calls", "model calls"),
        linked_count("delegated", "delegated", "chat.agentrun", lambda run: {"parent": run.pk}),
        _TOOK,
        time("created_at", "created", "created_at"),
    )
    list_links = ("project",)
    list_deferred = ("task", "input_context", "thinking", "result", "error", "metadata")
    list_filter = (ProjectFilter, "status")
    ordering = ("-created_at", "-id")
    search_fields = ("agent_label",)
    search_help_text = f"{search_help('an agent’s name')} of a run, conversation, agent or todo"
    id_search_fields = ("pk", "conversation", "parent", "agent", "todo")
    fieldsets: ClassVar[Any] = (
        *((title, {"fields": side_by_side(fields)}) for title, fields in _PARTS),
        *((title, {"fields": fields}) for title, fields in _TEXTS),
    )
    readonly_fields = tuple(name for _, fields in (*_PARTS, *_TEXTS) for name in fields)
    inlines = (ToolExecutionInline,)

    def complete_rows(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        count_into(rows, "delegated", pointing(AgentRun, "children", rows), "parent_id")

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        talk = obj.conversation_id
        return (
            *([page_link("Transcript", "chat:transcript", talk)] if talk else []),
            list_link("Model calls", "billing.tokenusage", agent_run=obj.pk),
            list_link("Delegated runs", "chat.agentrun", parent=obj.pk),
        )
