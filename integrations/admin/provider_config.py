"""Provider configs, the models that they offer, and the agents that speak with them."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters

from core.admin.columns import badge, badges, column, count, linked, preformatted, provider, text, time
from core.admin.links import Link, list_link
from core.admin.scoped import ScopedModelAdmin
from core.permissions import Action, may
from integrations.admin.agent_provider_inline import ConfigAgentInline
from integrations.admin.filters import PersonFilter
from integrations.admin.provider_config_form import ProviderConfigForm
from integrations.admin.provider_model import ConfigModelInline
from integrations.admin.secrets import secret
from integrations.models import AgentProvider, ProviderConfig, ProviderModel
from integrations.services.provider_configs import make_default

_KEY = secret("api_key", "API key", last4="api_key_last4", at_source="has_source_key")
_METADATA = preformatted("metadata")
_CREATED = time("created_at", "created", "created_at")
_CHANGED = time("updated_at", "last changed", seconds=True)


def _owner(config: Any) -> str:
    return badge("installation", "info") if config.person_id is None else linked("person")(config)


def _state(config: Any) -> str:
    if not config.is_active:
        return badge("inactive")
    return badge("default", "ok") if config.is_default else badge("active", "info")


@admin.register(ProviderConfig)
class ProviderConfigAdmin(ScopedModelAdmin):
    """Owners change them. Keys go in and never come out."""

    add_action = Action.MANAGE_CONNECTIONS
    change_action = Action.MANAGE_CONNECTIONS
    delete_action = Action.MANAGE_CONNECTIONS

    form = ProviderConfigForm
    list_note = "How people, or the whole installation, reach providers. Keys are never shown again."
    list_display = (
        text("name"),
        provider(),
        badges("kind", {}),
        column("owner", _owner, "owner"),
        column("state", _state, "state"),
        _KEY,
        text("default_model"),
        count("models_number", "models"),
        count("agents_number", "agents"),
        _CREATED,
    )
    list_links = ("person",)
    list_deferred = ("settings", "metadata")
    list_filter = ("kind", "is_active", "is_default", PersonFilter)
    ordering = ("-created_at", "-id")
    search_fields = ("name", "provider__startswith")
    search_help_text = "Part of a name, the beginning of a provider’s, or an id"
    id_search_fields = ("pk", "person")
    autocomplete_fields = ("person",)
    fieldsets = (
        (None, {"fields": ("name", "person", ("provider", "kind"), "base_url", "default_model")}),
        ("Key", {"fields": (_KEY, "new_api_key", "remove_api_key")}),
        ("Use", {"fields": (("is_active", "is_default"), "settings")}),
        ("Origin", {"fields": (_METADATA, (_CREATED, _CHANGED))}),
    )
    readonly_fields = (_KEY, _METADATA, _CREATED, _CHANGED)
    inlines = (ConfigModelInline, ConfigAgentInline)
    actions = ("make_default",)

    def complete_rows(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        ids = [config.pk for config in rows]
        models, agents = (
            dict(
                self.visible(request, model)
                .filter(config__in=ids)
                .order_by()
                .values_list("config_id")
                .annotate(total=Count("pk"))
            )
            for model in (ProviderModel, AgentProvider)
        )
        for config in rows:
            config.models_number = models.get(config.pk, 0)
            config.agents_number = agents.get(config.pk, 0)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who only looks is offered no key to type."""
        if self.has_change_permission(request, obj):
            return self.fieldsets
        return [
            ("Key", {"fields": (_KEY,)}) if name == "Key" else (name, options)
            for name, options in self.fieldsets
        ]

    @method_decorator(sensitive_post_parameters("new_api_key"))
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if form.becomes_default:
            make_default(config=obj)

    def has_make_default_permission(self, request: HttpRequest) -> bool:
        return may(request.user, Action.MANAGE_CONNECTIONS)

    @admin.action(description="Make the default of its owner", permissions=["make_default"])
    def make_default(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for config in queryset.order_by("created_at", "id"):
            try:
                is_changed = make_default(config=config)
            except ValidationError as error:
                self.message_user(request, f"{config}: {' '.join(error.messages)}", messages.ERROR)
                continue
            said = "is the default now" if is_changed else "was the default already"
            self.message_user(request, f"{config} {said}.", messages.SUCCESS if is_changed else messages.INFO)

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        return (
            list_link("Models", "integrations.providermodel", config=obj.pk),
            list_link("Agents", "integrations.agentprovider", config=obj.pk),
        )
