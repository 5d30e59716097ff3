"""Databases of other programs, as those leave them behind."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from integrations.databases.opening import open_source
from integrations.databases.source import Order


def make_and_die(engine: str, path: Path, *statements: str) -> None:
    """Run statements, each committed, in a process that ends like a crash: without closing the database."""
    opening = {
        "sqlite3": f"sqlite3.connect({str(path)!r}, isolation_level=None)",
        "duckdb": f"duckdb.connect({str(path)!r})",
    }[engine]
    lines = "".join(f"c.execute({statement!r})\n" for statement in statements)
    subprocess.run(
        [sys.executable, "-c", f"import os, {engine}\nc = {opening}\n{lines}os._exit(0)"], check=True
    )


def read(location: Path | str, table: str, *columns: str, order_by: tuple[Order, ...] = ()) -> list[Any]:
    """Rows as tuples in the order of `columns`."""
    with open_source(str(location)) as source:
        return [tuple(row.values()) for row in source.rows(table, columns, order_by=order_by)]


@contextmanager
def read_only_folder() -> Iterator[Path]:
    """A folder whose files may be read only, once it is `sealed`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            yield folder
        finally:
            folder.chmod(0o755)


@contextmanager
def sealed(folder: Path) -> Iterator[None]:
    """While nothing can be written to `folder`: root, whom no mode stops, becomes somebody else."""
    user = os.geteuid()
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(0o555)
    try:
        if user == 0:
            os.seteuid(65534)
        yield
    finally:
        if user == 0:
            os.seteuid(0)
