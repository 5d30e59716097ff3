from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from core.admin.columns import badges, linked, preformatted, short_text, text, time
from core.admin.links import Link, page_link
from core.admin.read_only import ReadOnlyModelAdmin
from integrations.models import ImportUpload
from projects.admin.filters import ProjectFilter

STATUSES = {
    "uploaded": "info",
    "previewing": "info",
    "previewed": "warn",
    "queued": "info",
    "importing": "info",
    "completed": "ok",
    "failed": "danger",
}
_UPLOADED = time("created_at", "uploaded", "created_at", seconds=True)
_STATUS = badges("status", STATUSES)


@admin.register(ImportUpload)
class ImportUploadAdmin(ReadOnlyModelAdmin):
    list_note = "Files that people uploaded, newest first. What was imported stands with the import."
    list_display = (
        _UPLOADED,
        short_text("file_name", "file"),
        text("format", "kind"),
        linked("project"),
        _STATUS,
        linked("run", "import"),
        text("created_by", "by"),
    )
    list_links = ("project", "run", "created_by")
    list_deferred = ("preview", "result", "error")
    list_filter = ("status", ProjectFilter)
    ordering = ("-created_at", "-id")
    search_fields = ("file_name",)
    search_help_text = "Part of a file’s name, or an id"
    fields = (
        text("file_name", "file"),
        text("format", "kind"),
        "project",
        text("source_name", "source"),
        text("created_by", "by"),
        _STATUS,
        "size",
        preformatted("error"),
        "run",
        _UPLOADED,
        time("updated_at", "last step", seconds=True),
    )
    readonly_fields = fields

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        return (page_link("Its page", "integrations:import_upload", obj.pk),)
