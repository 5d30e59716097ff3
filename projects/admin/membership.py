from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from core.admin.columns import badges, linked, time
from core.permissions import Action
from projects.admin.content import ProjectContentAdmin
from projects.admin.filters import ProjectFilter
from projects.models import Membership

ROLES = {"manager": "warn", "operator": "info"}


@admin.register(Membership)
class MembershipAdmin(ProjectContentAdmin):
    add_action = Action.MANAGE_MEMBERS
    change_action = Action.MANAGE_MEMBERS
    delete_action = Action.MANAGE_MEMBERS

    list_note = "Who belongs to which project, and as what."
    list_display = (
        linked("user"),
        linked("project"),
        badges("role", ROLES),
        time("created_at", "since"),
        "edit",
    )
    list_display_links = ("edit",)
    list_links = ("user", "project")
    list_filter = (ProjectFilter, "role")
    ordering = ("-id",)
    search_fields = ("user__name", "user__email", "project__name")
    search_help_text = "Part of a user’s name or e-mail address, or of a project’s name"
    autocomplete_fields = ("user", "project")
    fields = ("project", "user", "role")

    @admin.display(description="")
    def edit(self, obj: Membership) -> str:
        return "Open"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return fields if obj is None else [*fields, "user"]
