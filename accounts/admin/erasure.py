from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.models import Erasure
from core.admin.columns import column, count, linked, preformatted, text, time
from core.admin.links import Link, page_link
from core.admin.read_only import ReadOnlyModelAdmin
from core.templatetags import format as figures

_SPEND = column(
    "spend_usd",
    lambda erasure: figures.money4(erasure.spend),
    "spend, USD, before and after",
    plain=lambda erasure: erasure.spend,
)


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyModelAdmin):
    """Certificates: made by an erasure, changed by nobody."""

    list_note = "What was erased of people on request. Begin one on the person’s page."
    list_display = (
        time("created_at", "begun"),
        text("person_label", "person"),
        text("reason"),
        linked("requested_by", "asked for by"),
        count("calls", "model calls"),
        _SPEND,
        time("finished_at", "finished"),
    )
    list_links = ("requested_by",)
    ordering = ("-id",)
    search_fields = ("reason",)
    search_help_text = "Part of a reason, or the id of a person or a certificate"
    id_search_fields = ("pk", "person_id")
    fields = (
        text("person_id", "person’s id"),
        "person_label",
        "reason",
        "requested_by",
        time("created_at", "begun", seconds=True),
        time("finished_at", "finished", seconds=True),
        count("calls", "model calls"),
        _SPEND,
        preformatted("counts"),
    )
    readonly_fields = fields

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        return (page_link("Certificate", "integrations:erasure", obj.pk),)
