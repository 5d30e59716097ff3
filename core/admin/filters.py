"""Filters of lists whose choices come from a small table, never from a DISTINCT over the listed one."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from core.admin.visible import visible_rows


class RelatedFilter(SimpleListFilter):
    """By a foreign key: the first objects that the reader may see, and the chosen one.

    `parameter_name` is the field's name: `?project=ID` filters whether or not ID is among the choices.
    """

    shown: ClassVar[int] = 50

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> list[tuple[str, str]]:
        field = model_admin.opts.get_field(self.parameter_name)  # type: ignore[arg-type]
        visible = visible_rows(field.related_model, request)
        objects = list(visible[: self.shown])
        chosen = uuid_or_none(self.value())
        if chosen is not None and chosen not in {other.pk for other in objects}:
            objects += visible.filter(pk=chosen)
        return [(str(other.pk), str(other)) for other in objects]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        if self.value() is None:
            return queryset
        chosen = uuid_or_none(self.value())
        if chosen is None:
            raise IncorrectLookupParameters(f"{self.parameter_name} is not an id")
        return queryset.filter(**{f"{self.parameter_name}_id": chosen})


class ValueFilter(SimpleListFilter):
    """By the exact value of the column `parameter_name`; subclasses list the values in `values`."""

    def values(self, request: HttpRequest) -> list[tuple[str, str]]:
        """(value, label) pairs, from what the reader may see."""
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> list[tuple[str, str]]:
        values = self.values(request)
        chosen = self.value()
        if chosen and chosen not in dict(values):
            values = [*values, (chosen, chosen)]
        return values

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        chosen = self.value()
        return queryset if chosen is None else queryset.filter(**{str(self.parameter_name): chosen})


class DefaultingFilter(SimpleListFilter):
    """A filter whose first choice holds when none is made; there is no "All"."""

    def value(self) -> str:
        return super().value() or str(self.lookup_choices[0][0])

    def choices(self, changelist: Any) -> Any:
        for value, label in self.lookup_choices:
            yield {
                "selected": self.value() == str(value),
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": label,
            }


def uuid_or_none(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
