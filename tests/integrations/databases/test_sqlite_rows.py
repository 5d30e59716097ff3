"""What is read from SQLite: which tables, which values, in which order."""

import gc
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from integrations.databases.opening import SourceDatabaseError, open_source
from integrations.databases.source import Order
from tests.integrations.databases.making import read


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


def _execute(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path)) as made:
        made.executescript(script)


def test_tables_are_those_that_users_made(path: Path) -> None:
    _execute(
        path,
        """
        CREATE TABLE "order" (id INTEGER PRIMARY KEY AUTOINCREMENT, "user" TEXT, "it's ""so"" odd" TEXT,
            twice INTEGER AS (id * 2));
        CREATE TABLE sqlite3_notes (id) ;
        CREATE VIEW everything AS SELECT * FROM "order";
        CREATE VIRTUAL TABLE found USING fts5(text);
        CREATE VIRTUAL TABLE place USING rtree(id, low, high);
        INSERT INTO "order" VALUES (7, 'ada', 'x');
        ANALYZE;
        """,
    )
    with open_source(str(path)) as source:
        assert dict(source.tables()) == {
            "order": ("id", "user", 'it\'s "so" odd', "twice"),
            "sqlite3_notes": ("id",),
        }
        assert (source.count("order"), source.count("sqlite3_notes")) == (1, 0)
        assert list(source.rows("order", ['it\'s "so" odd', "user", "twice"])) == [
            {'it\'s "so" odd': "x", "user": "ada", "twice": 14}
        ]


def test_values_come_as_they_are(path: Path) -> None:
    _execute(
        path,
        """
        CREATE TABLE anything (n INTEGER, value BOOLEAN);
        INSERT INTO anything VALUES (1, NULL), (2, 1), (3, 1.5), (4, 'yes'), (5, x'00ff'),
            (6, CAST(x'61ff62' AS TEXT)), (7, CAST(x'610062' AS TEXT)), (8, 9223372036854775807),
            (9, '{"a": null}'), (10, '2024-01-01 10:00:00');
        """,
    )
    assert [value for _, value in read(path, "anything", "n", "value", order_by=(Order("n"),))] == [
        None,
        1,
        1.5,
        "yes",
        b"\x00\xff",
        "a\ufffdb",
        "a\0b",
        9223372036854775807,
        '{"a": null}',
        "2024-01-01 10:00:00",
    ]


def test_unknown_names_are_refused(path: Path) -> None:
    _execute(path, "CREATE TABLE notes (id INTEGER); INSERT INTO notes VALUES (1)")
    with open_source(str(path)) as source:
        refusals = []
        for table, columns, order_by in (
            ("tags", ["id"], ()),
            ("notes", ["id", "text"], ()),
            ("notes", ["id"], (Order("at"),)),
        ):
            with pytest.raises(SourceDatabaseError) as refusal:
                source.rows(table, columns, order_by=order_by)
            refusals.append(str(refusal.value))
    assert refusals == [
        "a.db has no table tags.",
        "a.db has no column text in its table notes.",
        "a.db has no column at in its table notes.",
    ]


def test_columns_that_are_not_asked_for_are_not_read(path: Path) -> None:
    """The other one cannot be computed."""
    _execute(
        path,
        "CREATE TABLE keys (id INTEGER); INSERT INTO keys VALUES (1);"
        "ALTER TABLE keys ADD COLUMN secret TEXT AS (json(id || '{'))",
    )
    assert read(path, "keys", "id") == [(1,)]
    with pytest.raises(SourceDatabaseError):
        read(path, "keys", "id", "secret")


def test_order_is_bytewise_with_the_empty_ones_last(path: Path) -> None:
    _execute(
        path,
        """
        CREATE TABLE notes (name TEXT COLLATE NOCASE, id INTEGER);
        INSERT INTO notes VALUES ('b', 1), ('B', 3), (NULL, 4), ('B', 2), ('é', 5);
        """,
    )
    assert read(path, "notes", "name", "id", order_by=(Order("name"), Order("id"))) == [
        ("B", 2),
        ("B", 3),
        ("b", 1),
        ("é", 5),
        (None, 4),
    ]


def test_clocks_are_ordered_by_their_instants(path: Path) -> None:
    """2024-01-01 10:00:00 UTC is second 1704103200; `n` is the expected place."""
    rows = [
        (1, "1999-12-31"),
        (2, 1704103199),
        (3, "2024-01-01T12:00:00.100001+02:00"),
        (4, "2024-01-01 10:00:00.100002"),
        (5, 1704103200101),
        (6, "1704103200102"),
        (7, "2024-01-01 05:00:00.103499-05:00"),
        (8, "2024-01-01T10:00:00.1035Z"),
        (9, 1704103200.5),
        (10, "2024-01-01 10:00:01Z"),
        (11, "1704103202"),
        (12, 9223372036854775807),
        (13, None),
        (13, ""),
        (13, "soon"),
        (13, "now"),
        (13, "2024-13-01 10:00:00"),
        (13, b"2024-01-01 10:00:00"),
    ]
    with closing(sqlite3.connect(path)) as made:
        made.execute("CREATE TABLE ticks (n, at)")
        made.executemany("INSERT INTO ticks VALUES (?, ?)", reversed(rows))
        made.commit()
    order = (Order("at", is_clock=True), Order("n"))
    assert [n for (n,) in read(path, "ticks", "n", order_by=order)] == [n for n, _ in rows]


def test_one_instant_leaves_the_order_to_the_next_column(path: Path) -> None:
    rows = [(1, 1704103200), (2, "2024-01-01 10:00:00"), (3, 1704103200000), (4, "2024-01-01T10:00:00Z")]
    with closing(sqlite3.connect(path)) as made:
        made.execute("CREATE TABLE ticks (n, at)")
        made.executemany("INSERT INTO ticks VALUES (?, ?)", reversed(rows))
        made.commit()
    order = (Order("at", is_clock=True), Order("n"))
    assert read(path, "ticks", "n", "at", order_by=order) == rows


def test_streams_do_not_disturb_each_other(path: Path) -> None:
    _execute(path, "CREATE TABLE notes (id INTEGER); INSERT INTO notes VALUES (1), (2), (3)")
    with open_source(str(path)) as source:
        left, right = source.rows("notes", ["id"]), source.rows("notes", ["id"])
        assert list(zip(left, right, strict=True)) == [({"id": n}, {"id": n}) for n in (1, 2, 3)]


def test_an_abandoned_stream_ends_quietly(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _execute(path, "CREATE TABLE notes (id INTEGER); INSERT INTO notes VALUES (1), (2)")
    complaints: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)
    with open_source(str(path)) as source:
        rows = source.rows("notes", ["id"])
        next(rows)
    del rows
    gc.collect()
    assert complaints == []
