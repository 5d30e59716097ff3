"""The ledger: every model call, and how its cost came about. Nobody changes it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string

from billing.admin.filters import CallDayFilter, CountedFilter, ModelFilter, PricingFilter, ProviderFilter
from billing.admin.rates import rate_text
from billing.models import TokenUsage
from billing.pricing.explain import explain
from core.admin.columns import (
    badge,
    badges,
    column,
    linked,
    milliseconds,
    money,
    preformatted,
    provider,
    side_by_side,
    text,
    time,
    tokens,
)
from core.admin.links import Link, list_link, page_link
from core.admin.paginator import CappedPaginator
from core.admin.read_only import ReadOnlyModelAdmin
from core.markup import NOT_APPLICABLE
from projects.admin.filters import ProjectFilter
from projects.models import Project

STATUSES = {
    "ok": "ok",
    "partial": "warn",
    "cancelled": "warn",
    "error": "danger",
    "cached": "info",
    "mock": "info",
}

_SEARCHED = 100_000
"""So many of the newest calls a filter looks through when no index answers it."""
_LISTED = CappedPaginator.cap
"""So far a list reaches."""
_PLACES = frozenset({"p", "e"})
_INDEXED = frozenset({"day", "project", "conversation", "person", "message", "price", "counted", "o"})
"""Parameters that an index answers or orders."""

_WHEN = time("occurred_at", "time", "occurred_at", seconds=True)
_STATUS = badges("status", STATUSES)


def _arithmetic(call: Any) -> str:
    explanation = explain(call)
    lines = [(line, rate_text(line.rate)) for line in explanation.lines]
    return render_to_string("admin/billing/arithmetic.html", {"explanation": explanation, "lines": lines})


def _tags(call: Any) -> str:
    return ", ".join(call.tags) or NOT_APPLICABLE


def _counted(call: Any) -> str:
    return (
        badge("counted", "ok")
        if call.superseded_by_id is None
        else badge("replaced by a fuller report", "warn")
    )


_CALL = (
    _WHEN,
    "project",
    provider(),
    text("model"),
    text("catalog_model", "catalogue’s model"),
    badges("request_type", {}),
    _STATUS,
    text("error_type"),
)
_COST = (
    column("arithmetic", _arithmetic, "why this cost"),
    money("cost", decimals=9),
    money("reported_cost", "source said, USD", decimals=9, unknown=NOT_APPLICABLE),
    badges("cost_source", {"none": "warn"}, "priced by"),
    "price",
    text("service_tier"),
)
_FIGURES = (
    tokens("input_tokens"),
    tokens("cache_read_tokens"),
    tokens("cache_write_tokens"),
    tokens("cache_write_1h_tokens"),
    tokens("input_audio_tokens"),
    tokens("output_tokens"),
    tokens("reasoning_tokens"),
    tokens("output_audio_tokens"),
    tokens("total_tokens"),
    tokens("web_search_requests"),
    milliseconds("latency_ms", "latency"),
    milliseconds("time_to_first_token_ms", "time to first token"),
)
_ATTRIBUTION = (
    "person",
    text("person_label"),
    text("agent_label", "agent"),
    "conversation",
    "message",
    text("session_id", "session"),
    text("environment"),
    column("tags", _tags, "tags"),
)
_ORIGIN = (
    text("source"),
    text("native_id", "id at the source"),
    time("recorded_at", "recorded", seconds=True),
    column("counted", _counted, "counted"),
    "superseded_by",
    preformatted("raw_usage", "what the provider sent"),
)


@admin.register(TokenUsage)
class TokenUsageAdmin(ReadOnlyModelAdmin):
    list_note = (
        f"Newest first. Filters without a day or a project look through the newest {_SEARCHED:,} calls."
    )
    list_display = (
        _WHEN,
        linked("project"),
        provider(),
        text("model"),
        tokens("input_tokens", "input"),
        tokens("output_tokens", "output"),
        money("cost"),
        _STATUS,
        linked("conversation"),
    )
    list_links = ("project", "conversation")
    list_deferred = ("raw_usage", "tags")
    list_filter = (
        CallDayFilter,
        ProjectFilter,
        ProviderFilter,
        ModelFilter,
        PricingFilter,
        "status",
        "request_type",
        CountedFilter,
    )
    ordering = ("-occurred_at", "-id")
    search_fields = ("native_id",)
    search_help_text = "The id of a call, conversation or person; or the exact id that the source gave"
    id_search_fields = ("pk", "conversation", "person")
    fieldsets = (
        (None, {"fields": side_by_side(_CALL)}),
        ("Cost", {"fields": (_COST[0], *side_by_side(_COST[1:]))}),
        ("Tokens and time", {"fields": side_by_side(_FIGURES)}),
        ("On whose behalf", {"fields": side_by_side(_ATTRIBUTION)}),
        ("Origin", {"fields": (*side_by_side(_ORIGIN[:-1]), _ORIGIN[-1])}),
    )
    readonly_fields = (*_CALL, *_COST, *_FIGURES, *_ATTRIBUTION, *_ORIGIN)

    def list_rows(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """No list reads the whole ledger: without an index to end it early, it stops at the newest calls."""
        asked = set(request.GET) - _PLACES
        oldest = None
        if asked - _INDEXED and not asked & {"day", "project"}:
            oldest = self._nth_newest(request, _SEARCHED)
        elif not asked and not getattr(request.user, "sees_all_projects", False):
            # No index has the rows of several projects in time order: one page would read and sort them all.
            oldest = self._nth_newest(request, _LISTED)
        return super().list_rows(request, rows if oldest is None else rows.filter(occurred_at__gte=oldest))

    def _nth_newest(self, request: HttpRequest, place: int) -> datetime | None:
        """A time after which the reader sees at least `place` booked calls, if there are as many.

        Of a member's projects, the busiest one has that many by itself, and its index tells since when.
        """
        newest = self.visible(request).booked().order_by("-occurred_at")  # type: ignore[attr-defined]
        parts = [newest]
        if not getattr(request.user, "sees_all_projects", False):
            projects = self.visible(request, Project).values_list("pk", flat=True)
            parts = [newest.filter(project_id=project) for project in projects]
        times = (part.values_list("occurred_at", flat=True)[place : place + 1].first() for part in parts)
        return max((time for time in times if time is not None), default=None)

    def search_words(
        self, request: HttpRequest, queryset: QuerySet[Any], term: str
    ) -> tuple[QuerySet[Any], bool]:
        return queryset.filter(native_id=term), False

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        links = [page_link("Why this cost", "billing:cost", obj.pk)]
        if obj.conversation is not None:
            links += [
                page_link("Transcript", "chat:transcript", obj.conversation_id),
                list_link(
                    "Calls of the conversation", "billing.tokenusage", conversation=obj.conversation_id
                ),
            ]
        return links
