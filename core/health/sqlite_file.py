"""A SQLite file as it lies on the disk: looked at before Django opens it, so that damage is a diagnosis."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from core.health.findings import Finding, Severity

_MAGIC = b"SQLite format 3\x00"
_SHOWN = 20
_RESTORE = "Restore a backup: manage.py restore_db PATH."


def file_findings(path: Path) -> Iterator[Finding]:
    """What is wrong with the file itself; nothing when it can be opened."""

    def lost(message: str, advice: str = _RESTORE) -> Finding:
        return Finding("file", path.name, message, Severity.CRITICAL, advice)

    try:
        if not path.exists():
            yield lost("The file is not there.", "Run manage.py migrate to make it, or restore a backup.")
            return
        if path.is_dir():
            yield lost("This is a folder, not a file.", "Name the file in DATABASE_URL.")
            return
        with path.open("rb") as opened:
            header = opened.read(100)
        size = path.stat().st_size
    except OSError as error:
        yield lost(f"The file cannot be read: {error.strerror}.", "Let this user read and write it.")
        return
    if not size:
        yield lost("The file is empty.", "Run manage.py migrate to make the tables, or restore a backup.")
    elif len(header) < 100 or not header.startswith(_MAGIC):
        yield lost("The file does not begin as a SQLite database does.")
    else:
        yield from _size_findings(path, header, size)


def _size_findings(path: Path, header: bytes, size: int) -> Iterator[Finding]:
    """Whether the pages that the header counts are all there (https://www.sqlite.org/fileformat2.html)."""
    page = int.from_bytes(header[16:18], "big")
    page = 65_536 if page == 1 else page
    if page < 512 or page & (page - 1):
        yield Finding(
            "file", path.name, "The header names no possible page size.", Severity.CRITICAL, _RESTORE
        )
        return
    pages = int.from_bytes(header[28:32], "big")
    is_counted = header[24:28] == header[92:96]
    wal = path.with_name(f"{path.name}-wal")
    if is_counted and pages * page > size and not (wal.exists() and wal.stat().st_size):
        yield Finding(
            "file",
            path.name,
            f"The file is cut off: {size:,} bytes of {pages * page:,}.",
            Severity.CRITICAL,
            _RESTORE,
        )


def integrity_findings(path: Path) -> Iterator[Finding]:
    """What SQLite's own check says of pages, cells, indexes and constraints."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            problems = [row[0] for row in database.execute(f"PRAGMA integrity_check({_SHOWN})")]
    except sqlite3.DatabaseError as error:
        yield Finding("integrity", path.name, f"SQLite cannot read it: {error}.", Severity.CRITICAL, _RESTORE)
        return
    if problems == ["ok"]:
        return
    for problem in problems:
        in_index = "index" in problem and "tree" not in problem.lower()
        yield Finding(
            "integrity",
            path.name,
            problem,
            Severity.ERROR if in_index else Severity.CRITICAL,
            "manage.py check_db --repair makes indexes anew." if in_index else _RESTORE,
        )
