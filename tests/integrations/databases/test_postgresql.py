"""What is read from PostgreSQL: which tables, which values, in which order, of which moment."""

import gc
import sys
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.db import connection

from integrations.databases.opening import SourceDatabaseError, open_source
from integrations.databases.postgresql import PostgresqlSource
from integrations.databases.source import Order
from tests.integrations.databases.making import read
from tests.integrations.databases.servers import Server

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL")


def test_tables_are_those_that_users_made(server: Server) -> None:
    server.execute(
        """
        CREATE SCHEMA other;
        CREATE TABLE "order" (id int, gone int, "user" text, "it's ""so"" odd %s" text);
        ALTER TABLE "order" DROP COLUMN gone;
        CREATE TABLE other."order" (n int);
        CREATE VIEW everything AS SELECT * FROM "order";
        CREATE MATERIALIZED VIEW kept AS SELECT * FROM "order";
        CREATE TABLE calls (month int) PARTITION BY LIST (month);
        CREATE TABLE calls_1 PARTITION OF calls FOR VALUES IN (1);
        CREATE TABLE calls_2 PARTITION OF calls FOR VALUES IN (2);
        CREATE TABLE animal (name text);
        CREATE TABLE dog (breed text) INHERITS (animal);
        CREATE TABLE extended (id int);
        ALTER EXTENSION plpgsql ADD TABLE extended;
        INSERT INTO "order" VALUES (7, 'ada', 'x');
        INSERT INTO calls VALUES (1), (2), (2);
        INSERT INTO animal VALUES ('cat');
        INSERT INTO dog VALUES ('rex', 'setter');
        """
    )
    with open_source(server.address) as source:
        assert (source.engine, source.label) == ("postgresql", f"{server.database}@{server.login['host']}")
        assert dict(source.tables()) == {
            "animal": ("name",),
            "calls": ("month",),
            "dog": ("name", "breed"),
            "order": ("id", "user", 'it\'s "so" odd %s'),
            "other.order": ("n",),
        }
        assert {table: source.count(table) for table in source.tables()} == {
            "animal": 1,
            "calls": 3,
            "dog": 1,
            "order": 1,
            "other.order": 0,
        }
        assert list(source.rows("order", ['it\'s "so" odd %s', "user"])) == [
            {'it\'s "so" odd %s': "x", "user": "ada"}
        ]
        assert list(source.rows("animal", ["name"])) == [{"name": "cat"}]
        assert len(list(source.rows("calls", ["month"]))) == 3


