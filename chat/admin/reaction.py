from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest

from chat.admin.of_conversation import OfConversationAdmin
from chat.models import Message, Reaction
from core.admin.columns import column, linked, preformatted, short_text, time
from core.admin.links import Link, page_link
from projects.admin.content import ProjectContentAdmin
from projects.admin.filters import ProjectFilter
from projects.admin.source_fields import CHANGED, CREATED

_KIND = column("kind", lambda reaction: reaction.get_kind_display(), "reaction")


@admin.register(Reaction)
class ReactionAdmin(OfConversationAdmin, ProjectContentAdmin):
    """What somebody thought is not rewritten; a project's managers may delete it."""

    list_note = "What people thought of conversations and messages, newest first."
    list_display = (
        _KIND,
        linked("conversation"),
        linked("message"),
        linked("user"),
        linked("person"),
        short_text("comment"),
        linked("project"),
        time("created_at", "when", "created_at"),
    )
    list_links = ("user", "person", "project")
    list_filter = (ProjectFilter, "kind")
    ordering = ("-created_at", "-id")
    search_fields = ("id",)
    search_help_text = "The id of a reaction, conversation, message or person"
    id_search_fields = ("pk", "conversation", "message", "person")
    fields = (
        "project",
        _KIND,
        "conversation",
        "message",
        "user",
        "person",
        preformatted("comment"),
        CREATED,
        CHANGED,
    )
    readonly_fields = fields

    add_action = None
    change_action = None

    def search_words(
        self, request: HttpRequest, queryset: QuerySet[Any], term: str
    ) -> tuple[QuerySet[Any], bool]:
        return queryset.none(), False

    def list_rows(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        messages = self.visible(request, Message).only("role", "position")
        return super().list_rows(request, rows).prefetch_related(Prefetch("message", messages))

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        return (page_link("Transcript", "chat:transcript", obj.conversation_id),)
