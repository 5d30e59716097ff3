from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.admin.columns import linked, text, time
from integrations.admin.agent_provider_inline import AGENT_NAME
from integrations.admin.filters import ConfigFilter
from integrations.models import AgentProvider
from projects.admin.content import ProjectContentAdmin
from projects.admin.filters import ProjectFilter
from projects.models import Agent


@admin.register(AgentProvider)
class AgentProviderAdmin(ProjectContentAdmin):
    list_note = "With which provider config each agent speaks. A config that an agent uses cannot be deleted."
    list_display = (
        linked("agent"),
        linked("project"),
        linked("config"),
        text("model"),
        time("created_at", "since", "created_at"),
        "edit",
    )
    list_display_links = ("edit",)
    list_links = ("agent", "project", "config")
    list_filter = (ProjectFilter, ConfigFilter)
    ordering = ("-created_at", "-id")
    search_fields = ("model__startswith",)
    search_help_text = "The beginning of a model’s name, or the id of an agent or a config"
    id_search_fields = ("pk", "agent", "config")
    autocomplete_fields = ("project", "agent", "config")
    fields = (
        "project",
        "agent",
        "config",
        "model",
        time("created_at", "since"),
        time("updated_at", "last changed"),
    )
    readonly_fields = fields[-2:]

    def visible(self, request: HttpRequest, model: Any = None) -> QuerySet[Any]:
        rows = super().visible(request, model)
        return rows.only(*AGENT_NAME) if model is Agent else rows

    @admin.display(description="")
    def edit(self, obj: AgentProvider) -> str:
        return "Open"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return fields if obj is None else [*fields, "agent"]
