"""Lists of the admin take as many queries for ten thousand rows as for a few."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection, models
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.ids import new_id
from tests.cast import Cast
from tests.planting import TERM_LENGTH, Planted, mark_of, plant

ROWS = 10_000
_SERIAL = count(1)

OURS = ("accounts", "projects", "chat", "billing", "integrations")
FEW = {
    "billing.RollupZone": "its rows are time zones, of which the world has some hundred",
    "accounts.AuditEntry": "the page of the audit log shows it, and keeps to its own count",
    "accounts.AuditHead": "it has one row",
}
LABELS = sorted(
    model._meta.label
    for model in apps.get_models()
    if model._meta.app_label in OURS and model._meta.label not in FEW
)


def queries(client: Client, address: str) -> int:
    # Once beforehand: that words were read is told once in a while, not at every look.
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def addresses(model: type[Model], planted: Planted) -> list[str]:
    """The list, and a search in it."""
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    has_search = bool(admin.site.get_model_admin(model).search_fields)
    return [url, *([f"{url}?q={mark_of(planted)[:TERM_LENGTH]}"] if has_search else [])]


def copies(row: Any, planted: Planted, number: int) -> list[Any]:
    """`number` saved rows like `row` that differ in their keys."""
    model = type(row)
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    values = {field.attname: getattr(row, field.attname) for field in fields}
    varied = list(_varied(model, planted, number))
    made = [
        model(**{**values, **{name: choose(values[name], n) for name, choose in varied}})
        for n in range(number)
    ]
    return list(model._base_manager.bulk_create(made, batch_size=500))


def _varied(model: type[Model], planted: Planted, number: int) -> Iterator[tuple[str, Any]]:
    """A column of each unique key, and how its value changes from copy to copy."""
    yield "id", lambda value, n: new_id()
    for key in _unique_keys(model):
        fields = [model._meta.get_field(name) for name in key if name != "project"]
        plain = [field for field in fields if not field.is_relation and not _is_fixed(field)]
        related = [field for field in fields if field.is_relation]
        if plain:
            yield plain[0].attname, _changer(plain[0])
        elif related:
            others = copies(planted[related[0].related_model], planted, number)
            yield related[0].attname, lambda value, n, others=others: others[n].pk


def _is_fixed(field: Any) -> bool:
    return isinstance(field, models.BooleanField) or bool(field.choices)


def _unique_keys(model: type[Model]) -> Iterator[tuple[str, ...]]:
    for field in model._meta.concrete_fields:
        if field.unique and not field.primary_key:
            yield (field.name,)
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.fields:
            yield constraint.fields
        elif isinstance(constraint, models.UniqueConstraint):
            yield tuple(name for part in constraint.expressions for name in _columns_of(part))


def _columns_of(expression: Any) -> Iterator[str]:
    if isinstance(expression, models.F):
        yield expression.name
        return
    for part in expression.get_source_expressions():
        yield from _columns_of(part)


def _changer(field: Any) -> Any:
    if isinstance(field, models.BinaryField):
        return lambda value, n: new_id().bytes
    if isinstance(field, models.IntegerField):
        return lambda value, n: value + next(_SERIAL)
    if isinstance(field, models.DateField):
        return lambda value, n: _moved(value, next(_SERIAL))
    if isinstance(field, models.UUIDField):
        return lambda value, n: new_id()
    longest = field.max_length or 1_000
    return lambda value, n: f"{next(_SERIAL)}{value}"[:longest]


def _moved(value: date, n: int) -> date:
    return value - (timedelta(microseconds=n) if isinstance(value, datetime) else timedelta(days=n))


@pytest.mark.parametrize("label", LABELS)
def test_ten_thousand_rows_take_no_more_queries(label: str, cast: Cast) -> None:
    planted = plant("zqalphax7")
    model = apps.get_model(label)
    few = {address: queries(cast.owner.client, address) for address in addresses(model, planted)}
    copies(planted[model], planted, ROWS)
    assert model._base_manager.count() >= ROWS
    assert {address: queries(cast.owner.client, address) for address in few} == few
