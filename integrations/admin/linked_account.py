from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.admin.columns import badge, column, linked, preformatted, side_by_side, text, time
from core.admin.scoped import ScopedModelAdmin
from core.permissions import Action
from integrations.admin.filters import PersonFilter
from integrations.admin.secrets import secret
from integrations.models import LinkedAccount

_TOKEN = secret("access_token", "access token")
_METADATA = preformatted("metadata")
_TIMES = (time("created_at", "created", "created_at"), time("updated_at", "last changed", seconds=True))


def _account(account: Any) -> str:
    return str(account.username or account.external_id) or badge("unnamed")


@admin.register(LinkedAccount)
class LinkedAccountAdmin(ScopedModelAdmin):
    """Owners change or delete them. Tokens come from the sources, and are never shown."""

    add_action = Action.MANAGE_CONNECTIONS
    change_action = Action.MANAGE_CONNECTIONS
    delete_action = Action.MANAGE_CONNECTIONS

    list_note = "People’s accounts at other services. Tokens are never shown."
    list_display = (
        column("account", _account, "account"),
        text("provider", "service"),
        linked("person"),
        text("team_id", "team"),
        _TOKEN,
        time("expires_at", "expires"),
        _TIMES[0],
    )
    list_links = ("person",)
    list_deferred = ("metadata", "scope")
    list_filter = (PersonFilter,)
    ordering = ("-created_at", "-id")
    search_fields = ("username__istartswith",)
    search_help_text = "The beginning of a user name, the exact id at the service, or the id of a person"
    id_search_fields = ("pk", "person")
    autocomplete_fields = ("person",)
    fields = (
        "person",
        ("provider", "username"),
        ("external_id", "team_id"),
        "scope",
        _TOKEN,
        "expires_at",
        _METADATA,
        *side_by_side(_TIMES),
    )
    readonly_fields = (_TOKEN, _METADATA, *_TIMES)

    def search_words(
        self, request: HttpRequest, queryset: QuerySet[Any], term: str
    ) -> tuple[QuerySet[Any], bool]:
        named, may_repeat = super().search_words(request, queryset, term)
        return named | queryset.filter(external_id=term), may_repeat
