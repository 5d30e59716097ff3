"""A PostgreSQL address and the connection it leads to. What is said of failures never quotes the address."""

import re
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from integrations.databases.errors import SourceDatabaseError

_CONNECT_TIMEOUT_S = 10
_REASONS = (
    ("authentication failed", "it refuses the user or the password"),
    ("no password supplied", "it asks for a password"),
    ("no pg_hba.conf entry", "it does not let this user in from this machine"),
    ("role ", "it does not know the user"),
    ("database ", "it has no such database"),
    ("could not translate host name", "there is no such host"),
    ("failed to resolve host", "there is no such host"),
    ("Connection refused", "no server answers there"),
    ("No such file or directory", "no server answers there"),
    ("timeout expired", "no server answers there in time"),
    ("too many clients", "it has no connection left"),
    ("remaining connection slots", "it has no connection left"),
    ("starting up", "it is starting up"),
    ("SSL", "the two sides do not agree about SSL"),
    ("certificate", "its certificate is not accepted"),
)
"""What libpq says -> what we say of it. Its own words may quote the parts of a mistyped address."""


def connection_parameters(address: str) -> dict[str, Any]:
    """The parts of a postgresql:// address, by libpq's names."""
    scheme, _, rest = address.partition("://")
    try:
        parameters = conninfo_to_dict(f"{scheme.lower()}://{rest}")
    except psycopg.Error:
        raise _not_an_address() from None
    # An @ or / left as it is in a password ends up in these.
    ports = re.fullmatch(r"[0-9,]*", str(parameters.get("port", "")))
    if not ports or "@" in f"{parameters.get('host', '')}{parameters.get('dbname', '')}":
        raise _not_an_address()
    return parameters


def connect(parameters: dict[str, Any]) -> psycopg.Connection[Any]:
    label = f"{parameters.get('dbname', 'the database')}@{parameters.get('host', 'this machine')}"
    try:
        return psycopg.connect(
            **{"connect_timeout": _CONNECT_TIMEOUT_S, **parameters, "client_encoding": "UTF8"},
            # A pool between the two sides may not keep statements that were prepared.
            prepare_threshold=None,
        )
    except psycopg.Error as error:
        reason = next(
            (ours for theirs, ours in _REASONS if theirs in str(error)), "the server does not let us in"
        )
        raise SourceDatabaseError(f"Cannot connect to {label}: {reason}.") from None


def _not_an_address() -> SourceDatabaseError:
    return SourceDatabaseError(
        "The address is not one that PostgreSQL understands: it reads "
        "postgresql://user:password@host:port/database, other parameters are libpq's, "
        "and special characters in a password are percent-encoded."
    )
