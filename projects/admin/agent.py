from collections.abc import Sequence
from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import User
from core.admin.columns import badges, column, linked, shortened, text, time
from core.admin.links import Link, list_link, page_link
from core.admin.steps import take_steps
from projects.admin.content import ProjectContentAdmin
from projects.admin.counting import count_into, linked_count, pointing
from projects.admin.filters import ProjectFilter
from projects.admin.search import NewestSearchAdmin, search_help
from projects.admin.source_fields import OF_ITS_SOURCE
from projects.models import Agent
from projects.services.agents import activate_agent, deactivate_agent

STATUSES = {"active": "ok", "busy": "info", "inactive": "warn"}
_SOURCE = (text("source_status", "source’s status"), *OF_ITS_SOURCE)


@admin.register(Agent)
class AgentAdmin(NewestSearchAdmin, ProjectContentAdmin):
    list_note = "Who works in projects beside people: what it is told, and the model that it speaks with."
    list_display = (
        column("name", lambda agent: shortened(str(agent)), "name", plain=str),
        badges("status", STATUSES),
        text("source_status", "source’s word"),
        linked("project"),
        text("provider"),
        text("model"),
        linked("person", "writes as"),
        linked("owner"),
        linked_count(
            "jobs_number", "jobs", "projects.backgroundjob", lambda row: {"agent": row.pk, "cleared": "all"}
        ),
        time("created_at", "created", "created_at"),
    )
    list_links = ("project", "person", "owner")
    list_deferred = (
        "description",
        "role",
        "backstory",
        "goal",
        "system_prompt",
        "settings",
        "keywords",
        "metadata",
    )
    list_filter = (ProjectFilter, "status")
    ordering = ("-created_at", "-id")
    search_fields = ("name", "display_name", "model")
    search_help_text = search_help("a name or model")
    id_search_fields = ("pk", "person", "owner")
    autocomplete_fields = ("project", "person", "owner")
    fieldsets = (
        (None, {"fields": ("project", "name", "display_name", "status", "description", "owner", "person")}),
        ("Model", {"fields": ("provider", "model", "settings")}),
        ("Instructions", {"fields": ("role", "goal", "backstory", "system_prompt")}),
        ("Routing", {"fields": ("keywords", "priority")}),
        ("Its source", {"fields": _SOURCE}),
    )
    readonly_fields = _SOURCE
    actions = ("activate_selected", "deactivate_selected")

    def complete_rows(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        count_into(rows, "jobs_number", pointing(Agent, "jobs", rows), "agent_id")

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        return (
            page_link("Report", "billing:report", project=obj.project_id, agent=obj.name),
            list_link("Model calls", "billing.tokenusage", agent=obj.pk),
            list_link("Jobs", "projects.backgroundjob", agent=obj.pk, cleared="all"),
        )

    @admin.action(description="Activate", permissions=["archive"])
    def activate_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        user = cast(User, request.user)
        take_steps(request, queryset, lambda agent: activate_agent(agent, user), "active")

    @admin.action(description="Deactivate", permissions=["archive"])
    def deactivate_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        user = cast(User, request.user)
        take_steps(request, queryset, lambda agent: deactivate_agent(agent, user), "inactive")
