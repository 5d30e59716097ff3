"""PostgreSQL databases, in one read-only transaction."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from integrations.databases.clocks import postgresql_instant
from integrations.databases.errors import SourceDatabaseError
from integrations.databases.postgresql_address import connect, connection_parameters
from integrations.databases.postgresql_values import load_as_values
from integrations.databases.source import Order, Tables, require_columns

_ROWS_AT_ONCE = 2_000
_SETTINGS = (
    "SET LOCAL TimeZone = 'UTC'",
    "SET LOCAL DateStyle = 'ISO'",
    # The transaction lasts as long as the import, and waits while the import writes.
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL idle_in_transaction_session_timeout = 0",
    # Every row is read in the end: plans that reach the first row soon cost more.
    "SET LOCAL cursor_tuple_fraction = 1",
    # Rows that a policy hides would be missing without a word; like this they are an error.
    "SET LOCAL row_security = off",
    # No function or operator of the source stands in for PostgreSQL's own.
    "SET LOCAL search_path = ''",
)
_TRANSACTION_TIMEOUT_SINCE = 170000
_TABLES = r"""
SELECT n.nspname, c.relname, c.relkind = 'p', a.attname, t.typcategory, a.attcollation <> 0
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_type t ON t.oid = a.atttypid
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
AND NOT EXISTS (
    SELECT 1 FROM pg_depend d
    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
)
ORDER BY n.nspname, c.relname, a.attnum
"""


@dataclass(frozen=True)
class _Column:
    category: str
    """pg_type.typcategory: N number, S text, D date and time, …"""
    is_collated: bool


@dataclass(frozen=True)
class _Table:
    schema: str
    name: str
    is_partitioned: bool
    columns: dict[str, _Column]

    @property
    def source(self) -> sql.Composable:
        # The children of a table by inheritance are tables of their own; partitions are not.
        return sql.SQL("{}" if self.is_partitioned else "ONLY {}").format(
            sql.Identifier(self.schema, self.name)
        )


@contextmanager
def open_postgresql(address: str) -> Iterator["PostgresqlSource"]:
    with closing(connect(connection_parameters(address))) as connection:
        yield PostgresqlSource(connection)


class PostgresqlSource:
    """A SourceDatabase over a connection of its own."""

    engine = "postgresql"

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.label = f"{connection.info.dbname}@{connection.info.host}"
        self._connection = connection
        self._numbers = count(1)
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        load_as_values(connection)
        try:
            for setting in _SETTINGS:
                connection.execute(setting)
            if connection.info.server_version >= _TRANSACTION_TIMEOUT_SINCE:
                connection.execute("SET LOCAL transaction_timeout = 0")
            # The first query is the moment that the transaction sees.
            self._known = _read_tables(connection)
        except psycopg.Error as error:
            raise _in_words(self.label, error) from error
        self._tables = {name: tuple(table.columns) for name, table in self._known.items()}

    def tables(self) -> Tables:
        return self._tables

    def count(self, table: str) -> int:
        require_columns(self.label, self._tables, table, ())
        statement = sql.SQL("SELECT COUNT(*) FROM {}").format(self._known[table].source)
        try:
            row = self._connection.execute(statement).fetchone()
        except psycopg.Error as error:
            raise _in_words(self.label, error) from error
        return int(row[0]) if row else 0

    def rows(
        self, table: str, columns: Sequence[str], *, order_by: Sequence[Order] = ()
    ) -> Iterator[dict[str, Any]]:
        require_columns(self.label, self._tables, table, [*columns, *(order.column for order in order_by)])
        known = self._known[table]
        statement = sql.SQL("SELECT {} FROM {}").format(
            sql.SQL(", ").join(map(sql.Identifier, columns)), known.source
        )
        if order_by:
            orders = [_order(order, known.columns[order.column]) for order in order_by]
            statement += sql.SQL(" ORDER BY ") + sql.SQL(", ").join(orders)
        return self._stream(statement)

    def _stream(self, statement: sql.Composed) -> Iterator[dict[str, Any]]:
        cursor = self._connection.cursor(name=f"rows_{next(self._numbers)}", row_factory=dict_row)
        cursor.itersize = _ROWS_AT_ONCE
        try:
            with cursor:
                yield from cursor.execute(statement)
        except (psycopg.Error, UnicodeDecodeError) as error:
            raise _in_words(self.label, error) from error


def _read_tables(connection: psycopg.Connection[Any]) -> dict[str, _Table]:
    tables: dict[str, _Table] = {}
    for schema, name, is_partitioned, column, category, is_collated in connection.execute(_TABLES):
        shown = name if schema == "public" else f"{schema}.{name}"
        table = tables.setdefault(shown, _Table(schema, name, is_partitioned, {}))
        if column is not None:
            table.columns[column] = _Column(category, is_collated)
    return tables


def _order(order: Order, column: _Column) -> sql.Composable:
    name = sql.Identifier(order.column)
    if order.is_clock:
        instant = postgresql_instant(name.as_string(), column.category)
        return sql.SQL(f"{instant} NULLS LAST")
    return sql.SQL('{} COLLATE "C" NULLS LAST' if column.is_collated else "{} NULLS LAST").format(name)


def _in_words(label: str, error: Exception) -> SourceDatabaseError:
    """PostgreSQL quotes values where data are at fault, but not where rights, resources or the disk are."""
    sqlstate = getattr(error, "sqlstate", None) or ""
    if isinstance(error, psycopg.Error) and sqlstate[:2] in {"42", "53", "57", "58", "XX"}:
        return SourceDatabaseError(f"{label} cannot be read: {error.diag.message_primary}.")
    if isinstance(error, psycopg.OperationalError) and not sqlstate:
        return SourceDatabaseError(f"The connection to {label} was lost.")
    return SourceDatabaseError(f"{label} cannot be read: {type(error).__name__} {sqlstate}".rstrip() + ".")
