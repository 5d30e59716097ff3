"""What the types of PostgreSQL become in Python."""

from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.types.string import TextLoader

from integrations.databases.moments import as_date, as_datetime

_AS_PSYCOPG_DOES = {
    *("bool", "int2", "int4", "int8", "oid", "float4", "float8", "numeric"),
    *("text", "varchar", "bpchar", "name", "char", "bytea"),
}


class _MomentLoader(Loader):
    def load(self, data: Buffer) -> datetime | str:
        return as_datetime(str(data, "ascii"))


class _DayLoader(Loader):
    def load(self, data: Buffer) -> date | str:
        return as_date(str(data, "ascii"))


def load_as_values(connection: psycopg.Connection[Any]) -> None:
    """Make the connection load what SourceDatabase.rows promises; types that it does not name come as text.

    It must write times as ISO and in UTC. Arrays are lists of what their elements are.
    """
    adapters = connection.adapters
    for known in connection.adapters.types:
        if known.name in _AS_PSYCOPG_DOES:
            continue
        adapters.register_loader(known.oid, TextLoader)
    adapters.register_loader("timestamp", _MomentLoader)
    adapters.register_loader("timestamptz", _MomentLoader)
    adapters.register_loader("date", _DayLoader)
