from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from core.admin.columns import linked, preformatted, side_by_side, text, time
from core.admin.links import Link, page_link
from integrations.admin.filters import PersonFilter
from integrations.models import TelegramSession
from projects.admin.content import ProjectContentAdmin
from projects.admin.filters import ProjectFilter

_TIMES = (time("updated_at", "last change", "updated_at"), time("created_at", "created", seconds=True))
_METADATA = preformatted("metadata")
_LARGEST = 2**63


@admin.register(TelegramSession)
class TelegramSessionAdmin(ProjectContentAdmin):
    list_note = "Which conversation each Telegram chat speaks with. Groups have negative ids."
    list_display = (
        text("telegram_chat_id", "Telegram chat"),
        text("telegram_user_id", "Telegram user"),
        linked("person"),
        linked("conversation"),
        linked("project"),
        _TIMES[0],
    )
    list_links = ("person", "conversation", "project")
    list_deferred = ("metadata",)
    list_filter = (ProjectFilter, PersonFilter)
    ordering = ("-updated_at", "-id")
    search_fields = ("telegram_chat_id",)
    search_help_text = "The exact id of a Telegram chat or user, or the id of a person or conversation"
    id_search_fields = ("pk", "person", "conversation")
    autocomplete_fields = ("project", "person", "conversation")
    fields = (
        "project",
        ("telegram_chat_id", "telegram_user_id"),
        "person",
        "conversation",
        _METADATA,
        *side_by_side(_TIMES),
    )
    readonly_fields = (_METADATA, *_TIMES)

    def search_words(
        self, request: HttpRequest, queryset: QuerySet[Any], term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Ids of Telegram are whole numbers; nothing else is looked for."""
        try:
            number = int(term)
        except ValueError:
            return queryset.none(), False
        if abs(number) >= _LARGEST:
            return queryset.none(), False
        return queryset.filter(Q(telegram_chat_id=number) | Q(telegram_user_id=number)), False

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        if obj.conversation is None:
            return ()
        return (page_link("Transcript", "chat:transcript", obj.conversation_id),)
