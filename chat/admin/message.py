from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.functions import Substr
from django.http import HttpRequest

from chat.models import Message
from core.admin.columns import badges, column, linked, preformatted, text, time, tokens
from core.admin.links import Link, list_link, page_link
from core.markup import NOT_APPLICABLE
from projects.admin.content import ProjectContentAdmin
from projects.admin.filters import ProjectFilter

KINDS = {"error": "danger", "status": "info"}
ROLES = {"user": "info", "assistant": "ok", "tool": "warn"}
_PREVIEW_LENGTH = 100


def _preview(message: Any) -> str:
    start: str = message.content_start
    return f"{start[:_PREVIEW_LENGTH]}…" if len(start) > _PREVIEW_LENGTH else start or NOT_APPLICABLE


_WHEN = time("sent_at", "sent", seconds=True)


@admin.register(Message)
class MessageAdmin(ProjectContentAdmin):
    """What was said is not rewritten; a project's managers may delete it."""

    list_note = "Newest arrivals first. A conversation’s transcript shows them in their order."
    list_display = (
        _WHEN,
        badges("role", ROLES),
        badges("kind", KINDS),
        column("preview", _preview, "content"),
        linked("conversation"),
        linked("project"),
        text("author_label", "author"),
        text("model"),
    )
    list_links = ("conversation", "project")
    list_deferred = ("content", "parts", "attachments", "metadata")
    list_filter = (ProjectFilter, "role", "kind")
    ordering = ("-id",)
    search_fields = ("id",)
    search_help_text = "The id of a message, a conversation or a person"
    id_search_fields = ("pk", "conversation", "author")
    fields = (
        "project",
        "conversation",
        "position",
        badges("role", ROLES),
        badges("kind", KINDS),
        "author",
        "author_label",
        text("provider"),
        "model",
        tokens("token_count", "tokens, as its source counts"),
        _WHEN,
        time("purged_at", "words removed", seconds=True),
        preformatted("content"),
        preformatted("parts"),
        preformatted("attachments"),
        text("source_role", "source’s role"),
        preformatted("metadata"),
    )
    readonly_fields = fields

    add_action = None
    change_action = None

    def list_annotations(self, request: HttpRequest) -> dict[str, Any]:
        return {"content_start": Substr("content", 1, _PREVIEW_LENGTH + 1)}

    def search_words(
        self, request: HttpRequest, queryset: QuerySet[Any], term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Words are not looked for in the content: without a text index that would read every message."""
        return queryset.none(), False

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        return (
            page_link("Transcript", "chat:transcript", obj.conversation_id),
            list_link("Model calls", "billing.tokenusage", message=obj.pk),
        )
