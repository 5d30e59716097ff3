from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest

from accounts.models import User
from core.admin.columns import (
    badges,
    column,
    linked,
    money,
    preformatted,
    side_by_side,
    text,
    time,
    tokens,
)
from core.admin.links import Link, list_link
from core.admin.read_only import ReadOnlyModelAdmin
from core.admin.steps import take_steps
from core.markup import NOT_APPLICABLE
from core.permissions import Action, may
from core.templatetags import format as figures
from projects.admin.filters import ClearedFilter, ProjectFilter
from projects.admin.search import NewestSearchAdmin, search_help
from projects.admin.source_fields import CHANGED
from projects.models import Agent, BackgroundJob, WorkSession
from projects.services.jobs import cancel_job, clear_jobs

STATUSES = {"queued": "warn", "running": "info", "succeeded": "ok", "failed": "danger"}


def _milliseconds(job: Any) -> int | None:
    if job.started_at is None or job.finished_at is None:
        return None
    elapsed: timedelta = job.finished_at - job.started_at
    return round(elapsed.total_seconds() * 1000)


_TOOK = column(
    "duration_ms", lambda job: figures.duration_ms(_milliseconds(job)), "took", plain=_milliseconds
)
_STATUS = badges("status", STATUSES)
_COST = money("reported_cost", "source said, USD", unknown=NOT_APPLICABLE)

_PARTS: tuple[tuple[str | None, tuple[Any, ...]], ...] = (
    (None, ("project", "session", "agent", "person", _STATUS, text("status_message", "message"))),
    (
        "Work",
        (
            text("task_type"),
            text("queue"),
            text("provider"),
            text("model"),
            text("api_type", "API"),
            "max_output_tokens",
            "priority",
            "attempts",
            "max_attempts",
            text("output_path"),
        ),
    ),
    (
        "Times",
        (
            time("queued_at", "queued", seconds=True),
            time("scheduled_for", seconds=True),
            time("started_at", "started", seconds=True),
            time("finished_at", "finished", seconds=True),
            _TOOK,
            time("cleared_at", "cleared", seconds=True),
            text("cancelled_by"),
            time("purged_at", "words removed", seconds=True),
            time("created_at", "created", seconds=True),
        ),
    ),
    ("As its source counts", (tokens("input_tokens"), tokens("output_tokens"), _COST)),
)
_TEXTS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    (
        "Words",
        (
            preformatted("prompt"),
            preformatted("response"),
            preformatted("error"),
            preformatted("payload"),
            preformatted("result"),
        ),
    ),
    ("Its source", (text("source_status", "source’s status"), preformatted("metadata"), CHANGED)),
)


@admin.register(BackgroundJob)
class BackgroundJobAdmin(NewestSearchAdmin, ReadOnlyModelAdmin):
    """History: operators cancel what is not done and clear what is; nothing else is changed here."""

    list_note = "Work behind the pages of source applications. Cleared jobs are under “Cleared”."
    list_display = (
        column("job", str, "job"),
        _STATUS,
        text("source_status", "source’s word"),
        linked("project"),
        linked("session"),
        linked("agent"),
        text("model"),
        tokens("input_tokens", "input"),
        tokens("output_tokens", "output"),
        _COST,
        _TOOK,
        time("created_at", "created", "created_at"),
    )
    list_links = ("project",)
    list_deferred = (
        "status_message",
        "prompt",
        "response",
        "output_path",
        "error",
        "payload",
        "result",
        "metadata",
    )
    list_filter = (ProjectFilter, "status", ClearedFilter)
    ordering = ("-created_at", "-id")
    search_fields = ("task_type", "queue", "model", "source_status")
    search_help_text = f"{search_help('a task, queue, model or status')} of a job, session, agent or person"
    id_search_fields = ("pk", "session", "agent", "person")
    fieldsets: ClassVar[Any] = (
        *((title, {"fields": side_by_side(fields)}) for title, fields in _PARTS),
        *((title, {"fields": fields}) for title, fields in _TEXTS),
    )
    readonly_fields = tuple(name for _, fields in (*_PARTS, *_TEXTS) for name in fields)
    actions = ("cancel_selected", "clear_selected")

    def has_run_permission(self, request: HttpRequest) -> bool:
        """Whether the actions are offered at all; each job's project is asked about again."""
        return may(request.user, Action.RUN_JOBS)

    def list_rows(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        sessions = self.visible(request, WorkSession).only("name")
        agents = self.visible(request, Agent).only("name", "display_name")
        links = (Prefetch("session", sessions), Prefetch("agent", agents))
        return super().list_rows(request, rows).prefetch_related(*links)

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        return (list_link("Model calls", "billing.tokenusage", job=obj.pk),)

    @admin.action(description="Cancel", permissions=["run"])
    def cancel_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        user = cast(User, request.user)
        take_steps(request, queryset, lambda job: cancel_job(job, user), "cancelled")

    @admin.action(description="Clear those that are done", permissions=["run"])
    def clear_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        outcome = clear_jobs(queryset, cast(User, request.user))
        told = (
            (messages.SUCCESS, outcome.cleared, "cleared"),
            (messages.WARNING, outcome.not_done, "not done: cancel first what should not go on"),
            (messages.WARNING, outcome.refused, "in projects that you do not operate"),
        )
        for level, number, words in told:
            if number:
                jobs = "1 job is" if number == 1 else f"{number:,} jobs are"
                self.message_user(request, f"{jobs} {words}.", level)
        if not outcome.cleared + outcome.not_done + outcome.refused:
            self.message_user(request, "All of them are cleared already.", messages.INFO)
