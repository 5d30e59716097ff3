"""Tags of projects, and where they stand."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest

from chat.admin.of_conversation import OfConversationAdmin
from chat.models import Message, Tag, Tagging
from core.admin.columns import badge, column, linked, time
from core.admin.filters import RelatedFilter
from core.admin.links import Link, list_link, page_link
from projects.admin.content import ProjectContentAdmin
from projects.admin.counting import count_into, linked_count, pointing
from projects.admin.filters import ProjectFilter
from projects.admin.source_fields import CHANGED, CREATED

COLOURS = {"blue": "info", "green": "ok", "amber": "warn", "red": "danger"}


class TagFilter(RelatedFilter):
    title = "tag"
    parameter_name = "tag"


@admin.register(Tag)
class TagAdmin(ProjectContentAdmin):
    list_note = "Words under which conversations are found again. Each project has its own."
    list_display = (
        column("name", lambda tag: badge(tag.name, COLOURS.get(tag.color, "")), "name", plain=str),
        linked("project"),
        linked_count("uses", "uses", "chat.tagging", lambda tag: {"tag": tag.pk}),
        time("created_at", "since", "created_at"),
    )
    list_links = ("project",)
    list_filter = (ProjectFilter, "color")
    ordering = ("-created_at", "-id")
    search_fields = ("name",)
    search_help_text = "Part of a name, or an id"
    autocomplete_fields = ("project",)
    fields = ("project", "name", "color", CREATED, CHANGED)
    readonly_fields = (CREATED, CHANGED)

    def complete_rows(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        count_into(rows, "uses", pointing(Tag, "taggings", rows), "tag_id")

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        return (
            page_link("Conversations", "chat:conversations", tag=obj.name, project=obj.project_id),
            list_link("Uses", "chat.tagging", tag=obj.pk),
        )


@admin.register(Tagging)
class TaggingAdmin(OfConversationAdmin, ProjectContentAdmin):
    """Tags are put and taken on the transcript; managers take them away here too."""

    list_note = "Which conversation and message carries which tag, and who put it there."
    list_display = (
        linked("tag"),
        linked("conversation"),
        linked("message"),
        linked("user", "by"),
        linked("project"),
        time("created_at", "since", "created_at"),
        "edit",
    )
    list_display_links = ("edit",)
    list_links = ("tag", "user", "project")
    list_filter = (ProjectFilter, TagFilter)
    ordering = ("-created_at", "-id")
    search_fields = ("tag__name",)
    search_help_text = "A tag’s name, or the id of a tag, conversation or message"
    id_search_fields = ("pk", "tag", "conversation", "message")
    fields = ("project", "tag", "conversation", "message", "user", CREATED, CHANGED)
    readonly_fields = fields

    @admin.display(description="")
    def edit(self, obj: Tagging) -> str:
        return "Open"

    add_action = None
    change_action = None

    def search_words(
        self, request: HttpRequest, queryset: QuerySet[Any], term: str
    ) -> tuple[QuerySet[Any], bool]:
        named = self.visible(request, Tag).filter(name__iexact=term)
        return queryset.filter(tag__in=named.values("pk")), False

    def list_rows(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        messages = self.visible(request, Message).only("role", "position")
        return super().list_rows(request, rows).prefetch_related(Prefetch("message", messages))

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        return (page_link("Transcript", "chat:transcript", obj.conversation_id),)
