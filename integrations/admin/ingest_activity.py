from django.contrib import admin

from core.admin.columns import count, linked, text, time
from core.admin.read_only import ReadOnlyModelAdmin
from integrations.models import IngestActivity
from projects.admin.filters import ProjectFilter

_LAST = time("last_received_at", "last received", "last_received_at", seconds=True)


@admin.register(IngestActivity)
class IngestActivityAdmin(ReadOnlyModelAdmin):
    list_note = "What each kind of program sent to each project, and when it was heard last."
    list_display = (text("client"), linked("project"), _LAST, count("records"), count("rejected"))
    list_links = ("project",)
    list_filter = (ProjectFilter,)
    ordering = ("-last_received_at", "-id")
    search_fields = ("client__startswith",)
    search_help_text = "The beginning of a client’s name, or an id"
    fields = (
        text("client"),
        "project",
        time("first_received_at", "first received", seconds=True),
        time("last_received_at", "last received", seconds=True),
        count("records"),
        count("rejected"),
    )
    readonly_fields = fields
