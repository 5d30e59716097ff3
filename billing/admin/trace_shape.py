from typing import Any

from django.contrib import admin

from billing.models import TraceShape
from core.admin.columns import column, linked, text, time
from core.admin.read_only import ReadOnlyModelAdmin
from core.templatetags import format as figures

_SPAN_BYTES = 16


def _spans(shape: Any) -> int:
    return len(shape.pairs) // _SPAN_BYTES


_SPANS = column("spans_count", lambda shape: figures.count(_spans(shape)), "spans", plain=_spans)


@admin.register(TraceShape)
class TraceShapeAdmin(ReadOnlyModelAdmin):
    list_note = "Which spans lie in which, kept for some days: by it wrappers are told from the calls inside."
    list_display = (text("trace_id", "trace"), linked("project"), _SPANS, time("created_at", "came"))
    list_links = ("project",)
    ordering = ("-created_at", "-id")
    search_fields = ("trace_id__exact",)
    search_help_text = "A trace’s id, or an id"
    fields = (text("trace_id", "trace"), "project", _SPANS, time("created_at", "came", seconds=True))
    readonly_fields = fields
