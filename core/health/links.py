"""Foreign keys that lead nowhere, and children that stand in another project than their parents."""

from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.db.models import ForeignKey, Model

from core.checks import PROJECT, is_growing
from core.health.findings import Finding
from core.health.schema import managed_models
from core.tables import present_tables


def _links() -> Iterator[tuple[type[Model], "ForeignKey[Any]", type[Model]]]:
    """Foreign keys that the database holds, between tables that are there."""
    tables = present_tables()
    for model in managed_models():
        for field in model._meta.local_concrete_fields:
            if not isinstance(field, ForeignKey) or not field.db_constraint:  # type: ignore[attr-defined]
                continue
            target = field.remote_field.model
            if {model._meta.db_table, target._meta.db_table} <= tables:
                yield model, field, target


def _count(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])


def link_findings() -> Iterator[Finding]:
    quote = connection.ops.quote_name
    for model, field, target in _links():
        child, parent = quote(model._meta.db_table), quote(target._meta.db_table)
        column, key = quote(str(field.column)), quote(str(field.target_field.column))
        orphans = _count(
            f"SELECT COUNT(*) FROM {child} AS child WHERE child.{column} IS NOT NULL"
            f" AND NOT EXISTS (SELECT 1 FROM {parent} AS parent WHERE parent.{key} = child.{column})"
        )
        if orphans:
            yield Finding(
                "foreign_keys",
                f"{model._meta.db_table}.{field.column}",
                f"{orphans:,} rows point to rows of {target._meta.db_table} that are not there.",
                advice="Restore the missing rows from a backup, or clear these links.",
            )


def project_findings() -> Iterator[Finding]:
    quote = connection.ops.quote_name
    for model, field, target in _links():
        if field.name == PROJECT or not (is_growing(model) and is_growing(target)):
            continue
        child, parent, column = (
            quote(model._meta.db_table),
            quote(target._meta.db_table),
            quote(str(field.column)),
        )
        strays = _count(
            f"SELECT COUNT(*) FROM {child} AS child JOIN {parent} AS parent"
            f" ON parent.{quote(str(field.target_field.column))} = child.{column}"
            " WHERE parent.project_id <> child.project_id"
        )
        if strays:
            yield Finding(
                "project_scope",
                f"{model._meta.db_table}.{field.column}",
                f"{strays:,} rows stand in another project than what they point to"
                f" ({target._meta.db_table}).",
                advice="Their links are wrong: clear them, or restore a backup.",
            )
