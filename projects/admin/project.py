from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet, Sum
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from core.admin.columns import Column, badges, column, count, linked, spent, text, time
from core.admin.links import Link, list_link, page_link
from core.admin.steps import take_steps
from core.permissions import Action, may, may_everywhere
from core.templatetags import format as figures
from core.zones import default_zone, local_day, zone_info
from projects.admin.bin import BinAdmin, BinFilter
from projects.admin.counting import count_into, linked_count, pointing, summed
from projects.admin.inlines import MemberInline, NewMemberInline
from projects.admin.source_fields import OF_ITS_SOURCE
from projects.models import Project
from projects.services.archiving import archive_project, restore_project
from projects.services.bin import delete_project, undelete_project
from projects.services.jobs import clear_done_jobs

_SPEND_DAYS = 30


_COUNTED: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("conversations", "conversations", "chat.conversation", {"deleted_at__isnull": True}),
    ("channels", "channels", "projects.channel", {}),
    ("agents", "agents", "projects.agent", {}),
    ("work_sessions", "sessions", "projects.worksession", {}),
    ("jobs", "jobs", "projects.backgroundjob", {"cleared_at__isnull": True}),
)
"""(relation, label, the list it leads to, which of them that list shows)"""


def _number(relation: str, label: str, model: str) -> Column:
    return linked_count(f"{relation}_number", label, model, lambda project: {"project": project.pk})


def _spend(project: Any) -> str:
    """Dollars of the last 30 days, and the mark when some of them are unknown."""
    return spent(project.recent_cost or Decimal(0), project.recent_unpriced, figures.money)


_STATUS = badges("status", {"active": "ok"})
_KEPT = ("message_days", "attachment_days", "raw_days")
_KEPT_NOTE = "What purge_expired removes after so many days. What was spent stays in every report."
_ARCHIVED_AT = time("archived_at", "archived")
_CODE = ("git_url", "branch", "local_path", "template", "container", "port", "avatar_url")
_SOURCE = (text("source_status", "source’s status"), *OF_ITS_SOURCE)


@admin.register(Project)
class ProjectAdmin(BinAdmin):
    list_display = (
        text("name", order="name"),
        _STATUS,
        badges("kind", {"unassigned": "warn"}),
        linked("owner"),
        count("members"),
        *(_number(relation, label, model) for relation, label, model, _ in _COUNTED),
        column("spend_usd", _spend, f"{_SPEND_DAYS} days, USD", plain=lambda project: project.recent_cost),
    )
    list_links = ("owner",)
    list_deferred = ("description", "local_path", "avatar_url", "metadata")
    list_filter = ("status", "kind", BinFilter)
    ordering = ("name",)
    search_fields = ("name",)
    search_help_text = "Part of a name, or an id"
    autocomplete_fields = ("owner",)
    fieldsets = (
        (None, {"fields": ("name", "description", "owner", (_STATUS, _ARCHIVED_AT), "kind")}),
        ("Costs", {"fields": ("prefers_reported_cost", "only_reported_cost")}),
        ("Retention", {"fields": _KEPT, "description": _KEPT_NOTE}),
        ("Code and hosting", {"fields": _CODE}),
        ("Its source", {"fields": _SOURCE}),
    )
    readonly_fields = ("kind", _STATUS, _ARCHIVED_AT, *_SOURCE)
    inlines = (MemberInline, NewMemberInline)
    actions = ("archive_selected", "restore_selected", "clear_jobs_selected", "undelete_selected")

    add_action = Action.MANAGE_INSTALLATION
    change_action = Action.MANAGE_PROJECT
    delete_action = Action.DELETE_PROJECT

    def project_id_of(self, obj: Any) -> Any:
        return obj.pk

    def export_project_key(self) -> str:
        return "pk"

    def has_run_permission(self, request: HttpRequest) -> bool:
        """Whether actions on jobs are offered; each project is asked about again."""
        return may(request.user, Action.RUN_JOBS)

    def put_into_bin(self, row: Any, user: User) -> None:
        delete_project(row, user)

    def take_out_of_bin(self, row: Any, user: User) -> None:
        undelete_project(row, user)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        if may_everywhere(request.user, Action.MANAGE_INSTALLATION):
            return fields
        return [*fields, "name", "prefers_reported_cost", "only_reported_cost"]

    def complete_rows(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        # Named by their relations, since the models that point here stand above this app.
        count_into(rows, "members", pointing(Project, "memberships", rows), "project_id")
        for relation, _, _, shown in _COUNTED:
            others = pointing(Project, relation, rows).filter(**shown)
            count_into(rows, f"{relation}_number", others, "project_id")
        today = local_day(timezone.now(), zone_info(default_zone()))
        days = pointing(Project, "daily_project_usage", rows)
        recent = days.filter(zone=default_zone(), day__gt=today - timedelta(days=_SPEND_DAYS))
        spends = summed(recent, "project_id", dollars=Sum("cost"), unpriced=Sum("unpriced_requests"))
        for project in rows:
            spend = spends.get(project.pk, {})
            project.recent_cost = spend.get("dollars")
            project.recent_unpriced = spend.get("unpriced")

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        return (
            page_link("Report", "billing:report", project=obj.pk),
            page_link("Conversations", "chat:conversations", project=obj.pk),
            page_link("Model calls", "billing:calls", project=obj.pk),
            list_link("Prices", "billing.modelprice", project=obj.pk),
            list_link("Imports", "integrations.importrun", project=obj.pk),
            *(
                list_link(label.capitalize(), model, project=obj.pk)
                for relation, label, model, _ in _COUNTED
                if relation != "conversations"
            ),
        )

    @admin.action(description="Archive", permissions=["change"])
    def archive_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        user = cast(User, request.user)
        take_steps(request, queryset, lambda project: archive_project(project, user), "archived")

    @admin.action(description="Restore", permissions=["change"])
    def restore_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        user = cast(User, request.user)
        take_steps(request, queryset, lambda project: restore_project(project, user), "active again")

    @admin.action(description="Clear their jobs that are done", permissions=["run"])
    def clear_jobs_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        user = cast(User, request.user)
        cleared: list[int] = []
        take_steps(
            request,
            queryset,
            lambda project: cleared.append(clear_done_jobs(project, user)),
            "free of jobs that are done",
        )
        jobs = sum(cleared)
        self.message_user(request, "1 job was cleared." if jobs == 1 else f"{jobs:,} jobs were cleared.")
