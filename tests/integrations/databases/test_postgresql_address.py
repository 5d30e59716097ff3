"""Addresses of PostgreSQL: what they mean, and what is said when they lead nowhere."""

import socket
from contextlib import closing
from traceback import format_exception

import psycopg
import pytest

from integrations.databases.opening import SourceDatabaseError, open_source
from integrations.databases.postgresql_address import connection_parameters

NOT_AN_ADDRESS = (
    "The address is not one that PostgreSQL understands: it reads "
    "postgresql://user:password@host:port/database, other parameters are libpq's, "
    "and special characters in a password are percent-encoded."
)


def _refusal(address: str) -> str:
    with pytest.raises(SourceDatabaseError) as refusal, open_source(address):
        pass
    assert "hunter2" not in "".join(format_exception(refusal.value))
    return str(refusal.value)


def test_its_parts_are_libpq_s() -> None:
    assert connection_parameters(
        "POSTGRES://ada:p%40ss@server:5433/shop?host=/run/postgresql&sslmode=require"
    ) == {
        "user": "ada",
        "password": "p@ss",
        "host": "/run/postgresql",
        "port": "5433",
        "dbname": "shop",
        "sslmode": "require",
    }


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ada:hunter2@server:hunter2/shop",
        "postgresql://ada:hun@ter2@server/shop",
        "postgresql://ada:hun/ter2@server/shop",
        "postgresql://ada:hunter2@server/shop?hunter2=hunter2",
        "postgresql://ada:hunter2@[server/shop",
        "postgresql://ada:%zzhunter2@server/shop",
    ],
)
def test_a_mistyped_address_is_not_repeated(address: str) -> None:
    assert _refusal(address) == NOT_AN_ADDRESS


def test_a_server_that_does_not_answer_is_named_without_the_password() -> None:
    with closing(socket.socket()) as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        assert _refusal(f"postgresql://ada:hunter2@127.0.0.1:{port}/shop") == (
            "Cannot connect to shop@127.0.0.1: no server answers there."
        )


def test_a_missing_socket_is_named() -> None:
    assert _refusal("postgresql://ada:hunter2@/shop?host=/nowhere") == (
        "Cannot connect to shop@/nowhere: no server answers there."
    )


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ('FATAL:  password authentication failed for user "hunter2"', "it refuses the user or the password"),
        ('could not translate host name "hunter2" to address', "there is no such host"),
        ("something about hunter2", "the server does not let us in"),
    ],
)
def test_what_libpq_says_is_not_repeated(monkeypatch: pytest.MonkeyPatch, said: str, reason: str) -> None:
    def fail(**parameters: object) -> None:
        raise psycopg.OperationalError(said)

    monkeypatch.setattr(psycopg, "connect", fail)
    assert _refusal("postgresql://ada:hunter2@server/shop") == f"Cannot connect to shop@server: {reason}."
