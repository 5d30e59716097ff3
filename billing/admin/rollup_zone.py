from typing import Any

from django.contrib import admin

from billing.models import RollupZone
from core.admin.columns import badge, column, count, text, time
from core.admin.read_only import ReadOnlyModelAdmin


def _state(zone: Any) -> str:
    if zone.built_at is None:
        return badge("being built", "warn")
    if zone.checked_at is None:
        return badge("not compared yet")
    return badge("differs", "danger") if zone.drift else badge("agrees", "ok")


@admin.register(RollupZone)
class RollupZoneAdmin(ReadOnlyModelAdmin):
    list_note = "Time zones whose days are summed, and when each was last compared with the ledger."
    list_display = (
        text("zone"),
        column("state", _state, "ledger"),
        time("built_at", "whole since"),
        time("checked_at", "last compared"),
        count("drift"),
    )
    ordering = ("zone",)
    fields = list_display
    readonly_fields = fields
