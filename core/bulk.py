"""Bulk statements of each engine, for tables that grow by thousands of rows a second.

`Model.objects.bulk_create` builds one expression a value; these hand the engine whole columns
(PostgreSQL: `unnest` of arrays) or prepared rows (SQLite: `executemany`).
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, models


def is_postgresql() -> bool:
    return connection.vendor == "postgresql"


Adapter = Callable[[Any], Any]


def adapter(field: "models.Field[Any, Any]") -> Adapter:
    """From a Python value of `field` (money as nanodollars) to what the engine's driver takes.

    Choose once a batch, call once a value: a batch has hundreds of thousands of them.
    """
    kind = field.get_internal_type()
    if kind == "JSONField":
        return _json
    if is_postgresql():
        return _same
    if kind in {"UUIDField", "ForeignKey"}:
        return _uuid_hex
    if kind == "DateTimeField":
        return _utc_text
    if kind == "DateField":
        return _day_text
    return _same


def _same(value: Any) -> Any:
    return value


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, default=str)


def _uuid_hex(value: UUID | None) -> str | None:
    return None if value is None else value.hex


def _utc_text(value: datetime | None) -> str | None:
    return None if value is None else str(value.astimezone(UTC).replace(tzinfo=None))


def _day_text(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def column_adapters(model: type[models.Model], columns: Sequence[str]) -> list[Adapter]:
    """The adapters of a model's columns, in the given order."""
    by_column = {field.column: field for field in model._meta.concrete_fields}
    return [adapter(by_column[column]) for column in columns]


def insert_rows(
    model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> set[UUID]:
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

    Callers pass rows in key order and tables in a fixed order, so that concurrent writers wait for one
    another instead of deadlocking.
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
