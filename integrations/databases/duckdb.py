"""DuckDB files, with the commits that lie in `.wal` beside them.

Opening read-only replays that log in memory and writes nothing, so that no copy is needed in a folder where
we may not write. No other program can write meanwhile: DuckDB locks the file.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from integrations.databases.clocks import duckdb_instant
from integrations.databases.duckdb_values import Converter, converter, expression
from integrations.databases.errors import SourceDatabaseError
from integrations.databases.source import Order, Tables, require_columns

_ROWS_AT_ONCE = 2_000
_CONFIGURATION: dict[str, Any] = {
    # Sorting spills to the scratch folder instead of taking most of the machine's memory.
    "memory_limit": "512MB",
    "threads": 2,
    # The file is somebody else's: nothing that it names is loaded or fetched.
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "enable_external_access": False,
}
_COLUMNS = """
SELECT t.schema_name, t.table_name, c.column_name, c.data_type
FROM duckdb_tables() t JOIN duckdb_columns() c USING (table_oid, database_oid, schema_oid)
WHERE NOT t.internal AND NOT t.temporary AND t.database_name = current_database()
ORDER BY t.schema_name, t.table_name, c.column_index
"""


@dataclass(frozen=True)
class _Table:
    schema: str
    name: str
    columns: dict[str, str]
    """A column's name -> its type's."""


@contextmanager
def open_duckdb(path: Path, *, scratch: Path | None) -> Iterator["DuckdbSource"]:
    # Where DuckDB does not follow links, the log lies beside the name that the writer used.
    place = path if path.with_name(f"{path.name}.wal").exists() else path.resolve()
    try:
        folder = TemporaryDirectory(prefix="source-", dir=scratch)
    except OSError as error:
        raise SourceDatabaseError(f"There is no folder for temporary files: {error.strerror}.") from error
    with folder as temporary:
        try:
            connection = duckdb.connect(
                str(place), read_only=True, config={**_CONFIGURATION, "temp_directory": temporary}
            )
        except duckdb.Error as error:
            raise _in_words(path.name, error) from error
        with closing(connection):
            yield DuckdbSource(path.name, connection)


class DuckdbSource:
    """A SourceDatabase over a read-only connection."""

    engine = "duckdb"

    def __init__(self, label: str, connection: duckdb.DuckDBPyConnection) -> None:
        self.label = label
        self._connection = connection
        try:
            connection.execute("SET GLOBAL TimeZone = 'UTC'")
            self._known = _read_tables(connection)
        except duckdb.Error as error:
            raise _in_words(label, error) from error
        self._tables = {name: tuple(table.columns) for name, table in self._known.items()}

    def tables(self) -> Tables:
        return self._tables

    def count(self, table: str) -> int:
        require_columns(self.label, self._tables, table, ())
        try:
            row = self._connection.execute(f"SELECT COUNT(*) FROM {_place(self._known[table])}").fetchone()
        except duckdb.Error as error:
            raise _in_words(self.label, error) from error
        return int(row[0]) if row else 0

    def rows(
        self, table: str, columns: Sequence[str], *, order_by: Sequence[Order] = ()
    ) -> Iterator[dict[str, Any]]:
        require_columns(self.label, self._tables, table, [*columns, *(order.column for order in order_by)])
        known = self._known[table]
        read = ", ".join(expression(_quoted(column), known.columns[column]) for column in columns)
        statement = f"SELECT {read} FROM {_place(known)}"
        if order_by:
            orders = [_order(order, known.columns[order.column]) for order in order_by]
            statement += f" ORDER BY {', '.join(orders)}"
        return self._stream(statement, columns, [converter(known.columns[column]) for column in columns])

    def _stream(
        self, statement: str, columns: Sequence[str], converters: Sequence[Converter | None]
    ) -> Iterator[dict[str, Any]]:
        converted = [(name, convert) for name, convert in zip(columns, converters, strict=True) if convert]
        # A connection holds one result at a time: each stream has its own, on the same database.
        with closing(self._connection.cursor()) as cursor:
            try:
                cursor.execute(statement)
                while batch := cursor.fetchmany(_ROWS_AT_ONCE):
                    for values in batch:
                        row = dict(zip(columns, values, strict=True))
                        for name, convert in converted:
                            if row[name] is not None:
                                row[name] = convert(row[name])
                        yield row
            except duckdb.Error as error:
                raise _in_words(self.label, error) from error


def _read_tables(connection: duckdb.DuckDBPyConnection) -> dict[str, _Table]:
    tables: dict[str, _Table] = {}
    for schema, name, column, type_name in connection.execute(_COLUMNS).fetchall():
        shown = name if schema == "main" else f"{schema}.{name}"
        tables.setdefault(shown, _Table(schema, name, {})).columns[column] = type_name
    return tables


def _order(order: Order, type_name: str) -> str:
    column = _quoted(order.column)
    return f"{duckdb_instant(column, type_name) if order.is_clock else column} ASC NULLS LAST"


def _place(table: _Table) -> str:
    return f"{_quoted(table.schema)}.{_quoted(table.name)}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _in_words(label: str, error: duckdb.Error) -> SourceDatabaseError:
    """DuckDB quotes values where data are at fault; where the file is, the first line says what of it."""
    message = str(error).partition("\n")[0].rstrip(".")
    if "Could not set lock" in message:
        return SourceDatabaseError(f"{label} is locked: another program has it open. Stop that one first.")
    if "orrupt" in message:
        return SourceDatabaseError(f"{label} is damaged: {message}.")
    if isinstance(error, duckdb.IOException | duckdb.OutOfMemoryException | duckdb.SerializationException):
        return SourceDatabaseError(f"{label} cannot be read: {message}.")
    return SourceDatabaseError(f"{label} cannot be read: DuckDB raised {type(error).__name__}.")
