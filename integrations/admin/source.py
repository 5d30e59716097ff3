from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from core.admin.columns import badges, linked, text, time
from core.admin.links import Link, list_link, page_link
from core.admin.scoped import ScopedModelAdmin
from core.permissions import Action
from integrations.models import Source


@admin.register(Source)
class SourceAdmin(ScopedModelAdmin):
    """A source keeps its name, which the ledger's rows carry, and is kept with what it told us."""

    add_action = Action.MANAGE_INSTALLATION
    change_action = Action.MANAGE_INSTALLATION

    list_display = (
        text("name", order="name"),
        badges("kind", {"demo": "info"}),
        linked("unassigned_project"),
        time("last_received_at", "last received"),
    )
    list_links = ("unassigned_project",)
    list_filter = ("kind",)
    ordering = ("name",)
    search_fields = ("name",)
    search_help_text = "Part of a name, or an id"
    autocomplete_fields = ("unassigned_project",)
    fields = ("name", "kind", "unassigned_project", time("last_received_at", "last received", seconds=True))
    readonly_fields = (fields[-1],)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return fields if obj is None else [*fields, "name", "kind"]

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        return (
            page_link("Report", "billing:report", source=obj.name),
            page_link("Model calls", "billing:calls", source=obj.name),
            list_link("Imports", "integrations.importrun", source=obj.pk),
            list_link("Imported rows", "integrations.importedrow", source=obj.pk),
        )
