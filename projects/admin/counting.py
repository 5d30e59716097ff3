"""Figures of the rows that point to a page's rows: one query a relation, by the page's ids."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count, Model, QuerySet

from core.admin.columns import Column, column
from core.admin.links import list_link
from core.templatetags import format as figures


def pointing(model: type[Model], relation: str, rows: Sequence[Any]) -> QuerySet[Any]:
    """Rows behind `relation` of `model` that point to `rows`, whatever app they stand in: unordered."""
    field: Any = model._meta.get_field(relation)
    others: QuerySet[Any] = field.related_model._default_manager.all()
    return others.filter(**{f"{field.field.name}__in": [row.pk for row in rows]}).order_by()


def summed(others: QuerySet[Any], key: str, **sums: Any) -> dict[UUID, dict[str, Any]]:
    """`sums` of `others` by the id under `key`."""
    return {row[key]: row for row in others.values(key).annotate(**sums)}


def count_into(rows: Sequence[Any], name: str, others: QuerySet[Any], key: str) -> None:
    """Give each of `rows` how many of `others` point to it, as attribute `name`."""
    totals = summed(others, key, total=Count("pk"))
    for row in rows:
        setattr(row, name, totals.get(row.pk, {}).get("total", 0))


def linked_count(name: str, label: str, model: str, query: Callable[[Any], dict[str, Any]]) -> Column:
    """A number that leads to the rows it counts: the list of `model` ("app.model") with `query`."""

    def read(row: Any) -> str:
        number: int = getattr(row, name)
        shown = figures.count(number)
        return list_link(shown, model, **query(row)).__html__() if number else shown

    return column(f"{name}_count", read, label, plain=lambda row: getattr(row, name))
