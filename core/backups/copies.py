"""Backups of whichever engine runs: made, checked, put back."""

from dataclasses import dataclass
from pathlib import Path

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from core.backups import postgresql, sqlite
from core.backups.errors import BackupError
from core.backups.naming import keep, new_path, part_beside
from core.tables import row_counts, sqlite_path


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy that was checked: where it lies, and its bytes. `is_raw`: a damaged file, copied as it lay."""

    path: Path
    size: int
    is_raw: bool = False


def _live_file() -> Path:
    path = sqlite_path()
    if path is None:
        raise BackupError("A database in memory has no copies.")
    return path


def make_backup(path: Path | None = None, *, allow_raw: bool = False) -> Backup:
    """Copy the live database, while it is in use, to `path` (default: COUNTINGHOUSE_HOME/backups).

    The copy appears under its name only when it is whole and was checked. With `allow_raw` a SQLite file that
    cannot be read whole is copied as it lies there. Raises BackupError.
    """
    target = path or new_path(connection.vendor)
    if target.exists():
        raise BackupError(f"{target} is there already: choose another name.")
    part = part_beside(target)
    is_raw = False
    try:
        if connection.vendor == "sqlite":
            try:
                sqlite.copy_database(_live_file(), part)
                sqlite.check_copy(part)
            except BackupError:
                if not allow_raw:
                    raise
                sqlite.copy_damaged(_live_file(), part)
                is_raw = True
        else:
            postgresql.copy_database(part)
            postgresql.check_copy(part)
        keep(part, target)
    finally:
        part.unlink(missing_ok=True)
    wal = part.with_name(f"{part.name}-wal")
    if wal.exists():
        wal.replace(target.with_name(f"{target.name}-wal"))
    return Backup(target, target.stat().st_size, is_raw)


def check_backup(path: Path) -> None:
    """Raises BackupError unless `path` is a sound copy that this version of the code can serve."""
    if not path.is_file():
        raise BackupError(f"{path} is not there, or is no file.")
    is_sqlite = path.open("rb").read(16) == b"SQLite format 3\x00"
    if is_sqlite != (connection.vendor == "sqlite"):
        engine = "SQLite" if is_sqlite else "PostgreSQL"
        raise BackupError(f"{path.name} is not a backup of this engine; it may be one of {engine}.")
    engine_copies = sqlite if is_sqlite else postgresql
    engine_copies.check_copy(path)
    known = set(MigrationLoader(None).disk_migrations)
    ours = {app for app, _ in known}
    newer = sorted(f"{app}.{name}" for app, name in engine_copies.migrations_in(path) - known if app in ours)
    if newer:
        raise BackupError(f"{path.name} is of a newer version: this one does not know {newer[0]}.")


def restore(path: Path) -> dict[str, int]:
    """Make the live database what the checked copy `path` is; returns the rows of each table."""
    connection.close()
    if connection.vendor == "sqlite":
        live = _live_file()
        wanted = sqlite.counts_in(path)
        try:
            sqlite.put_back(path, live)
        except BackupError:
            sqlite.replace_file(path, live)
        sqlite.check_copy(live)
        found = row_counts()
        if {table: found.get(table) for table in wanted} != wanted:
            raise BackupError("The restored database does not hold the rows of the backup.")
        return found
    postgresql.put_back(path)
    return row_counts()


def make_empty() -> None:
    """Take every table away."""
    connection.close()
    if connection.vendor == "sqlite":
        live = _live_file()
        try:
            sqlite.put_back(None, live)
        except BackupError:
            live.unlink(missing_ok=True)
            for suffix in ("-wal", "-shm", "-journal"):
                live.with_name(f"{live.name}{suffix}").unlink(missing_ok=True)
    else:
        postgresql.put_back(None)
