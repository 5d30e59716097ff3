from django.contrib import admin

from core.admin.columns import badge, column, linked, preformatted, shortened, side_by_side, text, time
from core.permissions import Action
from integrations.admin.filters import PersonFilter
from integrations.admin.secrets import secret
from integrations.models import Integration
from projects.admin.content import ProjectContentAdmin
from projects.admin.filters import ProjectFilter

_ACTIVE = column(
    "state",
    lambda integration: badge("active", "ok") if integration.is_active else badge("inactive"),
    "state",
)
_STATUS = text("status", "source’s word")
_SECRET = secret("secret", "secret")
_TIMES = (time("created_at", "created", "created_at"), time("updated_at", "last changed", seconds=True))
_METADATA = preformatted("metadata")


@admin.register(Integration)
class IntegrationAdmin(ProjectContentAdmin):
    """Owners change them. Secrets come from the sources, and are never shown."""

    add_action = Action.MANAGE_CONNECTIONS
    change_action = Action.MANAGE_CONNECTIONS
    delete_action = Action.MANAGE_CONNECTIONS

    list_note = "Services that projects are connected with. Secrets are never shown."
    list_display = (
        column("named", lambda integration: shortened(str(integration)), "integration"),
        text("kind", "service"),
        _ACTIVE,
        _STATUS,
        linked("project"),
        linked("person"),
        _SECRET,
        _TIMES[0],
    )
    list_links = ("project", "person")
    list_deferred = ("settings", "metadata")
    list_filter = (ProjectFilter, "is_active", PersonFilter)
    ordering = ("-created_at", "-id")
    search_fields = ("name__istartswith", "kind__istartswith")
    search_help_text = "The beginning of a name or service, or the id of an integration or person"
    id_search_fields = ("pk", "person")
    autocomplete_fields = ("project", "person")
    fields = (
        "project",
        ("kind", "name"),
        "person",
        ("is_active", _STATUS),
        _SECRET,
        "settings",
        _METADATA,
        *side_by_side(_TIMES),
    )
    readonly_fields = (_STATUS, _SECRET, _METADATA, *_TIMES)
