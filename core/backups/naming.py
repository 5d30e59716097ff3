"""Where copies lie and what they are called."""

import os
import secrets
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from core.backups.errors import BackupError

SUFFIXES = {"sqlite": ".sqlite3", "postgresql": ".dump"}


def new_path(vendor: str) -> Path:
    """A name that no other backup has: UTC time and four random letters, under COUNTINGHOUSE_HOME/backups."""
    folder = Path(settings.HOME) / "backups"
    stamp = f"{timezone.now():%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
    return folder / f"countinghouse-{stamp}{SUFFIXES[vendor]}"


def part_beside(path: Path) -> Path:
    """An empty file, readable by its owner alone, that becomes `path` when it is whole."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise BackupError(f"No file can be made in {path.parent}: {error.strerror}.") from error
    return part


def keep(part: Path, path: Path) -> None:
    """Let the finished `part` be `path`, safely on the disk; another file of that name is not overwritten."""
    with part.open("rb") as written:
        os.fsync(written.fileno())
    try:
        os.link(part, path)
    except FileExistsError as error:
        raise BackupError(f"{path} is there already: choose another name.") from error
    part.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
