"""SQLite files, with what lies beside them: the last commits in `-wal`, an interrupted one's `-journal`."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from integrations.databases.clocks import sqlite_instant
from integrations.databases.copying import copied_aside
from integrations.databases.errors import SourceDatabaseError
from integrations.databases.source import Order, Tables, require_columns

_COMPANIONS = ("-wal", "-journal")
_NEED_A_COPY = {
    sqlite3.SQLITE_CANTOPEN,  # a -wal whose -shm cannot be made beside it
    sqlite3.SQLITE_READONLY,  # a -journal that has to be rolled back
    sqlite3.SQLITE_IOERR,  # a file system without shared memory
    sqlite3.SQLITE_PROTOCOL,  # or without locks
}
_BUSY_TIMEOUT_S = 10.0
_SHADOWS = {
    f"_{name}"
    for name in (
        *("content", "segments", "segdir", "docsize", "stat"),  # https://www.sqlite.org/fts3.html#*shadowtab
        *("data", "idx", "config"),  # https://www.sqlite.org/fts5.html#fts5_data_structures
        *("node", "rowid", "parent"),  # https://www.sqlite.org/rtree.html#shadow_tables
    )
}
"""What virtual tables call the tables that they keep their own data in."""


@contextmanager
def open_sqlite(path: Path, *, scratch: Path | None) -> Iterator["SqliteSource"]:
    """In its place if it can be read there without writing to it, otherwise as a copy.

    A database in WAL mode gets a -shm file beside it if it has none: readers need it to find the commits
    in the -wal (https://www.sqlite.org/wal.html#read_only_databases).
    """
    # SQLite looks for the companions beside the file itself, not beside a link to it.
    place = path.resolve()
    with ExitStack() as stack:
        try:
            connection = _snapshot(place, mode="ro")
        except sqlite3.Error as error:
            if _primary_code(error) not in _NEED_A_COPY:
                raise _in_words(path.name, error) from error
            copy = stack.enter_context(copied_aside(place, _COMPANIONS, scratch))
            try:
                # A rollback has to write.
                connection = _snapshot(copy, mode="rw")
            except sqlite3.Error as copy_error:
                raise _in_words(path.name, copy_error) from copy_error
        stack.enter_context(closing(connection))
        yield SqliteSource(path.name, connection)


class SqliteSource:
    """A SourceDatabase over a connection that is inside a read transaction."""

    engine = "sqlite"

    def __init__(self, label: str, connection: sqlite3.Connection) -> None:
        self.label = label
        self._connection = connection
        try:
            self._tables = _read_tables(connection)
        except sqlite3.Error as error:
            raise _in_words(label, error) from error

    def tables(self) -> Tables:
        return self._tables

    def count(self, table: str) -> int:
        require_columns(self.label, self._tables, table, ())
        try:
            (count,) = self._connection.execute(f"SELECT COUNT(*) FROM {_quoted(table)}").fetchone()
        except sqlite3.Error as error:
            raise _in_words(self.label, error) from error
        return int(count)

    def rows(
        self, table: str, columns: Sequence[str], *, order_by: Sequence[Order] = ()
    ) -> Iterator[dict[str, Any]]:
        require_columns(self.label, self._tables, table, [*columns, *(order.column for order in order_by)])
        statement = f"SELECT {', '.join(map(_quoted, columns))} FROM {_quoted(table)}"
        if order_by:
            statement += f" ORDER BY {', '.join(map(_order, order_by))}"
        return self._stream(statement, columns)

    def _stream(self, statement: str, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
        try:
            for row in self._connection.execute(statement):
                yield dict(zip(columns, row, strict=True))
        except sqlite3.Error as error:
            raise _in_words(self.label, error) from error


def _snapshot(place: Path, *, mode: str) -> sqlite3.Connection:
    """A connection that sees the database as it is now, whatever is written later."""
    connection = sqlite3.connect(
        f"file:{quote(str(place))}?mode={mode}", uri=True, isolation_level=None, timeout=_BUSY_TIMEOUT_S
    )
    try:
        connection.text_factory = partial(str, encoding="utf-8", errors="replace")
        # Damaged pages are found before their rows are handed out.
        connection.execute("PRAGMA cell_size_check = ON")
        connection.execute("BEGIN")
        # A transaction begins to hold the moment only when it reads.
        connection.execute("SELECT COUNT(*) FROM sqlite_schema").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _read_tables(connection: sqlite3.Connection) -> Tables:
    found = connection.execute(
        "SELECT name, sql LIKE 'CREATE VIRTUAL TABLE%' FROM sqlite_schema WHERE type = 'table' "
        "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
    ).fetchall()
    virtual = {name for name, is_virtual in found if is_virtual}
    hidden = virtual | {name + suffix for name in virtual for suffix in _SHADOWS}
    return {
        name: tuple(
            column
            for column, how_hidden in connection.execute(
                "SELECT name, hidden FROM pragma_table_xinfo(?) ORDER BY cid", [name]
            )
            if how_hidden != 1  # 2 and 3 are generated columns
        )
        for name, _ in found
        if name not in hidden
    }


def _order(order: Order) -> str:
    column = _quoted(order.column)
    return f"{sqlite_instant(column) if order.is_clock else f'{column} COLLATE BINARY'} NULLS LAST"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _primary_code(error: sqlite3.Error) -> int:
    """The low byte of an extended code (https://www.sqlite.org/rescode.html); 0 for the module's errors."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _in_words(label: str, error: sqlite3.Error) -> SourceDatabaseError:
    match _primary_code(error):
        case sqlite3.SQLITE_NOTADB:
            return SourceDatabaseError(
                f"{label} is not a SQLite database: its first page is damaged or encrypted."
            )
        case sqlite3.SQLITE_CORRUPT:
            return SourceDatabaseError(f"{label} is damaged: SQLite found a malformed page ({error}).")
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return SourceDatabaseError(
                f"{label} is locked: another program is writing to it. Try again later."
            )
    return SourceDatabaseError(f"{label} cannot be read: {error}.")
