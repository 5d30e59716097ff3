"""A PostgreSQL database that somebody else's program filled."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import psycopg
from django.db import connection


@dataclass(frozen=True)
class Server:
    """A scratch database on the server of the suite, and how to reach it."""

    database: str
    login: dict[str, Any]

    @property
    def address(self) -> str:
        login = self.login
        port = f":{login['port']}" if login["port"] else ""
        user = f"{quote(login['user'] or '')}:{quote(login['password'] or '', safe='')}"
        return f"postgresql://{user}@{port}/{self.database}?host={quote(login['host'], safe='')}"

    def connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(dbname=self.database, autocommit=True, **self.login)

    def execute(self, script: str) -> None:
        with self.connect() as other:
            other.execute(script)


@contextmanager
def scratch_database() -> Iterator[Server]:
    """An empty database on the server of the suite, which runs on PostgreSQL."""
    config = connection.settings_dict
    login = {
        "host": config["OPTIONS"].get("host") or config["HOST"],
        "port": config["PORT"] or None,
        "user": config["USER"],
        "password": config["PASSWORD"],
    }
    name = f"source_{secrets.token_hex(6)}"
    with psycopg.connect(dbname="postgres", autocommit=True, **login) as maintenance:
        maintenance.execute(f'CREATE DATABASE "{name}"')
        try:
            yield Server(name, login)
        finally:
            maintenance.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
