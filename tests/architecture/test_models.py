"""What every model owes to those who read the database, the admin, or the code."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import models

from tests.architecture.house import house_models

MODELS = [pytest.param(model, id=model._meta.label) for model in house_models()]
CHOSEN = [
    pytest.param(field, id=f"{model._meta.label}.{field.name}")
    for model in house_models()
    for field in model._meta.local_fields
    if field.choices and not isinstance(field, models.BooleanField)
]


@pytest.mark.parametrize("model", MODELS)
def test_its_table_is_described(model: type[models.Model]) -> None:
    assert model._meta.db_table_comment


@pytest.mark.parametrize("model", MODELS)
def test_it_says_what_it_is(model: type[models.Model]) -> None:
    """A docstring of its own, a domain sentence (Django gives every model one: its fields in brackets)."""
    assert model.__doc__
    assert not model.__doc__.startswith(f"{model.__name__}(")


@pytest.mark.parametrize("model", MODELS)
def test_a_row_has_a_name(model: type[models.Model]) -> None:
    assert model.__str__ is not models.Model.__str__


@pytest.mark.parametrize("model", MODELS)
def test_reads_can_be_limited_to_what_a_user_may_see(model: Any) -> None:
    assert model._default_manager.visible_to(AnonymousUser()).query.is_empty()


@pytest.mark.parametrize("field", CHOSEN)
def test_the_database_knows_the_choices(field: "models.Field[Any, Any]") -> None:
    """A check constraint lists exactly the values that the field offers."""
    choices = {value for value, _ in field.flatchoices}
    listed = [
        set(values)
        for constraint in field.model._meta.constraints
        if isinstance(constraint, models.CheckConstraint)
        for lookup, values in _lookups(constraint.condition)
        if lookup == f"{field.name}__in"
    ]
    assert choices in listed, f"no CheckConstraint says {field.name}__in={sorted(choices)}"


def _lookups(condition: Any) -> list[tuple[str, Any]]:
    """The lookups of a Q, however deep."""
    found = []
    for child in condition.children:
        found += [child] if isinstance(child, tuple) else _lookups(child)
    return found
