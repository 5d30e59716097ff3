"""Lines of providers' own reports: what was loaded, as it was told. Nobody changes them."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from billing.admin.filters import Choices, DayFilter
from billing.models import ProviderReportedUsage
from core.admin.columns import (
    Column,
    badges,
    column,
    count,
    money,
    preformatted,
    provider,
    short_text,
    side_by_side,
    text,
    tokens,
)
from core.admin.columns import time as moment
from core.admin.filters import ValueFilter
from core.admin.links import Link, page_link
from core.admin.read_only import ReadOnlyModelAdmin
from core.markup import NOT_APPLICABLE
from core.moments import moment as moment_text
from core.providers import provider_label

_KINDS = {"usage": "info", "cost": ""}
_PROVIDERS = ("anthropic", "openai")
"""Those whose reports can be loaded."""


class ReportProviderFilter(ValueFilter):
    title = "provider"
    parameter_name = "provider"

    def values(self, request: HttpRequest) -> Choices:
        return [(slug, provider_label(slug)) for slug in _PROVIDERS]


class ReportDayFilter(DayFilter):
    """Periods that begin on a day, or on one of the last 7 or 30. Providers' days are UTC days."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        days = self.days()
        if days is None:
            return queryset
        first = datetime.combine(days[0], time.min, tzinfo=UTC)
        end = datetime.combine(days[1] + timedelta(days=1), time.min, tzinfo=UTC)
        return queryset.filter(period_start__gte=first, period_start__lt=end)


def _period(line: Any) -> str:
    """A UTC day by its date; any other period by its begin."""
    is_day = line.period_end - line.period_start == timedelta(days=1)
    start = line.period_start.astimezone(UTC)
    return (
        f"{start:%-d %b %Y}" if is_day and start.time() == time.min else str(moment_text(line.period_start))
    )


_PERIOD = column("period", _period, "period", "period_start", lambda line: line.period_start)
_SUBJECT = column(
    "subject",
    lambda line: line.model or line.line_item or NOT_APPLICABLE,
    "model or line item",
    plain=lambda line: line.model or line.line_item,
)
_BATCH = column(
    "is_batch",
    lambda line: {True: "yes", False: "no"}.get(line.is_batch, NOT_APPLICABLE),
    "batch",
    plain=lambda line: line.is_batch,
)
_KIND = badges("kind", _KINDS)
_AMOUNT = money("amount", decimals=4, unknown=NOT_APPLICABLE)
_EXACT = money("amount", decimals=9, unknown=NOT_APPLICABLE)
_FIGURES: tuple[Column, ...] = (
    count("requests"),
    tokens("input_tokens"),
    tokens("cache_read_tokens"),
    tokens("cache_write_tokens"),
    tokens("cache_write_1h_tokens"),
    tokens("output_tokens"),
    tokens("input_audio_tokens"),
    tokens("output_audio_tokens"),
    count("web_search_requests", "web searches"),
    text("quantity"),
    text("quantity_unit", "unit"),
    _EXACT,
    text("currency", "currency as reported"),
)
_NAMES: tuple[Column, ...] = (
    text("model"),
    text("line_item"),
    text("request_type", "type"),
    text("vendor_project", "project or workspace there"),
    text("vendor_user", "user there"),
    text("api_key", "API key"),
    text("service_tier"),
    _BATCH,
    text("context_window"),
    text("region"),
)
_TOLD: tuple[Column, ...] = (
    provider(),
    _KIND,
    moment("period_start", "from"),
    moment("period_end", "until"),
    text("source"),
    moment("created_at", "first loaded"),
    moment("updated_at", "last changed", seconds=True),
)
_RAW = preformatted("raw", "as reported")


@admin.register(ProviderReportedUsage)
class ProviderReportedUsageAdmin(ReadOnlyModelAdmin):
    """For installation roles: bills belong to no project."""

    list_note = "What providers say was used. It is compared with the ledger, never added to it."
    list_display = (
        _PERIOD,
        provider(),
        _KIND,
        _SUBJECT,
        short_text("vendor_project", "project there"),
        count("requests"),
        tokens("input_tokens", "input"),
        tokens("output_tokens", "output"),
        _AMOUNT,
    )
    list_deferred = ("raw",)
    list_filter = (ReportDayFilter, ReportProviderFilter, "kind")
    ordering = ("-period_start", "-id")
    search_fields = ("model__istartswith", "line_item__istartswith")
    search_help_text = "The beginning of a model’s or a line item’s name"
    fieldsets = (
        (None, {"fields": side_by_side(_TOLD)}),
        ("What it is grouped by", {"fields": side_by_side(_NAMES)}),
        ("Figures", {"fields": side_by_side(_FIGURES)}),
        ("Report", {"fields": (_RAW,)}),
    )
    readonly_fields: ClassVar[Any] = (*_TOLD, *_NAMES, *_FIGURES, _RAW)

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        day = obj.period_start.astimezone(UTC).date().isoformat()
        compared = {"provider": obj.provider, "from": day, "to": day}
        return (page_link("Beside the ledger", "billing:reconciliation", **compared),)
