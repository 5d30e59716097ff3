from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from core.admin.columns import column, linked, short_text, text, time
from core.admin.links import Link
from core.admin.read_only import ReadOnlyModelAdmin
from integrations.admin.filters import SourceFilter
from integrations.models import ImportedRow
from projects.admin.filters import ProjectFilter


def _target(row: Any) -> str:
    """Our row that the record became, linked to its page where its model has one."""
    try:
        meta = apps.get_model(row.target_model)._meta
        url = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.target_id])
    except (LookupError, ValueError, NoReverseMatch):
        return str(row.target_id)
    return Link(str(meta.verbose_name), url).__html__()


def _content_hash(row: Any) -> str:
    return bytes(row.content_hash).hex()


_TARGET = column("target", _target, "became")
_IMPORTED = time("created_at", "imported", seconds=True)


@admin.register(ImportedRow)
class ImportedRowAdmin(ReadOnlyModelAdmin):
    list_note = "Which of our rows each record of a source became, newest first."
    list_display = (
        _IMPORTED,
        linked("source"),
        text("source_table", "table"),
        short_text("source_key", "key"),
        _TARGET,
        linked("project"),
    )
    list_links = ("source", "project")
    list_filter = (SourceFilter, ProjectFilter)
    ordering = ("-id",)
    search_fields = ("source_key",)
    search_help_text = "The exact key in the source, or the id of one of our rows"
    id_search_fields = ("pk", "target_id")
    fields = (
        "project",
        "source",
        text("source_table", "table"),
        text("source_key", "key"),
        _TARGET,
        column("content_hash", _content_hash, "content hash"),
        _IMPORTED,
        time("updated_at", "last changed", seconds=True),
    )
    readonly_fields = fields

    def search_words(
        self, request: HttpRequest, queryset: QuerySet[Any], term: str
    ) -> tuple[QuerySet[Any], bool]:
        return queryset.filter(source_key=term), False
