"""What is read from DuckDB: which tables, which values, in which order."""

import gc
import os
import subprocess
import sys
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.conf import settings

from integrations.databases.opening import SourceDatabaseError, open_source
from integrations.databases.source import Order
from tests.integrations.databases.making import read


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


def _execute(path: Path, script: str) -> None:
    with closing(duckdb.connect(str(path))) as made:
        made.execute(script)


def test_tables_are_those_that_users_made(path: Path) -> None:
    _execute(
        path,
        """
        CREATE SCHEMA other;
        CREATE TABLE "order" (id INTEGER, "user" VARCHAR, "it's ""so"" odd" VARCHAR);
        CREATE TABLE other."order" (n INTEGER);
        CREATE VIEW everything AS SELECT * FROM "order";
        CREATE SEQUENCE ids;
        INSERT INTO "order" VALUES (7, 'ada', 'x');
        """,
    )
    with open_source(str(path)) as source:
        assert dict(source.tables()) == {
            "order": ("id", "user", 'it\'s "so" odd'),
            "other.order": ("n",),
        }
        assert (source.count("order"), source.count("other.order")) == (1, 0)
        assert list(source.rows("order", ['it\'s "so" odd', "user"])) == [
            {'it\'s "so" odd': "x", "user": "ada"}
        ]


