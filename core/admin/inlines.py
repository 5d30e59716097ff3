"""Tables of dependent rows inside another object's page."""

from typing import Any

from django.db.models import ForeignKey, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest

from core.admin.stock import StockTabularInline
from core.admin.visible import visible_rows
from core.markup import NOT_APPLICABLE


class ScopedInline(StockTabularInline):
    """Rows and choices that `visible_to` returns. Subclasses say who may do what."""

    empty_value_display = NOT_APPLICABLE
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = visible_rows(self.model, request)
        return rows if self.has_view_or_change_permission(request) else rows.none()

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any]", request: HttpRequest, **kwargs: Any
    ) -> "ModelChoiceField[Any] | None":
        kwargs["queryset"] = visible_rows(db_field.related_model, request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
