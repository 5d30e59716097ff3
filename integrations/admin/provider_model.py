from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from core.admin.columns import count, flag, linked, preformatted, text, time
from core.admin.inlines import ScopedInline
from core.admin.scoped import ScopedModelAdmin, is_staff
from core.permissions import Action, may
from integrations.admin.filters import ConfigFilter
from integrations.models import ProviderModel


@admin.register(ProviderModel)
class ProviderModelAdmin(ScopedModelAdmin):
    add_action = Action.MANAGE_CONNECTIONS
    change_action = Action.MANAGE_CONNECTIONS
    delete_action = Action.MANAGE_CONNECTIONS

    list_note = "Models that provider configs offer."
    list_display = (
        text("model"),
        text("display_name", "name"),
        linked("config"),
        flag("is_enabled", "enabled"),
        count("context_window", "context, tokens"),
        time("created_at", "created", "created_at"),
    )
    list_links = ("config",)
    list_deferred = ("metadata",)
    list_filter = ("is_enabled", ConfigFilter)
    ordering = ("-created_at", "-id")
    search_fields = ("model__startswith", "display_name__startswith")
    search_help_text = "The beginning of a model’s name, or an id"
    id_search_fields = ("pk", "config")
    autocomplete_fields = ("config",)
    fields = (
        "config",
        "model",
        "display_name",
        "is_enabled",
        "context_window",
        preformatted("metadata"),
        time("created_at", "created"),
        time("updated_at", "last changed"),
    )
    readonly_fields = fields[-3:]


class ConfigModelInline(ScopedInline):
    """The models of a config, on its page."""

    model = ProviderModel
    fields = ("model", "display_name", "is_enabled", "context_window")
    ordering = ("model",)
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_staff(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, Action.MANAGE_CONNECTIONS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, Action.MANAGE_CONNECTIONS)

    has_delete_permission = has_change_permission