@pytest.mark.parametrize(
    ("type_name", "literal", "value"),
    [
        ("BOOLEAN", "true", True),
        ("INTEGER", "-7", -7),
        ("HUGEINT", "170141183460469231731687303715884105727", 2**127 - 1),
        ("DOUBLE", "0.5", 0.5),
        ("DECIMAL(20, 10)", "0.0000000001", Decimal("0.0000000001")),
        ("VARCHAR", "'a' || chr(0) || 'é'", "a\0é"),
        ("BLOB", "'\\x00a'::BLOB", b"\x00a"),
        ("UUID", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        ("JSON", "'{\"a\": null }'", '{"a": null }'),
        ("JSON", "'null'", "null"),
        ("TIMESTAMP", "'2024-01-01 10:00:00.123456'", datetime(2024, 1, 1, 10, 0, 0, 123456)),
        ("TIMESTAMP_NS", "'2024-01-01 10:00:00.123456789'", datetime(2024, 1, 1, 10, 0, 0, 123456)),
        ("TIMESTAMP", "'infinity'", "infinity"),
        ("TIMESTAMP", "'20000-01-01'", "20000-01-01 00:00:00"),
        ("TIMESTAMP", "'0044-03-15 (BC)'", "0044-03-15 (BC) 00:00:00"),
        ("TIMESTAMPTZ", "'2024-01-01 10:00:00+02'", datetime(2024, 1, 1, 8, tzinfo=UTC)),
        ("TIMESTAMPTZ", "'-infinity'", "-infinity"),
        ("DATE", "'2024-02-29'", date(2024, 2, 29)),
        ("DATE", "'20000-01-01'", "20000-01-01"),
        ("TIME", "'10:00:00'", "10:00:00"),
        ("INTERVAL", "'3 days'", "3 days"),
        ("ENUM ('low', 'high')", "'high'", "high"),
        ("VARCHAR[]", "['a', NULL]", ["a", None]),
        ("DATE[][]", "[['2024-02-29'], [NULL], NULL]", [[date(2024, 2, 29)], [None], None]),
        ("FLOAT[3]", "[1, 2, 3]", [1.0, 2.0, 3.0]),
        ("UUID[]", "[]", []),
        ("STRUCT(a INTEGER, b VARCHAR[])", "{'a': 1, 'b': ['x']}", '{"a":1,"b":["x"]}'),
        ("MAP(VARCHAR, INTEGER)", "MAP {'a': 1}", '{"a":1}'),
    ],
)
def test_values_become_python_s(path: Path, type_name: str, literal: str, value: Any) -> None:
    _execute(path, f"CREATE TABLE t (value {type_name}); INSERT INTO t VALUES ({literal}), (NULL)")
    ((read_value,), (empty,)) = read(path, "t", "value")
    assert (read_value, type(read_value), empty) == (value, type(value), None)
    if isinstance(value, datetime):
        assert read_value.tzinfo == value.tzinfo


def test_unknown_names_are_refused(path: Path) -> None:
    _execute(path, "CREATE TABLE notes (id INTEGER)")
    with open_source(str(path)) as source:
        with pytest.raises(SourceDatabaseError) as no_table:
            source.count("tags")
        with pytest.raises(SourceDatabaseError) as no_column:
            source.rows("notes", ["id"], order_by=[Order("at")])
    assert [str(refusal.value) for refusal in (no_table, no_column)] == [
        "a.db has no table tags.",
        "a.db has no column at in its table notes.",
    ]


def _ordered(path: Path, type_name: str, rows: list[tuple[int, Any]], order: Order) -> list[int]:
    with closing(duckdb.connect(str(path))) as made:
        made.execute(f'CREATE TABLE ticks (n INTEGER, "at" {type_name})')
        made.executemany("INSERT INTO ticks VALUES (?, ?)", rows[::-1])
    return [n for (n,) in read(path, "ticks", "n", order_by=(order, Order("n")))]


TEXTS = [
    (1, "1999-12-31"),
    (2, "1704103199"),
    (3, "2024-01-01T12:00:00.100001+02:00"),
    (4, "2024-01-01 10:00:00.100002"),
    (5, "1704103200102"),
    (6, "2024-01-01 05:00:00.103499-05:00"),
    (7, "2024-01-01T10:00:00.1035Z"),
    (8, None),
    (8, "soon"),
    (8, "2024-02-30 10:00:00"),
]
NUMBERS = [(1, -5), (2, 1704103199), (3, 1704103199500), (4, 1704103200), (5, 2**62), (6, None)]
TIMES = [(1, "2024-01-01"), (2, "2024-01-01 00:00:00.000001"), (3, "20000-01-01"), (4, None)]


@pytest.mark.parametrize(
    ("type_name", "rows"), [("VARCHAR", TEXTS), ("BIGINT", NUMBERS), ("TIMESTAMP", TIMES)]
)
def test_clocks_are_ordered_by_their_instants(
    path: Path, type_name: str, rows: list[tuple[int, Any]]
) -> None:
    assert _ordered(path, type_name, rows, Order("at", is_clock=True)) == [n for n, _ in rows]


def test_order_is_bytewise_with_the_empty_ones_last(path: Path) -> None:
    rows = [(1, "B"), (2, "b"), (3, "é"), (4, None)]
    assert _ordered(path, "VARCHAR", rows, Order("at")) == [1, 2, 3, 4]


def test_streams_do_not_disturb_each_other(path: Path) -> None:
    _execute(path, "CREATE TABLE notes AS SELECT range AS id FROM range(5000)")
    with open_source(str(path)) as source:
        left, right = (source.rows("notes", ["id"], order_by=[Order("id")]) for _ in range(2))
        assert source.count("notes") == 5000
        assert list(zip(left, right, strict=True)) == [({"id": n}, {"id": n}) for n in range(5000)]


def test_an_abandoned_stream_ends_quietly(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _execute(path, "CREATE TABLE notes AS SELECT range AS id FROM range(5000)")
    complaints: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)
    with open_source(str(path)) as source:
        rows = source.rows("notes", ["id"])
        next(rows)
    del rows
    gc.collect()
    assert complaints == []


def test_the_machine_s_own_zone_changes_nothing(path: Path) -> None:
    """In a process of its own, because DuckDB asks for the zone only once."""
    _execute(
        path,
        """
        CREATE TABLE ticks (n INTEGER, said VARCHAR, known TIMESTAMPTZ);
        INSERT INTO ticks VALUES (2, '2024-07-01 10:00:00', '2024-07-01 10:00:00+00'),
            (1, '2024-07-01 09:00:00Z', NULL);
        """,
    )
    script = (
        "from integrations.databases.opening import open_source\n"
        "from integrations.databases.source import Order\n"
        f"with open_source({str(path)!r}) as source:\n"
        "    rows = source.rows('ticks', ['n', 'known'], order_by=[Order('said', is_clock=True)])\n"
        "    print([(row['n'], str(row['known'])) for row in rows])\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "TZ": "Europe/Rome"},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "[(1, 'None'), (2, '2024-07-01 10:00:00+00:00')]\n"
