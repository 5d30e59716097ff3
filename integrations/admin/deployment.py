from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.admin.columns import badges, column, linked, preformatted, shortened, side_by_side, text, time
from integrations.admin.filters import PersonFilter
from integrations.admin.web_link import web_link
from integrations.models import Deployment
from projects.admin.content import ProjectContentAdmin
from projects.admin.filters import ProjectFilter

STATUSES = {
    "queued": "info",
    "building": "info",
    "ready": "ok",
    "failed": "danger",
    "cancelled": "warn",
}
_STATUS = badges("status", STATUSES)
_SOURCE_STATUS = text("source_status", "provider’s word")
_TIMES = (time("created_at", "created", "created_at"), time("updated_at", "last changed", seconds=True))
_LINK = web_link("url", "address")
_METADATA = preformatted("metadata")


@admin.register(Deployment)
class DeploymentAdmin(ProjectContentAdmin):
    list_note = "Projects’ applications on the web, newest first."
    list_display = (
        column("named", lambda deployment: shortened(str(deployment)), "deployment"),
        _STATUS,
        _SOURCE_STATUS,
        linked("project"),
        linked("person"),
        text("provider"),
        _LINK,
        _TIMES[0],
    )
    list_links = ("project", "person")
    list_deferred = ("metadata",)
    list_filter = (ProjectFilter, "status", PersonFilter)
    ordering = ("-created_at", "-id")
    search_fields = ("url__startswith",)
    search_help_text = "The beginning of an address, the exact id at the provider, or the id of a person"
    id_search_fields = ("pk", "person")
    autocomplete_fields = ("project", "person")
    fields = (
        "project",
        ("status", _SOURCE_STATUS),
        "person",
        "provider",
        "url",
        _LINK,
        "external_id",
        _METADATA,
        *side_by_side(_TIMES),
    )
    readonly_fields = (_SOURCE_STATUS, _LINK, _METADATA, *_TIMES)

    def search_words(
        self, request: HttpRequest, queryset: QuerySet[Any], term: str
    ) -> tuple[QuerySet[Any], bool]:
        named, may_repeat = super().search_words(request, queryset, term)
        return named | queryset.filter(external_id=term), may_repeat
