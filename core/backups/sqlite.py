"""Copies of a SQLite database, by its online backup (https://www.sqlite.org/backup.html)."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from core.backups.errors import BackupError

_PAGES = 2_000
"""Pages copied at a time: between two steps other programs may write."""


def _reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30)


def copy_database(source: Path, target: Path) -> None:
    """Copy a database that is in use into the file `target`, as of one moment."""
    try:
        with closing(_reading(source)) as present, closing(sqlite3.connect(target)) as copy:
            present.backup(copy, pages=_PAGES)
            # A copy stands alone: no log beside it, now or when it is read.
            copy.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.DatabaseError as error:
        raise BackupError(f"{source.name} cannot be copied: {error}.") from error


def copy_damaged(source: Path, folder: Path) -> None:
    """Copy the file as it lies there, with its log: for a database that SQLite cannot read whole."""
    for suffix in ("", "-wal"):
        part = source.with_name(f"{source.name}{suffix}")
        if part.is_file():
            shutil.copyfile(part, folder.with_name(f"{folder.name}{suffix}"))
    folder.chmod(0o600)


def check_copy(path: Path) -> None:
    """Raises BackupError unless `path` is a sound SQLite database."""
    try:
        with closing(_reading(path)) as copy:
            problems = [row[0] for row in copy.execute("PRAGMA integrity_check(1)")]
    except sqlite3.DatabaseError as error:
        raise BackupError(f"{path.name} is no SQLite database that can be read: {error}.") from error
    if problems != ["ok"]:
        raise BackupError(f"{path.name} is damaged: {problems[0]}")


def migrations_in(path: Path) -> set[tuple[str, str]]:
    """The migrations that a copy has. Raises BackupError when it is no database of ours."""
    try:
        with closing(_reading(path)) as copy:
            return set(copy.execute("SELECT app, name FROM django_migrations"))
    except sqlite3.DatabaseError as error:
        raise BackupError(f"{path.name} is no database of Countinghouse: it has no migrations.") from error


def counts_in(path: Path) -> dict[str, int]:
    """Rows of every table of a copy."""
    with closing(_reading(path)) as copy:
        names = copy.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1"
        )
        return {
            name: int(copy.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0])
            for (name,) in names.fetchall()
        }


def put_back(copy: Path | None, target: Path) -> None:
    """Make the live database what `copy` is (None: empty). Other programs see all of it or nothing."""
    try:
        source = sqlite3.connect(":memory:") if copy is None else _reading(copy)
        with closing(source), closing(sqlite3.connect(target, timeout=30)) as live:
            source.backup(live)
            live.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.DatabaseError as error:
        raise BackupError(f"{target.name} cannot be written: {error}.") from error


def replace_file(copy: Path, target: Path) -> None:
    """Put `copy` where a file lies that SQLite cannot even open; the old log goes with the old file."""
    part = target.with_name(f".{target.name}.restored")
    shutil.copyfile(copy, part)
    for suffix in ("-wal", "-shm", "-journal"):
        target.with_name(f"{target.name}{suffix}").unlink(missing_ok=True)
    part.replace(target)