@pytest.mark.parametrize(
    ("type_name", "literal", "value"),
    [
        ("boolean", "true", True),
        ("bigint", "-7", -7),
        ("double precision", "0.5", 0.5),
        ("numeric(20, 10)", "0.0000000001", Decimal("0.0000000001")),
        ("varchar(3)", "'aé'", "aé"),
        ("bytea", r"'\x0061'", b"\x00a"),
        ("uuid", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        ("jsonb", "'null'", "null"),
        ("json", "'{\"a\": null }'", '{"a": null }'),
        ("timestamp", "'2024-01-01 10:00:00.123456'", datetime(2024, 1, 1, 10, 0, 0, 123456)),
        ("timestamptz", "'2024-07-01 10:00:00+02'", datetime(2024, 7, 1, 8, tzinfo=UTC)),
        ("timestamptz", "'infinity'", "infinity"),
        ("timestamptz", "'20000-01-01 00:00:00+00'", "20000-01-01 00:00:00+00"),
        ("timestamp", "'0044-03-15 BC'", "0044-03-15 00:00:00 BC"),
        ("date", "'2024-02-29'", date(2024, 2, 29)),
        ("date", "'-infinity'", "-infinity"),
        ("time", "'10:00:00'", "10:00:00"),
        ("interval", "'3 days'", "3 days"),
        ("inet", "'10.0.0.1'", "10.0.0.1"),
        ("mood", "'high'", "high"),
        ("pair", "ROW(1, 'x')", "(1,x)"),
        ("short", "'aé'", "aé"),
        ("int4range", "'[1,3)'", "[1,3)"),
        ("text[]", "ARRAY['a', NULL]", ["a", None]),
        ("date[][]", "ARRAY[['2024-02-29'::date], [NULL::date]]", [[date(2024, 2, 29)], [None]]),
        ("uuid[]", "'{}'", []),
        ("jsonb[]", "ARRAY['null'::jsonb]", ["null"]),
        (
            "timestamptz[]",
            "ARRAY['2024-07-01 10:00:00+02'::timestamptz]",
            [datetime(2024, 7, 1, 8, tzinfo=UTC)],
        ),
    ],
)
def test_values_become_python_s(server: Server, type_name: str, literal: str, value: Any) -> None:
    server.execute(
        f"""
        ALTER DATABASE "{server.database}" SET TimeZone = 'Europe/Rome';
        ALTER DATABASE "{server.database}" SET DateStyle = 'German';
        CREATE TYPE mood AS ENUM ('low', 'high');
        CREATE TYPE pair AS (n int, s text);
        CREATE DOMAIN short AS varchar(3);
        CREATE TABLE t (value {type_name});
        INSERT INTO t VALUES ({literal}), (NULL)
        """
    )
    ((read_value,), (empty,)) = read(server.address, "t", "value")
    assert (read_value, type(read_value), empty) == (value, type(value), None)
    if isinstance(value, datetime):
        assert read_value.tzinfo == value.tzinfo


def test_a_writer_changes_nothing_of_what_is_read(server: Server) -> None:
    server.execute("CREATE TABLE notes AS SELECT generate_series(1, 5000) AS id; CREATE TABLE tags (id int)")
    with closing(server.connect()) as writer, open_source(server.address) as source:
        writer.execute("INSERT INTO tags VALUES (1)")
        rows = source.rows("notes", ["id"], order_by=[Order("id")])
        first = next(rows)
        writer.execute("DELETE FROM notes WHERE id % 2 = 1")
        assert [first, *rows] == [{"id": n} for n in range(1, 5001)]
        assert (source.count("notes"), source.count("tags")) == (5000, 0)


def test_nothing_can_be_written_and_no_time_runs_out(server: Server) -> None:
    server.execute(
        f"""
        CREATE TABLE notes (id int);
        ALTER DATABASE "{server.database}" SET statement_timeout = '1min';
        ALTER DATABASE "{server.database}" SET idle_in_transaction_session_timeout = '1min';
        """
    )
    names = ("statement_timeout", "idle_in_transaction_session_timeout", "transaction_isolation")
    with closing(server.connect()) as opened:
        opened.autocommit = False
        PostgresqlSource(opened)
        settings = [opened.execute(f"SHOW {name}").fetchone() for name in names]
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            opened.execute("INSERT INTO public.notes VALUES (1)")
    assert settings == [("0",), ("0",), ("repeatable read",)]


def test_streams_do_not_disturb_each_other(server: Server) -> None:
    server.execute("CREATE TABLE notes AS SELECT generate_series(1, 5000) AS id")
    with open_source(server.address) as source:
        left, right = (source.rows("notes", ["id"], order_by=[Order("id")]) for _ in range(2))
        assert list(zip(left, right, strict=True)) == [({"id": n}, {"id": n}) for n in range(1, 5001)]


def test_rows_that_a_policy_would_hide_are_an_error(server: Server) -> None:
    role = f"{server.database}_reader"
    server.execute(
        f"""
        CREATE TABLE notes (id int);
        ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
        CREATE TABLE keys (id int, secret text);
        CREATE ROLE "{role}" LOGIN;
        GRANT SELECT ON notes TO "{role}";
        GRANT SELECT (id) ON keys TO "{role}";
        INSERT INTO keys VALUES (1, 'x');
        """
    )
    address = server.address.replace(f"//{server.login['user']}:", f"//{role}:")
    try:
        refusals = []
        for table, column in (("notes", "id"), ("keys", "secret")):
            with pytest.raises(SourceDatabaseError) as refusal:
                read(address, table, column)
            refusals.append(str(refusal.value))
        assert read(address, "keys", "id") == [(1,)]
    finally:
        server.execute(f'DROP OWNED BY "{role}"; DROP ROLE "{role}"')
    assert refusals == [
        f"{server.database}@{server.login['host']} cannot be read: {why}."
        for why in (
            'query would be affected by row-level security policy for table "notes"',
            "permission denied for table keys",
        )
    ]


def test_an_error_says_no_value(server: Server) -> None:
    server.execute(
        """
        CREATE TABLE keys (secret text, number int GENERATED ALWAYS AS (secret::int) VIRTUAL);
        INSERT INTO keys VALUES ('hunter2')
        """
    )
    assert read(server.address, "keys", "secret") == [("hunter2",)]
    with pytest.raises(SourceDatabaseError) as refusal:
        read(server.address, "keys", "number")
    assert str(refusal.value) == (
        f"{server.database}@{server.login['host']} cannot be read: InvalidTextRepresentation 22P02."
    )


def test_a_connection_that_ends_half_way_is_reported(server: Server) -> None:
    server.execute("CREATE TABLE notes AS SELECT generate_series(1, 5000) AS id")
    with open_source(server.address) as source, server.connect() as other:
        rows = source.rows("notes", ["id"])
        next(rows)
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> %s",
            [server.database, other.info.backend_pid],
        )
        with pytest.raises(SourceDatabaseError) as refusal:
            list(rows)
    assert str(refusal.value) == (
        f"{source.label} cannot be read: terminating connection due to administrator command."
    )


