from django.contrib import admin

from core.admin.columns import linked, preformatted, short_text, text, time
from core.admin.read_only import ReadOnlyModelAdmin
from integrations.models import RejectedRecord
from projects.admin.filters import ProjectFilter

_MET = time("created_at", "met", seconds=True)


@admin.register(RejectedRecord)
class RejectedRecordAdmin(ReadOnlyModelAdmin):
    list_note = (
        "What imports could not take, newest first. Secrets were removed. They may hold what people said, and"
        " are listed for those who may read transcripts."
    )
    list_display = (
        _MET,
        short_text("record"),
        short_text("reason"),
        linked("run", "import"),
        linked("project"),
    )
    list_links = ("run", "project")
    list_deferred = ("raw",)
    list_filter = (ProjectFilter,)
    ordering = ("-id",)
    search_fields = ("record", "reason")
    search_help_text = "Part of a place or reason, or the id of a record or import"
    id_search_fields = ("pk", "run")
    fields = ("project", "run", text("record"), text("reason"), preformatted("raw", "as it came"), _MET)
    readonly_fields = fields
