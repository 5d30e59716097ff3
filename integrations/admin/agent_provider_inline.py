"""With which config an agent speaks: on the config's page to look at, on the agent's to choose."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest

from core.admin.columns import linked, text, time
from core.admin.inlines import ScopedInline
from core.admin.scoped import is_staff
from core.admin.visible import visible_rows
from core.permissions import Action, may
from integrations.models import AgentProvider
from projects.models import Agent, Project

_SHOWN = 20
AGENT_NAME = ("project", "name", "display_name")
"""What an agent's name is made of: its prompts are large, and no list shows them."""


class FirstAgents(BaseInlineFormSet):  # type: ignore[type-arg]
    """No more rows than a page has room for."""

    def get_queryset(self) -> QuerySet[Any]:
        if not hasattr(self, "_first"):
            self._first = super().get_queryset()[:_SHOWN]
        return self._first


class ConfigAgentInline(ScopedInline):
    """The agents of a config, only to look at: they are given another one on their own pages."""

    model = AgentProvider
    formset = FirstAgents
    max_num = 0
    verbose_name_plural = f"agents (the newest {_SHOWN})"
    fields = (linked("agent"), linked("project"), text("model"), time("created_at", "since"))
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        agents = visible_rows(Agent, request).only(*AGENT_NAME)
        links = (
            Prefetch("agent", agents),
            Prefetch("project", visible_rows(Project, request)),
        )
        return super().get_queryset(request).prefetch_related(*links).order_by("-created_at", "-id")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_staff(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class _OfTheAgentsProject(BaseInlineFormSet):  # type: ignore[type-arg]
    """A new row is of the project that the agent is at work in."""

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]
        if form.instance._state.adding:
            form.instance.project_id = self.instance.project_id
        return form


class AgentProviderInline(ScopedInline):
    """The config with which an agent speaks; its project's managers choose it."""

    model = AgentProvider
    formset = _OfTheAgentsProject
    max_num = 1
    verbose_name = "provider config"
    verbose_name_plural = "provider config"
    fields = ("config", "model")
    autocomplete_fields = ("config",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("config")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_staff(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None and may(request.user, Action.CHANGE_CONTENT, obj.project_id)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None and may(request.user, Action.CHANGE_CONTENT, obj.project_id)

    has_delete_permission = has_change_permission
