from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html

from core.admin.columns import badges, column, count, linked, preformatted, short_text, text, time
from core.admin.links import Link, list_link
from core.admin.read_only import ReadOnlyModelAdmin
from core.markup import NOT_APPLICABLE, ZERO
from core.numbers import count_text
from integrations.admin.filters import SourceFilter
from integrations.models import ImportRun
from projects.admin.filters import ProjectFilter

STATUSES = {"running": "info", "completed": "ok", "failed": "danger", "interrupted": "warn"}
_STARTED = time("created_at", "started", "created_at", seconds=True)
_STATUS = badges("status", STATUSES)


def _rejected(run: Any) -> str:
    """Their number, linked to them."""
    if not run.rejected:
        return ZERO
    link = list_link(count_text(run.rejected), "integrations.rejectedrecord", run=run.pk)
    return format_html('<span class="badge badge--warn">{}</span>', link)


def _counts(run: Any) -> str:
    return render_to_string("admin/integrations/import_counts.html", {"run": run})


def _tables(run: Any) -> str:
    """What became of each table of a system's database, and what was awkward in it."""
    if not run.details:
        return NOT_APPLICABLE
    return render_to_string("admin/integrations/import_tables.html", {"details": run.details})


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyModelAdmin):
    list_display = (
        _STARTED,
        short_text("label", "what"),
        linked("source"),
        linked("project"),
        _STATUS,
        count("read"),
        count("created"),
        count("updated"),
        count("unchanged"),
        count("duplicates"),
        column("rejected_count", _rejected, "rejected"),
    )
    list_links = ("source", "project")
    list_filter = ("status", SourceFilter, ProjectFilter)
    ordering = ("-created_at", "-id")
    search_fields = ("label",)
    search_help_text = "Part of a file’s name, or an id"
    fields = (
        text("label", "what"),
        "source",
        "project",
        _STATUS,
        column("counts", _counts, "records"),
        column("tables", _tables, "tables"),
        preformatted("error"),
        _STARTED,
        time("finished_at", "finished", seconds=True),
    )
    readonly_fields = fields

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        return (
            (list_link("Rejected records", "integrations.rejectedrecord", run=obj.pk),)
            if obj.rejected
            else ()
        )
