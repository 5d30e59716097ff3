"""What PostgreSQL itself can tell of its indexes and constraints."""

from collections.abc import Iterator

from django.db import DatabaseError, connection, transaction

from core.health.findings import Finding, Severity

_INVALID_INDEXES = """
    SELECT index.relname, tables.relname FROM pg_index
    JOIN pg_class AS index ON index.oid = indexrelid JOIN pg_class AS tables ON tables.oid = indrelid
    WHERE (NOT indisvalid OR NOT indisready) AND tables.relnamespace = current_schema()::regnamespace
    ORDER BY 1
"""
_UNVALIDATED = """
    SELECT conname, conrelid::regclass::text FROM pg_constraint
    WHERE NOT convalidated AND connamespace = current_schema()::regnamespace ORDER BY 1
"""
_TREES = """
    SELECT index.relname, index.oid FROM pg_index
    JOIN pg_class AS index ON index.oid = indexrelid JOIN pg_am ON pg_am.oid = index.relam
    WHERE amname = 'btree' AND index.relkind = 'i' AND indisvalid
    AND index.relnamespace = current_schema()::regnamespace ORDER BY 1
"""


def index_findings() -> Iterator[Finding]:
    """Indexes that a broken CREATE INDEX CONCURRENTLY left behind, and constraints nobody has validated."""
    with connection.cursor() as cursor:
        cursor.execute(_INVALID_INDEXES)
        for index, table in cursor.fetchall():
            yield Finding("indexes", index, f"The index of {table} is not valid: it is not used.")
        cursor.execute(_UNVALIDATED)
        for name, table in cursor.fetchall():
            yield Finding("constraints", name, f"Nobody has validated this constraint of {table}.")


def tree_findings() -> Iterator[Finding]:
    """The b-trees by the extension amcheck, where it is there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'amcheck'")
        if cursor.fetchone() is None:
            yield Finding(
                "integrity",
                "amcheck",
                "The extension amcheck is not installed, so the pages of indexes were not looked at.",
                Severity.NOTE,
                "CREATE EXTENSION amcheck; as the database's owner.",
            )
            return
        cursor.execute(_TREES)
        for name, oid in cursor.fetchall():
            try:
                with transaction.atomic():
                    cursor.execute("SELECT bt_index_check(%s::oid::regclass, true)", [oid])
            except DatabaseError as error:
                yield Finding("integrity", name, f"The index is damaged: {str(error).splitlines()[0]}")
