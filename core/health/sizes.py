"""How many rows tables hold, and how much room they take."""

from collections.abc import Sequence

from django.db import OperationalError, connection

from core.health.findings import TableSize
from core.tables import row_counts

_POSTGRESQL = """
    SELECT relname, pg_table_size(oid), pg_indexes_size(oid) FROM pg_class
    WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace
"""
_SQLITE = """
    SELECT tbl_name, SUM(CASE WHEN type = 'table' THEN pgsize ELSE 0 END),
        SUM(CASE WHEN type = 'index' THEN pgsize ELSE 0 END)
    FROM sqlite_master JOIN dbstat ON dbstat.name = sqlite_master.name AND dbstat.aggregate GROUP BY 1
"""


def table_sizes() -> Sequence[TableSize]:
    """Largest first. SQLite builds without dbstat do not tell bytes."""
    with connection.cursor() as cursor:
        try:
            cursor.execute(_POSTGRESQL if connection.vendor == "postgresql" else _SQLITE)
            bytes_of = {table: (int(own), int(indexes)) for table, own, indexes in cursor.fetchall()}
        except OperationalError:
            bytes_of = {}
    sizes = [
        TableSize(table, rows, *bytes_of.get(table, (None, None))) for table, rows in row_counts().items()
    ]
    return sorted(sizes, key=lambda size: (-(size.table_bytes or 0), -size.rows, size.table))
