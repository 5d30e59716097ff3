"""A database of its own for tests that start other processes, on the engine under test."""

import os
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection


class Scratch:
    """A migrated database outside of the test's transaction, and `manage.py` on it."""

    def __init__(self, environment: dict[str, str], connect: Callable[[], Any]) -> None:
        self.environment = {**os.environ, **environment}
        self._connect = connect

    def count(self, table: str) -> int:
        """Rows of a table, as committed."""
        with closing(self._connect()) as opened:
            return int(opened.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0])

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a management command to its end."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=300)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), *arguments],
            env=self.environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )


@contextmanager
def scratch_database(folder: Path) -> Iterator[Scratch]:
    """A database in `folder` (SQLite) or beside the test database (PostgreSQL); dropped afterwards."""
    if connection.vendor == "sqlite":
        path = folder / "scratch.sqlite3"
        environment = {"DATABASE_URL": f"sqlite:///{path}", "COUNTINGHOUSE_HOME": str(folder)}
        yield _migrated(Scratch(environment, lambda: sqlite3.connect(path)))
        return
    config = connection.settings_dict
    options = {**config["OPTIONS"]}
    host = options.get("host") or config["HOST"]
    name = f"scratch_{secrets.token_hex(6)}"
    login = {
        "host": host,
        "port": config["PORT"] or None,
        "user": config["USER"],
        "password": config["PASSWORD"],
    }
    with psycopg.connect(dbname="postgres", autocommit=True, **login) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            port = f":{config['PORT']}" if config["PORT"] else ""
            url = f"postgres://{config['USER']}:{config['PASSWORD']}@{port}/{name}?host={host}"
            environment = {"DATABASE_URL": url, "COUNTINGHOUSE_HOME": str(folder)}
            yield _migrated(Scratch(environment, lambda: psycopg.connect(dbname=name, **login)))
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _migrated(scratch: Scratch) -> Scratch:
    done = scratch.manage("migrate", "--verbosity", "0")
    assert done.returncode == 0, done.stderr
    return scratch
