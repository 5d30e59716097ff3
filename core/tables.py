"""The database that is there: its file, its tables and their rows."""

from pathlib import Path

from django.db import connection


def sqlite_path() -> Path | None:
    """The file of a SQLite database; None on other engines, and for a database in memory."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite" or name == ":memory:" or "mode=memory" in name:
        return None
    return Path(name)


def present_tables() -> set[str]:
    return set(connection.introspection.table_names())


def row_counts() -> dict[str, int]:
    """Rows of every table, counted."""
    quote = connection.ops.quote_name
    # Read the table itself: an index may be what is damaged.
    plainly = " NOT INDEXED" if connection.vendor == "sqlite" else ""
    counts = {}
    with connection.cursor() as cursor:
        for table in sorted(present_tables()):
            cursor.execute(f"SELECT COUNT(*) FROM {quote(table)}{plainly}")
            counts[table] = int(cursor.fetchone()[0])
    return counts