def test_unknown_names_are_refused(server: Server) -> None:
    server.execute("CREATE TABLE notes (id int)")
    with open_source(server.address) as source:
        with pytest.raises(SourceDatabaseError) as no_table:
            source.count("tags")
        with pytest.raises(SourceDatabaseError) as no_column:
            source.rows("notes", ["text"])
    assert [str(refusal.value) for refusal in (no_table, no_column)] == [
        f"{source.label} has no table tags.",
        f"{source.label} has no column text in its table notes.",
    ]


TEXTS = [
    (1, "1999-12-31"),
    (2, "1704103199"),
    (3, "2024-01-01T12:00:00.100001+02:00"),
    (4, "2024-01-01 10:00:00.100002"),
    (5, "1704103200102"),
    (6, "2024-01-01 05:00:00.103499-05:00"),
    (7, "2024-01-01T10:00:00.1035Z"),
    (8, "2024-02-30 10:00:00"),
    (9, None),
    (9, "soon"),
    (9, "2024-13-01 10:00:00"),
    (9, "0000-01-01"),
]
NUMBERS = [(1, -5), (2, 1704103199), (3, 1704103199500), (4, 1704103200), (5, 2**62), (6, None)]
TIMES = [(1, "2024-01-01"), (2, "2024-01-01 00:00:00.000001"), (3, "20000-01-01"), (4, "infinity"), (5, None)]


def _ordered(server: Server, type_name: str, rows: list[tuple[int, Any]], order: Order) -> list[int]:
    server.execute(f"CREATE TABLE ticks (n int, at {type_name})")
    with server.connect() as other, other.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO ticks VALUES (%s, %s::text::{type_name})",
            [(n, None if value is None else str(value)) for n, value in rows[::-1]],
        )
    return [n for (n,) in read(server.address, "ticks", "n", order_by=(order, Order("n")))]


@pytest.mark.parametrize(
    ("type_name", "rows"),
    [
        ("text", TEXTS),
        ("varchar", TEXTS),
        ("bigint", NUMBERS),
        ("numeric", NUMBERS),
        ("timestamp", TIMES),
        ("timestamptz", TIMES),
    ],
)
def test_clocks_are_ordered_by_their_instants(
    server: Server, type_name: str, rows: list[tuple[int, Any]]
) -> None:
    assert _ordered(server, type_name, rows, Order("at", is_clock=True)) == [n for n, _ in rows]


def test_order_is_bytewise_with_the_empty_ones_last(server: Server) -> None:
    rows = [(1, "B"), (2, "b"), (3, "é"), (4, None)]
    assert _ordered(server, "text", rows, Order("at")) == [1, 2, 3, 4]


def test_an_abandoned_stream_ends_quietly(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.execute("CREATE TABLE notes AS SELECT generate_series(1, 5000) AS id")
    complaints: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)
    with open_source(server.address) as source:
        rows = source.rows("notes", ["id"])
        next(rows)
    del rows
    gc.collect()
    assert complaints == []
