"""Indexes and constraints that many models declare alike."""

from django.db import models
from django.db.models import Q


def recent_indexes(name: str, time: str) -> list[models.Index]:
    """For lists, newest first: of one project, and over all of them. `name` is at most 18 letters."""
    return [
        models.Index(fields=["project", f"-{time}", "-id"], name=f"{name}_recent_idx"),
        models.Index(fields=[f"-{time}", "-id"], name=f"{name}_latest_idx"),
    ]


def unpurged_index(name: str, time: str) -> models.Index:
    """For purge_expired: a project's rows whose words are still there, oldest first."""
    return models.Index(
        fields=["project", time], condition=Q(purged_at__isnull=True), name=f"{name}_unpurged_idx"
    )


def known(
    name: str, field: str, choices: type[models.TextChoices], *, or_empty: bool = False
) -> models.CheckConstraint:
    """`field` holds one of `choices`; nothing at all too with `or_empty`."""
    values = sorted(choices.values)
    return models.CheckConstraint(
        name=f"{name}_known", condition=Q(**{f"{field}__in": ["", *values] if or_empty else values})
    )


def not_negative(name: str, *fields: str) -> list[models.BaseConstraint]:
    """Each of `fields` is null or at least 0."""
    return [
        models.CheckConstraint(
            name=f"{name}_{field}_not_negative",
            condition=Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gte": 0}),
        )
        for field in fields
    ]
