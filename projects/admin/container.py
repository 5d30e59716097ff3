from django.contrib import admin

from core.admin.columns import linked, text, time
from projects.admin.content import ProjectContentAdmin
from projects.admin.filters import ProjectFilter
from projects.admin.search import NewestSearchAdmin, search_help
from projects.admin.source_fields import OF_ITS_SOURCE
from projects.models import Container


@admin.register(Container)
class ContainerAdmin(NewestSearchAdmin, ProjectContentAdmin):
    list_note = "Where the applications of projects run."
    list_display = (
        text("name"),
        linked("project"),
        text("status", "source’s status"),
        text("port_mapping", "ports"),
        time("created_at", "created", "created_at"),
        time("updated_at", "changed"),
    )
    list_links = ("project",)
    list_deferred = ("metadata",)
    list_filter = (ProjectFilter,)
    ordering = ("-created_at", "-id")
    search_fields = ("name", "status")
    search_help_text = search_help("a name or status")
    autocomplete_fields = ("project",)
    fieldsets = (
        (None, {"fields": ("project", "name", "status", "port_mapping")}),
        ("Its source", {"fields": OF_ITS_SOURCE}),
    )
    readonly_fields = OF_ITS_SOURCE
