"""The price book: its versions as history, and a form for an override."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from billing.admin.override_form import OverrideForm
from billing.admin.price_filters import PriceProviderFilter, ValidityFilter
from billing.admin.rates import rate_text
from billing.models import ModelPrice
from billing.models.model_price import TOKEN_RATES, UNIT_RATES
from billing.pricing.overrides import add_override
from core.admin.columns import (
    Column,
    badges,
    column,
    linked,
    preformatted,
    provider,
    side_by_side,
    text,
    time,
)
from core.admin.links import Link, list_link
from core.admin.scoped import ScopedModelAdmin
from core.markup import NOT_APPLICABLE
from core.moments import moment
from core.permissions import Action
from projects.admin.filters import ProjectFilter

_ORIGIN = badges("origin", {"override": "info"})
_SHOWN = ("input_per_mtok", "cache_read_per_mtok", "cache_write_per_mtok", "output_per_mtok")
_SINCE_EVER = 1970
"""The year in which catalogue prices begin whose beginning nobody knows."""

_TOKEN_LABELS = {field: field.removesuffix("_per_mtok").replace("_", " ") for field in TOKEN_RATES}
_UNIT_LABELS = {field: field.removesuffix("_per_1k").replace("_", " ") + " / 1,000" for field in UNIT_RATES}


def _rate(field: str, label: str) -> Column:
    return column(f"{field}_usd", lambda price: rate_text(getattr(price, field)), label)


def _valid_from(price: Any) -> str:
    return NOT_APPLICABLE if price.valid_from.year <= _SINCE_EVER else moment(price.valid_from)


_FROM, _TO = column("valid_from", _valid_from, "valid from"), time("valid_to", "until")
_KEY = ("provider", "model", "variant", "project")
_VERSION = (
    provider(),
    text("model"),
    text("variant"),
    "project",
    _FROM,
    _TO,
    _ORIGIN,
    text("catalog_version", "catalogue"),
    text("note"),
    time("recorded_at", "recorded", seconds=True),
)
_ALL_RATES = (
    *(_rate(field, f"{label}, $ per million") for field, label in _TOKEN_LABELS.items()),
    *(_rate(field, f"{label}, $") for field, label in _UNIT_LABELS.items()),
    preformatted("context_tiers"),
)


@admin.register(ModelPrice)
class ModelPriceAdmin(ScopedModelAdmin):
    """Owners add overrides; a version that stands is never edited or deleted, only superseded."""

    add_action = Action.MANAGE_PRICES

    form = OverrideForm
    list_note = (
        "US dollars per million tokens. A price never changes: a new version starts, the old one ends."
    )
    list_display = (
        text("model"),
        provider(order="provider"),
        text("variant"),
        linked("project"),
        *(_rate(field, _TOKEN_LABELS[field]) for field in _SHOWN),
        _FROM,
        _TO,
        _ORIGIN,
    )
    list_links = ("project",)
    list_filter = (PriceProviderFilter, ValidityFilter, "origin", ProjectFilter)
    ordering = ("provider", "model", "variant", "-valid_from", "-id")
    search_fields = ("model", "provider__startswith")
    search_help_text = "Part of a model’s name, the beginning of a provider’s, or an id"
    autocomplete_fields = ("project",)
    readonly_fields = (*_VERSION, *_ALL_RATES)
    fieldsets = (
        (None, {"fields": side_by_side(_VERSION)}),
        ("Rates", {"fields": side_by_side(_ALL_RATES)}),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": (*_KEY, "valid_from", "valid_to", "note"),
                "description": "Times are in your zone. An open override of this price ends where it begins.",
            },
        ),
        ("Rates of tokens", {"fields": side_by_side(TOKEN_RATES)}),
        ("Rates of requests", {"fields": side_by_side(UNIT_RATES)}),
        ("Long prompts", {"fields": ("context_tiers",)}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else self.readonly_fields

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.add_fieldsets if obj is None else self.fieldsets

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        add_override(price=obj)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return super().add_view(request, form_url, {"title": "Add an override", **(extra_context or {})})
        except ValidationError as error:
            # The form was sound when it was checked, and somebody else's version came in between.
            self.message_user(request, " ".join(error.messages), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        versions = list_link("All versions", "billing.modelprice", provider=obj.provider, q=obj.model)
        return (list_link("Model calls", "billing.tokenusage", price=obj.pk), versions)
