"""Copies of a PostgreSQL database, by pg_dump and pg_restore.

The password goes by the environment: arguments can be read by everybody on the machine.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.db import connection

from core.backups.errors import BackupError

_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "service": "PGSERVICE",
    "options": "PGOPTIONS",
}
_EMPTY = "DROP SCHEMA public CASCADE; CREATE SCHEMA public;\n"
_LOCK_TIMEOUT = "SET lock_timeout = '60s';\n"


def _environment() -> dict[str, str]:
    config = connection.settings_dict
    found = {
        "PGDATABASE": config["NAME"],
        "PGUSER": config["USER"],
        "PGPASSWORD": config["PASSWORD"],
        "PGHOST": config["HOST"],
        "PGPORT": config["PORT"],
    }
    options = config.get("OPTIONS", {})
    found.update({variable: options[name] for name, variable in _VARIABLES.items() if options.get(name)})
    return {**os.environ, **{name: str(value) for name, value in found.items() if value}}


def _program(name: str) -> str:
    folder = settings.COUNTINGHOUSE_PG_BIN
    found = shutil.which(name, path=folder or None)
    if found is None:
        where = f"in {folder}" if folder else "on PATH"
        raise BackupError(
            f"{name} is not {where}: install PostgreSQL's client programs, or set COUNTINGHOUSE_PG_BIN."
        )
    return found


def _run(name: str, arguments: Sequence[str], script: bytes | None = None) -> bytes:
    done = subprocess.run(
        [_program(name), *arguments], env=_environment(), input=script, capture_output=True, check=False
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise BackupError(f"{name} failed: {said[0] if said else 'it said nothing'}")
    return done.stdout


def copy_database(target: Path) -> None:
    """Dump the database as of one moment into the file `target`."""
    _run("pg_dump", ["--format=custom", "--no-owner", "--no-privileges", f"--file={target}"])


def check_copy(path: Path) -> None:
    """Raises BackupError unless pg_restore can read `path` to its end."""
    _run("pg_restore", ["--file=/dev/null", str(path)])


def migrations_in(path: Path) -> set[tuple[str, str]]:
    """The migrations that a copy has. Raises BackupError when it is no database of ours."""
    script = _run("pg_restore", ["--data-only", "--table=django_migrations", "--file=-", str(path)]).decode()
    lines = iter(script.splitlines())
    for line in lines:
        if line.startswith("COPY ") and "django_migrations" in line:
            columns = line[line.index("(") + 1 : line.index(")")].split(", ")
            app, name = columns.index("app"), columns.index("name")
            found: set[tuple[str, str]] = set()
            for row in lines:
                if row == "\\.":
                    return found
                values = row.split("\t")
                found.add((values[app], values[name]))
    raise BackupError(f"{path.name} is no database of Countinghouse: it has no migrations.")


def put_back(copy: Path | None) -> None:
    """Make the live database what `copy` is (None: empty), in one transaction."""
    script = (
        b"" if copy is None else _run("pg_restore", ["--no-owner", "--no-privileges", "--file=-", str(copy)])
    )
    connection.close()
    _run(
        "psql",
        ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--file=-"],
        (_LOCK_TIMEOUT + _EMPTY).encode() + script,
    )
