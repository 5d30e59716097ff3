from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db.models.functions import Substr
from django.http import HttpRequest

from core.admin.columns import SHORT, column, linked, short_text, shortened, time
from core.admin.forms import WholeRowForm
from core.markup import NOT_APPLICABLE
from projects.admin.content import ProjectContentAdmin
from projects.admin.filters import ProjectFilter
from projects.admin.search import NewestSearchAdmin, search_help
from projects.admin.source_fields import OF_ITS_SOURCE
from projects.models import StoredValue


def _beginning(stored: Any) -> str:
    """Of a key without a value nothing is known; an empty one is quoted."""
    if stored.value_start is None:
        return NOT_APPLICABLE
    return shortened(stored.value_start) or "“”"


class StoredValueForm(WholeRowForm):
    """Keeps the white space of values, and a key that has none from getting an empty one."""

    value = forms.CharField(required=False, strip=False, widget=AdminTextareaWidget)

    def clean_value(self) -> str | None:
        typed: str = self.cleaned_data["value"]
        stored: str | None = self.instance.value
        return stored if typed == (stored or "") else typed


@admin.register(StoredValue)
class StoredValueAdmin(NewestSearchAdmin, ProjectContentAdmin):
    form = StoredValueForm
    list_note = "Settings and remembered state of source applications."
    list_display = (
        short_text("key"),
        short_text("scope"),
        column("value", _beginning, "value", plain=lambda stored: stored.value_start),
        linked("project"),
        time("updated_at", "changed", "updated_at"),
    )
    list_links = ("project",)
    list_deferred = ("value", "metadata")
    list_filter = (ProjectFilter,)
    ordering = ("-updated_at", "-id")
    search_fields = ("key", "scope")
    search_help_text = search_help("a key or scope")
    autocomplete_fields = ("project",)
    fieldsets = (
        (None, {"fields": ("project", "scope", "key", "value")}),
        ("Its source", {"fields": OF_ITS_SOURCE}),
    )
    readonly_fields = OF_ITS_SOURCE

    def list_annotations(self, request: HttpRequest) -> dict[str, Any]:
        return {"value_start": Substr("value", 1, SHORT + 1)}
