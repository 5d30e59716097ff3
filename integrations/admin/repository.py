from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from core.admin.columns import column, linked, preformatted, shortened, side_by_side, text, time
from core.admin.links import Link, list_link
from core.permissions import Action
from integrations.admin.filters import PersonFilter
from integrations.admin.web_link import web_link
from integrations.models import GitHubRepository
from projects.admin.content import ProjectContentAdmin
from projects.admin.filters import ProjectFilter

_TIMES = (time("created_at", "created", "created_at"), time("updated_at", "last changed", seconds=True))
_LINK = web_link("url", "address")
_METADATA = preformatted("metadata")


@admin.register(GitHubRepository)
class GitHubRepositoryAdmin(ProjectContentAdmin):
    """Owners change them: from their addresses code is fetched."""

    add_action = Action.MANAGE_CONNECTIONS
    change_action = Action.MANAGE_CONNECTIONS
    delete_action = Action.MANAGE_CONNECTIONS

    list_note = "Repositories with projects’ code, newest first."
    list_display = (
        column("named", lambda repository: shortened(str(repository)), "repository"),
        linked("project"),
        linked("person"),
        text("default_branch", "branch"),
        _LINK,
        _TIMES[0],
    )
    list_links = ("project", "person")
    list_deferred = ("metadata",)
    list_filter = (ProjectFilter, PersonFilter)
    ordering = ("-created_at", "-id")
    search_fields = ("name__istartswith",)
    search_help_text = "The beginning of a name, or the id of a repository or person"
    id_search_fields = ("pk", "person")
    autocomplete_fields = ("project", "person")
    fields = (
        "project",
        "name",
        "person",
        "url",
        _LINK,
        "clone_url",
        "default_branch",
        "external_id",
        _METADATA,
        *side_by_side(_TIMES),
    )
    readonly_fields = (_LINK, _METADATA, "external_id", *_TIMES)

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        return (list_link("Deployments of the project", "integrations.deployment", project=obj.project_id),)
