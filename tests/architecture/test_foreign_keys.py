"""Foreign keys run the way imports do (import-linter cannot see names of models), and each has an index."""

import pytest
from django.db import models

from tests.architecture.house import APPS, house_models

FOREIGN_KEYS = [
    pytest.param(field, id=f"{model._meta.label}.{field.name}")
    for model in house_models()
    for field in model._meta.local_fields
    if isinstance(field, models.ForeignKey)
]


@pytest.mark.parametrize("field", FOREIGN_KEYS)
def test_it_points_down_the_house(field: "models.ForeignKey[models.Model, models.Model]") -> None:
    target = field.related_model._meta.app_label
    if target in APPS:
        assert APPS.index(target) <= APPS.index(field.model._meta.app_label)
    else:
        # Django's own tables stand below everything.
        assert field.related_model.__module__.startswith("django.contrib.")


@pytest.mark.parametrize("field", FOREIGN_KEYS)
def test_it_has_an_index(field: "models.ForeignKey[models.Model, models.Model]") -> None:
    """Its own, or one that begins with it: a delete of the row it points to must not read the whole table."""
    meta = field.model._meta
    leading = {next(iter(index.fields)).lstrip("-") for index in meta.indexes if index.fields}
    leading |= {constraint.fields[0] for constraint in meta.total_unique_constraints if constraint.fields}
    assert field.db_index or field.unique or field.name in leading
