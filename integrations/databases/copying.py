"""A database file and what belongs to it, copied aside where it cannot be read in its place."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from integrations.databases.errors import SourceDatabaseError

_ATTEMPTS = 3


@contextmanager
def copied_aside(path: Path, suffixes: Sequence[str], scratch: Path | None) -> Iterator[Path]:
    """The copy of `path` and of those of its companions (`-wal`, …) that exist; gone at the end.

    It lies in a folder that nobody else may open, under `scratch` or the system's temporary folder.
    """
    try:
        folder = TemporaryDirectory(prefix="source-", dir=scratch)
    except OSError as error:
        raise SourceDatabaseError(f"There is no folder to copy {path.name} to: {error.strerror}.") from error
    with folder as name:
        copy = Path(name) / path.name
        try:
            _copy(path, copy, suffixes)
        except OSError as error:
            raise SourceDatabaseError(f"{path.name} cannot be copied aside: {error.strerror}.") from error
        yield copy


def _copy(path: Path, copy: Path, suffixes: Sequence[str]) -> None:
    """Files of one moment: when something was written meanwhile, they are copied again."""
    for _ in range(_ATTEMPTS):
        before = _state(path, suffixes)
        for suffix in ("", *suffixes):
            target = copy.with_name(copy.name + suffix)
            target.unlink(missing_ok=True)
            if suffix in before:
                shutil.copyfile(path.with_name(path.name + suffix), target)
        if _state(path, suffixes) == before:
            return
    raise SourceDatabaseError(
        f"{path.name} is being written to and cannot be read where it lies: "
        "stop the program that writes, or run this as a user who may write to its folder."
    )


def _state(path: Path, suffixes: Sequence[str]) -> dict[str, tuple[int, int]]:
    files = {suffix: path.with_name(path.name + suffix) for suffix in ("", *suffixes)}
    found = {suffix: file.stat() for suffix, file in files.items() if not suffix or file.is_file()}
    return {suffix: (stat.st_size, stat.st_mtime_ns) for suffix, stat in found.items()}
