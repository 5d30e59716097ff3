"""What is opened, and what is said when it is no database."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from integrations.databases.opening import SourceDatabaseError, open_source

ADDRESS = (
    "The address is not one of a source: give postgresql://user:password@host:port/database, "
    "or the path of a SQLite or DuckDB file."
)


def _refusal(location: str) -> str:
    with pytest.raises(SourceDatabaseError) as refusal, open_source(location):
        pass
    return str(refusal.value)


def test_files_are_told_apart_by_what_they_hold(tmp_path: Path) -> None:
    named_duckdb, named_sqlite = tmp_path / "projects.duckdb", tmp_path / "projects.sqlite"
    with closing(sqlite3.connect(named_duckdb)) as made:
        made.execute("CREATE TABLE here (id)")
    with closing(duckdb.connect(str(named_sqlite))) as other:
        other.execute("CREATE TABLE there (id INTEGER)")
    seen = []
    for path in (named_duckdb, named_sqlite):
        with open_source(str(path)) as source:
            seen.append((source.engine, source.label, dict(source.tables())))
    assert seen == [
        ("sqlite", "projects.duckdb", {"here": ("id",)}),
        ("duckdb", "projects.sqlite", {"there": ("id",)}),
    ]


def test_what_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    (tmp_path / "short.db").write_bytes(b"SQLite")
    (tmp_path / "notes.db").write_text("Dear diary, today I learnt about file headers.")
    (tmp_path / "folder.db").mkdir()
    names = ("empty.db", "short.db", "notes.db", "folder.db", "missing.db", "not\0a name")
    assert [_refusal(str(tmp_path / name)) for name in names] == [
        "empty.db is empty.",
        "short.db is neither a SQLite nor a DuckDB database.",
        "notes.db is neither a SQLite nor a DuckDB database.",
        "folder.db is a folder, not a database file.",
        "missing.db cannot be opened: No such file or directory.",
        "not\0a name cannot be opened: its name is not a file's.",
    ]


@pytest.mark.parametrize(
    "address",
    [
        "mysql://root:hunter2@server/shop",
        "postgres:/root:hunter2@server/shop",
        "host=server dbname=shop password = hunter2",
    ],
)
def test_an_address_of_something_else_is_not_repeated(address: str) -> None:
    assert _refusal(address) == ADDRESS


def test_a_missing_duckdb_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "projects.db"
    duckdb.connect(str(path)).close()
    monkeypatch.setitem(sys.modules, "duckdb", None)
    monkeypatch.delitem(sys.modules, "integrations.databases.duckdb", raising=False)
    assert _refusal(str(path)) == (
        "projects.db is a DuckDB database, and the package that reads those is not installed: "
        "pip install duckdb"
    )


def test_the_caller_s_own_failure_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path)) as made:
        made.execute("CREATE TABLE here (id)")
    with pytest.raises(sqlite3.IntegrityError), open_source(str(path)):
        raise sqlite3.IntegrityError("of the importing side")
