from collections.abc import Sequence
from typing import Any, cast

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest

from accounts.models import User
from core.admin.columns import badge, column, count, linked, preformatted, shortened, text, time
from core.admin.links import Link, list_link
from core.admin.steps import take_steps
from core.markup import NOT_APPLICABLE
from core.numbers import count_text
from projects.admin.content import ProjectContentAdmin
from projects.admin.counting import count_into, linked_count, pointing, summed
from projects.admin.filters import ArchivedFilter, ProjectFilter
from projects.admin.search import NewestSearchAdmin, search_help
from projects.admin.session_files import ExcludedFileInline, IncludedFileInline
from projects.admin.source_fields import OF_ITS_SOURCE
from projects.models import BackgroundJob, SessionFile, WorkSession
from projects.services.archiving import archive, restore

_OF_KIND = {f"{kind}_files": Count("pk", filter=Q(kind=kind)) for kind in SessionFile.Kind.values}
_SOURCE = (time("archived_at", "archived", seconds=True), *OF_ITS_SOURCE)


@admin.register(WorkSession)
class WorkSessionAdmin(NewestSearchAdmin, ProjectContentAdmin):
    list_note = "Pieces of work on code bases, the last changed first."
    list_display = (
        column("name", lambda session: shortened(str(session)), "name", plain=str),
        linked("project"),
        text("model"),
        column("standing", lambda row: badge("Archived") if row.archived_at else NOT_APPLICABLE, "standing"),
        count("included_files", "included"),
        count("excluded_files", "excluded"),
        linked_count(
            "jobs_number", "jobs", "projects.backgroundjob", lambda row: {"session": row.pk, "cleared": "all"}
        ),
        time("updated_at", "changed", "updated_at"),
    )
    list_links = ("project",)
    list_deferred = ("task_description", "search_term", "settings", "codebase_structure", "metadata")
    list_filter = (ProjectFilter, ArchivedFilter)
    ordering = ("-updated_at", "-id")
    search_fields = ("name", "model")
    search_help_text = search_help("a name or model")
    autocomplete_fields = ("project",)
    fieldsets = (
        (None, {"fields": ("project", "name", "task_description", "search_term", "model")}),
        ("Code base", {"fields": (preformatted("codebase_structure"), preformatted("settings"))}),
        ("Its source", {"fields": _SOURCE}),
    )
    readonly_fields = (*fieldsets[1][1]["fields"], *_SOURCE)
    inlines = (IncludedFileInline, ExcludedFileInline)
    actions = ("archive_selected", "restore_selected")

    def complete_rows(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        files = summed(pointing(WorkSession, "files", rows), "session_id", **_OF_KIND)
        for session in rows:
            for name in _OF_KIND:
                setattr(session, name, files.get(session.pk, {}).get(name, 0))
        count_into(rows, "jobs_number", pointing(WorkSession, "jobs", rows), "session_id")

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        jobs = self.visible(request, BackgroundJob).filter(project_id=obj.project_id, session=obj)
        files = self.visible(request, SessionFile).filter(project_id=obj.project_id, session=obj)
        return (
            list_link(
                f"Jobs ({count_text(jobs.count())})",
                "projects.backgroundjob",
                session=obj.pk,
                cleared="all",
            ),
            list_link(f"Files ({count_text(files.count())})", "projects.sessionfile", session=obj.pk),
        )

    @admin.action(description="Archive", permissions=["archive"])
    def archive_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        user = cast(User, request.user)
        take_steps(request, queryset, lambda session: archive(session, user), "archived")

    @admin.action(description="Restore", permissions=["archive"])
    def restore_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        user = cast(User, request.user)
        take_steps(request, queryset, lambda session: restore(session, user), "in use again")
