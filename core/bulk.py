"""Bulk statements of each engine, for tables that grow by thousands of rows a second.

`Model.objects.bulk_create` builds one expression a value; these hand the engine whole columns
(PostgreSQL: `unnest` of arrays) or prepared rows (SQLite: `executemany`).
"""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, models


def is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def database_value(value: Any, field: "models.Field[Any, Any]") -> Any:
    """`value` as the engine's driver takes it for `field`; money and times included."""
    if value is None:
        return None
    if isinstance(field, models.JSONField):
        return json.dumps(value, ensure_ascii=False, default=str)
    if is_postgresql():
        return value
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return str(value.astimezone(UTC).replace(tzinfo=None))
    if isinstance(value, date):
        return value.isoformat()
    return value


def insert_rows(model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> set[UUID]:
    """Insert `rows` (database values in the order of `columns`, `id` first); returns the ids that are new.

    On PostgreSQL a row that meets another process's unique key is left out. On SQLite the caller holds the
    write lock (`BEGIN IMMEDIATE`) and has looked for existing keys, so a conflict is an error.
    """
    if not rows:
        return set()
    names = ", ".join(f'"{name}"' for name in columns)
    table = f'"{model._meta.db_table}"'
    with connection.cursor() as cursor:
        if is_postgresql():
            cursor.execute(
                f"INSERT INTO {table} ({names}) SELECT * FROM {_unnest(model, columns)}"
                " ON CONFLICT DO NOTHING RETURNING id",
                list(map(list, zip(*rows, strict=True))),
            )
            return {row[0] for row in cursor.fetchall()}
        marks = ", ".join(["%s"] * len(columns))
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
    return {UUID(row[0]) for row in rows}


def add_to_sums(
    model: type[models.Model], key: Sequence[str], sums: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Upsert `rows` (id, then `key`, then `sums` values), adding to the sums of rows that exist.

    Callers pass rows in key order and tables in a fixed order, so that concurrent writers wait for one another
    instead of deadlocking.
    """
    rows = list(rows)
    if not rows:
        return
    columns = ("id", *key, *sums)
    names = ", ".join(f'"{name}"' for name in columns)
    table = f'"{model._meta.db_table}"'
    additions = ", ".join(f'"{name}" = {table}."{name}" + excluded."{name}"' for name in sums)
    conflict = ", ".join(f'"{name}"' for name in key)
    with connection.cursor() as cursor:
        if is_postgresql():
            cursor.execute(
                f"INSERT INTO {table} ({names}) SELECT * FROM {_unnest(model, columns)}"
                f" ON CONFLICT ({conflict}) DO UPDATE SET {additions}",
                list(map(list, zip(*rows, strict=True))),
            )
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(
                f"INSERT INTO {table} ({names}) VALUES ({marks})"
                f" ON CONFLICT ({conflict}) DO UPDATE SET {additions}",
                rows,
            )


def _unnest(model: type[models.Model], columns: Sequence[str]) -> str:
    by_column = {field.column: field for field in model._meta.concrete_fields}
    return "unnest(" + ", ".join(f"%s::{by_column[name].db_type(connection)}[]" for name in columns) + ")"
