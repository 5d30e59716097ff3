"""One door to the source databases: an address or a file, told apart by what it is."""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from integrations.databases.errors import SourceDatabaseError
from integrations.databases.postgresql import open_postgresql
from integrations.databases.source import SourceDatabase
from integrations.databases.sqlite import open_sqlite

__all__ = ["SourceDatabaseError", "open_source"]

_POSTGRESQL = re.compile(r"postgres(ql)?://", re.IGNORECASE)
_MAY_HOLD_A_PASSWORD = re.compile(r"\w[\w+.-]+:/|password\s*=", re.IGNORECASE)
_HEADER_BYTES = 16
_SQLITE_HEADER = b"SQLite format 3\x00"
"""https://www.sqlite.org/fileformat.html#the_database_header"""
_DUCKDB_MARK = b"DUCK"
"""After a checksum of 8 bytes (https://duckdb.org/docs/current/internals/storage)."""


@contextmanager
def open_source(location: str, *, scratch: Path | None = None) -> Iterator[SourceDatabase]:
    """Open a PostgreSQL address, or a SQLite or DuckDB file, for reading; raises SourceDatabaseError.

    `scratch` is the folder for copies and for what does not fit into memory; the system's own otherwise.
    """
    with _opened(location, scratch) as source:
        yield source


def _opened(location: str, scratch: Path | None) -> AbstractContextManager[SourceDatabase]:
    if _POSTGRESQL.match(location):
        return open_postgresql(location)
    path = Path(location)
    header = _header(path, location)
    if header == _SQLITE_HEADER:
        return open_sqlite(path, scratch=scratch)
    if header[8:12] == _DUCKDB_MARK:
        return _open_duckdb(path, scratch)
    raise SourceDatabaseError(f"{path.name} is neither a SQLite nor a DuckDB database.")


def _header(path: Path, location: str) -> bytes:
    try:
        if path.is_dir():
            raise SourceDatabaseError(f"{path.name} is a folder, not a database file.")
        if path.exists() and not path.is_file():
            raise SourceDatabaseError(f"{path.name} is not a file.")
        with path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
    except (OSError, ValueError) as error:
        if _MAY_HOLD_A_PASSWORD.search(location):
            raise SourceDatabaseError(
                "The address is not one of a source: give postgresql://user:password@host:port/database, "
                "or the path of a SQLite or DuckDB file."
            ) from None
        reason = error.strerror if isinstance(error, OSError) else "its name is not a file's"
        raise SourceDatabaseError(f"{path.name} cannot be opened: {reason}.") from None
    if not header:
        raise SourceDatabaseError(f"{path.name} is empty.")
    return header


def _open_duckdb(path: Path, scratch: Path | None) -> AbstractContextManager[SourceDatabase]:
    # Imported here because it needs a package that is optional.
    try:
        from integrations.databases.duckdb import open_duckdb
    except ModuleNotFoundError as error:
        if error.name != "duckdb":
            raise
        raise SourceDatabaseError(
            f"{path.name} is a DuckDB database, and the package that reads those is not installed: "
            "pip install duckdb"
        ) from None
    return open_duckdb(path, scratch=scratch)
