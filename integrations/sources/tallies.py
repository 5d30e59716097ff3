"""Sets and counts that live on disk, so that memory stays flat however many records there are."""

import sqlite3
from collections.abc import Collection
from types import TracebackType
from typing import Self

_CHUNK = 900
"""Parameters a query: SQLite's oldest default allows 999."""


def scratch_database() -> sqlite3.Connection:
    """A private SQLite database in one endless transaction; its temporary file goes when it is closed."""
    database = sqlite3.connect("", isolation_level=None)
    database.execute("PRAGMA journal_mode=OFF")
    database.execute("PRAGMA synchronous=OFF")
    database.execute("BEGIN")
    return database


class Occurrences:
    """How often each key was met."""

    def __init__(self) -> None:
        self._database = scratch_database()
        self._database.execute("CREATE TABLE met (key BLOB PRIMARY KEY, times INTEGER) WITHOUT ROWID")

    def add(self, key: bytes) -> int:
        """Count `key`; returns how often it was met before."""
        statement = (
            "INSERT INTO met VALUES (?, 1)"
            " ON CONFLICT (key) DO UPDATE SET times = times + 1 RETURNING times - 1"
        )
        return int(self._database.execute(statement, (key,)).fetchone()[0])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()


class MetKeys:
    """A set of keys."""

    def __init__(self) -> None:
        self._database = scratch_database()
        self._database.execute("CREATE TABLE met (key BLOB PRIMARY KEY) WITHOUT ROWID")

    def among(self, keys: Collection[bytes]) -> set[bytes]:
        """Those of `keys` that the set holds."""
        wanted = list(keys)
        found: set[bytes] = set()
        for start in range(0, len(wanted), _CHUNK):
            chunk = wanted[start : start + _CHUNK]
            marks = ", ".join("?" * len(chunk))
            rows = self._database.execute(f"SELECT key FROM met WHERE key IN ({marks})", chunk)
            found.update(row[0] for row in rows)
        return found

    def add(self, keys: Collection[bytes]) -> None:
        self._database.executemany("INSERT OR IGNORE INTO met VALUES (?)", ((key,) for key in keys))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()
