"""A database of its own for tests that start other processes, on the engine under test."""

import atexit
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache
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

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query finds, as committed."""
        with closing(self._connect()) as opened:
            return list(opened.execute(query).fetchall())

    def execute(self, *statements: str) -> None:
        """Run SQL past the models, and commit it."""
        with closing(self._connect()) as opened:
            for statement in statements:
                opened.execute(statement)
            opened.commit()

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
    """A database in `folder` (SQLite) or beside the test database (PostgreSQL); dropped afterwards.

    It is a copy of one that was migrated once a process: migrating each would take most of a test's time.
    """
    if connection.vendor == "sqlite":
        path = folder / "scratch.sqlite3"
        shutil.copyfile(_migrated_file(), path)
        environment = {"DATABASE_URL": f"sqlite:///{path}", "COUNTINGHOUSE_HOME": str(folder)}
        yield Scratch(environment, lambda: sqlite3.connect(path))
        return
    template, name = _migrated_template(), f"scratch_{secrets.token_hex(6)}"
    with _maintenance() as server:
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        try:
            environment = {"DATABASE_URL": _address(name), "COUNTINGHOUSE_HOME": str(folder)}
            yield Scratch(environment, lambda: psycopg.connect(dbname=name, **_login()))
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@cache
def _migrated_file() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="migrated-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "migrated.sqlite3"
    environment = {"DATABASE_URL": f"sqlite:///{path}", "COUNTINGHOUSE_HOME": str(folder)}
    _migrate(Scratch(environment, lambda: sqlite3.connect(path)))
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@cache
def _migrated_template() -> str:
    """It goes with the server, which the suite starts for itself; on a server of one's own it is dropped."""
    name = f"template_{secrets.token_hex(6)}"
    login = _login()
    with _maintenance() as server:
        server.execute(f'CREATE DATABASE "{name}"')
    atexit.register(_drop, name, login)
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "DATABASE_URL": _address(name),
            "COUNTINGHOUSE_HOME": folder,
            # Nobody may be connected to a template when it is copied.
            "DATABASE_POOL_SIZE": "0",
        }
        _migrate(Scratch(environment, lambda: psycopg.connect(dbname=name, **login)))
    return name


def _drop(name: str, login: dict[str, Any]) -> None:
    with (
        suppress(psycopg.OperationalError),
        psycopg.connect(dbname="postgres", autocommit=True, **login) as server,
    ):
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _login() -> dict[str, Any]:
    config = connection.settings_dict
    return {
        "host": config["OPTIONS"].get("host") or config["HOST"],
        "port": config["PORT"] or None,
        "user": config["USER"],
        "password": config["PASSWORD"],
    }


def _address(name: str) -> str:
    login = _login()
    port = f":{login['port']}" if login["port"] else ""
    return f"postgres://{login['user']}:{login['password']}@{port}/{name}?host={login['host']}"


def _maintenance() -> "psycopg.Connection[Any]":
    return psycopg.connect(dbname="postgres", autocommit=True, **_login())


def _migrate(scratch: Scratch) -> None:
    done = scratch.manage("migrate", "--verbosity", "0")
    assert done.returncode == 0, done.stderr
