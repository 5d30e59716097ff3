"""Tables, columns, indexes, constraints and triggers: what the models declare, and what is there."""

import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.migrations.executor import MigrationExecutor

from core.health.findings import Finding, Severity
from core.health.registry import GUARDS
from core.tables import present_tables

_TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
}


def managed_models() -> list[type[models.Model]]:
    found = apps.get_models(include_auto_created=True)
    return [model for model in found if model._meta.managed and not model._meta.proxy]


def migration_findings() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes()):
        name = f"{migration.app_label}.{migration.name}"
        yield Finding("migrations", name, "This migration is not applied.", advice="Run manage.py migrate.")


def schema_findings() -> Iterator[Finding]:
    """What a model declares and its table lacks."""
    tables = present_tables()
    for model in managed_models():
        table = model._meta.db_table
        if table not in tables:
            yield Finding(
                "schema",
                table,
                "The table is not there.",
                Severity.CRITICAL,
                "Restore a backup: its rows cannot be made up.",
            )
            continue
        columns = _columns(table)
        for field in model._meta.local_concrete_fields:
            if field.column not in columns:
                yield Finding(
                    "schema", f"{table}.{field.column}", "The column is not there.", Severity.CRITICAL
                )
    for model, part in missing_parts():
        kind = "index" if isinstance(part, models.Index) else "constraint"
        yield Finding(
            "schema",
            part.name,
            f"The {kind} of {model._meta.db_table} is not there.",
            advice="manage.py check_db --repair makes it.",
        )
    for name in sorted(missing_triggers()):
        yield Finding(
            "schema",
            name,
            "The trigger is not there: nothing holds its rule.",
            advice="manage.py check_db --repair lays it.",
        )


_COLUMNS = {
    "sqlite": "SELECT name FROM pragma_table_xinfo(%s)",
    "postgresql": "SELECT column_name FROM information_schema.columns"
    " WHERE table_schema = current_schema() AND table_name = %s",
}


_PARTS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE tbl_name = %s AND type IN ('table', 'index')",
    "postgresql": "SELECT relname, '' FROM pg_class WHERE oid IN (SELECT indexrelid FROM pg_index"
    " WHERE indrelid = to_regclass(quote_ident(%s))) UNION ALL SELECT conname, ''"
    " FROM pg_constraint WHERE conrelid = to_regclass(quote_ident(%s))",
}
_NAMED = re.compile(r'CONSTRAINT "(\w+)"')


def _part_names(table: str) -> set[str]:
    """Names of a table's indexes and constraints.

    Django's own reader stumbles over a column's check that holds commas, on SQLite.
    """
    sql = _PARTS[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(sql, [table] * sql.count("%s"))
        rows = cursor.fetchall()
    return {name for name, _ in rows} | {name for _, made in rows for name in _NAMED.findall(made or "")}


def _columns(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS[connection.vendor], [table])
        return {row[0] for row in cursor.fetchall()}


def missing_parts() -> Iterator[tuple[type[models.Model], Any]]:
    """Indexes and constraints that models declare by name and tables lack."""
    tables = present_tables()
    for model in managed_models():
        if model._meta.db_table not in tables:
            continue
        there = _part_names(model._meta.db_table)
        for part in (*model._meta.indexes, *model._meta.constraints):
            if part.name not in there:
                yield model, part


def missing_triggers() -> set[str]:
    wanted = set().union(*(guard.names(connection.vendor) for guard in GUARDS))
    with connection.cursor() as cursor:
        cursor.execute(_TRIGGERS[connection.vendor])
        return wanted - {row[0] for row in cursor.fetchall()}
