"""System checks of the rules that let the schema be distributed (docs/adr/0004-a-schema-that-can-be-cut.md).

A growing table is one with a `project`: it is cut by project into shards. All others are reference tables,
copied whole to every node, and so is a model that says `is_reference_table = True` though it names a project.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import models

PROJECT = "project"


@register(Tags.models)
def check_distributable(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Errors for models that could not be distributed (countinghouse.E101 to E104)."""
    wanted = None if app_configs is None else {config.label for config in app_configs}
    return [
        message
        for model in apps.get_models(include_auto_created=True)
        if wanted is None or model._meta.app_label in wanted
        for message in distribution_errors(model)
    ]


def is_growing(model: type[models.Model]) -> bool:
    """Whether rows of `model` belong to one project each and are distributed by it."""
    names = {field.name for field in model._meta.concrete_fields}
    return PROJECT in names and not getattr(model, "is_reference_table", False)


def distribution_errors(model: type[models.Model]) -> Iterator[CheckMessage]:
    """What keeps `model` from being distributed, or copied to every node."""
    if model._meta.proxy or not model._meta.managed:
        return
    if is_growing(model):
        yield from _project_errors(model)
        yield from _unique_key_errors(model)
        yield from _id_errors(model)
    else:
        yield from _reference_errors(model)


def _project_errors(model: type[models.Model]) -> Iterator[CheckMessage]:
    field = model._meta.get_field(PROJECT)
    if field.null:
        yield Error(
            f"{model._meta.label}.project may be null.",
            hint="Rows without a project land in their source's project “Unassigned”; "
            "a table that stands above projects says is_reference_table = True.",
            obj=model,
            id="countinghouse.E101",
        )


def _unique_key_errors(model: type[models.Model]) -> Iterator[CheckMessage]:
    meta = model._meta
    keys: list[tuple[str, set[str]]] = [
        (field.name, {field.name})
        for field in meta.local_concrete_fields
        if field.unique and not field.primary_key
    ]
    keys += [(" + ".join(names), set(names)) for names in meta.unique_together]
    keys += [
        (constraint.name, _field_names(constraint))
        for constraint in meta.constraints
        if isinstance(constraint, models.UniqueConstraint)
    ]
    for name, fields in keys:
        if PROJECT not in fields:
            yield Error(
                f"The unique key “{name}” of {meta.label} does not hold the project.",
                hint="A shard cannot see other shards' rows: make it unique within the project.",
                obj=model,
                id="countinghouse.E102",
            )


def _field_names(constraint: models.UniqueConstraint) -> set[str]:
    """The fields that a unique constraint compares, inside expressions too."""
    names = set(constraint.fields)
    for expression in constraint.expressions:
        names |= set(_referenced(expression))
    return names


def _referenced(expression: Any) -> Iterator[str]:
    if isinstance(expression, models.F):
        yield expression.name  # type: ignore[attr-defined]  # the stubs lack it
        return
    for part in expression.get_source_expressions():
        yield from _referenced(part)


def _id_errors(model: type[models.Model]) -> Iterator[CheckMessage]:
    key = model._meta.pk
    if not isinstance(key, models.UUIDField) or not callable(key.default):
        yield Error(
            f"The id of {model._meta.label} is not a UUID made in Python.",
            hint="Inherit from core.models.BaseModel: shards share no sequence.",
            obj=model,
            id="countinghouse.E103",
        )


def _reference_errors(model: type[models.Model]) -> Iterator[CheckMessage]:
    for field in model._meta.local_concrete_fields:
        target = field.related_model
        if field.is_relation and isinstance(target, type) and is_growing(target):
            yield Error(
                f"{model._meta.label}.{field.name} leads from a reference table to {target._meta.label}, "
                "which is distributed.",
                hint="Give the table a project, or let the growing table point here instead.",
                obj=model,
                id="countinghouse.E104",
            )
