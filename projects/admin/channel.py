from collections.abc import Sequence
from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from accounts.models import User
from core.admin.columns import badge, column, linked, short_text, text, time
from core.admin.links import Link, list_link
from core.admin.steps import take_steps
from core.markup import NOT_APPLICABLE
from projects.admin.content import ProjectContentAdmin
from projects.admin.counting import count_into, linked_count, pointing
from projects.admin.filters import ArchivedFilter, ProjectFilter
from projects.admin.search import NewestSearchAdmin, search_help
from projects.admin.source_fields import OF_ITS_SOURCE
from projects.models import Channel
from projects.querysets import GENERAL_STAYS
from projects.services.archiving import archive, restore


def _standing(channel: Any) -> str:
    if channel.is_default:
        return badge("Default", "info")
    return badge("Archived") if channel.archived_at else NOT_APPLICABLE


_ARCHIVED_AT = time("archived_at", "archived", seconds=True)


@admin.register(Channel)
class ChannelAdmin(NewestSearchAdmin, ProjectContentAdmin):
    list_note = "Rooms of projects. Each project keeps its channel “general”."
    list_display = (
        text("name"),
        linked("project"),
        column("standing", _standing, "standing"),
        short_text("description"),
        linked_count(
            "conversations_number", "conversations", "chat.conversation", lambda row: {"channel": row.pk}
        ),
        time("created_at", "created", "created_at"),
    )
    list_links = ("project",)
    list_deferred = ("metadata",)
    list_filter = (ProjectFilter, ArchivedFilter)
    ordering = ("-created_at", "-id")
    search_fields = ("name",)
    search_help_text = search_help("a name")
    autocomplete_fields = ("project",)
    fieldsets = (
        (None, {"fields": ("project", "name", "description", _ARCHIVED_AT)}),
        ("Its source", {"fields": OF_ITS_SOURCE}),
    )
    readonly_fields = (_ARCHIVED_AT, *OF_ITS_SOURCE)
    actions = ("archive_selected", "restore_selected")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return [*fields, "name"] if obj is not None and obj.is_default else fields

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """The channel `general` protects itself. It goes with its project, on the project's own page."""
        deleted, counts, lacking, protected = super().get_deleted_objects(objs, request)
        general = [f"{channel.project}: {GENERAL_STAYS}" for channel in objs if channel.is_default]
        return deleted, counts, lacking, [*protected, *general]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        is_general = self.visible(request).filter(pk=object_id, is_default=True).exists()
        context = {"show_delete": False, "subtitle": GENERAL_STAYS} if is_general else {}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def complete_rows(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        count_into(rows, "conversations_number", pointing(Channel, "conversations", rows), "channel_id")

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        return (list_link("Conversations", "chat.conversation", channel=obj.pk),)

    @admin.action(description="Archive", permissions=["archive"])
    def archive_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        user = cast(User, request.user)
        take_steps(request, queryset, lambda channel: archive(channel, user), "archived")

    @admin.action(description="Restore", permissions=["archive"])
    def restore_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        user = cast(User, request.user)
        take_steps(request, queryset, lambda channel: restore(channel, user), "in use again")
