"""The samples of systems on PostgreSQL, which are plain dumps, restored on the engine of the suite."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

from tests.integrations.databases.servers import scratch_database
from tests.integrations.systems.support import unpacked

_COPY = re.compile(r"COPY (\S+) \((.*)\) FROM stdin;")
_TABLE = re.compile(r"CREATE TABLE (\S+) \(\n(.*?)\n\);", re.DOTALL)
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}


@dataclass(frozen=True)
class Dump:
    """`statements` in order, each with the rows (in COPY's text form) that follow it; `tables` by name."""

    statements: list[tuple[str, list[str]]]
    types: dict[str, dict[str, str]]

    def rows(self, table: str) -> list[dict[str, Any]]:
        """A table's rows, with the values that SQLite would hold: numbers, text, None."""
        for statement, lines in self.statements:
            copied = _COPY.match(statement)
            if copied and _plain(copied[1]) == table:
                columns = [column.strip('"') for column in copied[2].split(", ")]
                types = self.types[table]
                return [
                    {
                        column: _value(text, types[column])
                        for column, text in zip(columns, line.split("\t"), strict=True)
                    }
                    for line in lines
                ]
        raise KeyError(table)


def dump(name: str, folder: Path) -> Dump:
    """A sample's dump, such as "s5-bestchat/doc"; the test skips where the samples are not there."""
    script = unpacked(name, folder).read_text()
    types = {
        _plain(table): {
            words[0].strip('"'): words[1].strip(",")
            for line in body.splitlines()
            if (words := line.split()) and words[0] != "CONSTRAINT"
        }
        for table, body in _TABLE.findall(script)
    }
    return Dump(list(_statements(script)), types)


@contextmanager
def restored(sample: Dump, folder: Path) -> Iterator[str]:
    """Where import_system finds the sample: a database on the suite's server, or a SQLite file."""
    if connection.vendor == "postgresql":
        with scratch_database() as server:
            with server.connect() as database:
                for statement, lines in sample.statements:
                    if not lines:
                        database.execute(statement.encode())
                        continue
                    with database.cursor().copy(statement.encode()) as copy:
                        copy.write("".join(f"{line}\n" for line in lines))
            yield server.address
        return
    path = folder / "sample.db"
    with closing(sqlite3.connect(path)) as made:
        for table, types in sample.types.items():
            columns = ", ".join(f'"{column}"' for column in types)
            made.execute(f'CREATE TABLE "{table}" ({columns})')
            rows = sample.rows(table)
            names = ", ".join(f":{column}" for column in types)
            made.executemany(f'INSERT INTO "{table}" VALUES ({names})', rows)
        made.commit()
    yield str(path)


def _statements(script: str) -> Iterator[tuple[str, list[str]]]:
    waiting: list[str] = []
    lines = iter(script.split("\n"))
    for line in lines:
        if line.startswith(("\\", "SELECT pg_catalog.set_config")):
            continue
        if not _COPY.match(line):
            waiting.append(line)
            continue
        yield "\n".join(waiting), []
        waiting = []
        yield line, list(iter(lambda: next(lines), "\\."))
    yield "\n".join(waiting), []


def _plain(table: str) -> str:
    return table.replace('"', "").removeprefix("public.")


def _value(text: str, type_name: str) -> Any:
    if text == "\\N":
        return None
    if type_name in ("integer", "bigint"):
        return int(text)
    if type_name == "boolean":
        return text == "t"
    return re.sub(r"\\(.)", lambda found: _ESCAPES[found[1]], text)
