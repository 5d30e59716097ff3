from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from chat.admin.of_conversation import OfConversationAdmin
from chat.models import ContextOptimization
from core.admin.columns import badges, column, linked, preformatted, side_by_side, text, time, tokens
from core.admin.links import Link, page_link
from core.admin.read_only import ReadOnlyModelAdmin
from core.markup import NOT_APPLICABLE
from core.templatetags import format as figures
from projects.admin.filters import ProjectFilter
from projects.admin.source_fields import OF_ITS_SOURCE


def _share(row: Any) -> float | None:
    saved: int = row.tokens_saved
    return saved / row.tokens_before if row.tokens_before else None


def _shown_share(row: Any) -> str:
    share = _share(row)
    return NOT_APPLICABLE if share is None else figures.percent(share)


_STRATEGY = badges("strategy", {})
_TRIGGER = badges("trigger", {"token_limit": "warn", "user_request": "info"})
_FIGURES = (
    tokens("tokens_before", "before"),
    tokens("tokens_after", "after"),
    tokens("tokens_saved", "saved"),
    column("share_count", _shown_share, "share", plain=_share),
)
_PARTS: tuple[tuple[str | None, tuple[Any, ...]], ...] = (
    (
        None,
        (
            "project",
            "conversation",
            _STRATEGY,
            _TRIGGER,
            time("occurred_at", "when", seconds=True),
            time("purged_at", "words removed", seconds=True),
        ),
    ),
    ("Tokens", _FIGURES),
    ("Summary", (preformatted("summary"),)),
    ("Messages that it touched", (preformatted("affected_messages", "ids at the source"),)),
    (
        "Its source",
        (
            text("source_strategy", "strategy’s name"),
            text("source_trigger", "trigger’s name"),
            *OF_ITS_SOURCE,
        ),
    ),
)


@admin.register(ContextOptimization)
class ContextOptimizationAdmin(OfConversationAdmin, ReadOnlyModelAdmin):
    """What happened stays as it is."""

    list_note = "Contexts of conversations that were made smaller, newest first."
    list_display = (
        time("occurred_at", "when", "occurred_at"),
        _STRATEGY,
        _TRIGGER,
        linked("conversation"),
        linked("project"),
        *_FIGURES,
    )
    list_links = ("project",)
    list_deferred = ("summary", "affected_messages", "metadata")
    list_filter = (ProjectFilter, "strategy", "trigger")
    ordering = ("-occurred_at", "-id")
    search_fields = ("id",)
    search_help_text = "The id of an optimization or a conversation"
    id_search_fields = ("pk", "conversation")
    fieldsets = tuple((title, {"fields": side_by_side(fields)}) for title, fields in _PARTS)
    readonly_fields = tuple(name for _, fields in _PARTS for name in fields)

    def search_words(
        self, request: HttpRequest, queryset: QuerySet[Any], term: str
    ) -> tuple[QuerySet[Any], bool]:
        return queryset.none(), False

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        return (
            page_link("Transcript", "chat:transcript", obj.conversation_id),
            page_link("What was saved", "chat:optimizations", project=obj.project_id),
        )
