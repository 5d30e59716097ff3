from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from chat.models import Tool
from core.admin.columns import badges, linked, preformatted, short_text, text, time
from core.admin.links import Link, list_link, page_link
from projects.admin.content import ProjectContentAdmin
from projects.admin.filters import ProjectFilter

RISKS = {"read_only": "ok", "low": "info", "high": "danger"}


_OF_ITS_SOURCE = (preformatted("metadata"), time("created_at", "created"), time("updated_at", "changed"))


@admin.register(Tool)
class ToolAdmin(ProjectContentAdmin):
    list_note = "What staff know of tools. Policies go by the risk; a tool without a row counts as high risk."
    list_display = (
        text("name"),
        badges("risk", RISKS),
        linked("project"),
        short_text("description"),
        time("created_at", "since", "created_at"),
    )
    list_links = ("project",)
    list_deferred = ("input_schema", "metadata")
    list_filter = (ProjectFilter, "risk")
    ordering = ("-created_at", "-id")
    search_fields = ("name",)
    search_help_text = "Part of a name, or an id"
    id_search_fields = ("pk", "agent")
    autocomplete_fields = ("project",)
    fieldsets = (
        (None, {"fields": ("project", "name", "risk", "agent", "description")}),
        ("What it takes", {"fields": ("input_schema",)}),
        ("Its source", {"fields": _OF_ITS_SOURCE}),
    )
    readonly_fields = _OF_ITS_SOURCE

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        return (
            page_link("Waiting calls", "chat:approvals", tool=obj.name, project=obj.project_id),
            list_link("Calls", "chat.toolexecution", project=obj.project_id, q=obj.name),
        )
