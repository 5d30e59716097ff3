"""What every engine answers about a source database."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from integrations.databases.errors import SourceDatabaseError

Tables = Mapping[str, tuple[str, ...]]
"""A table's name -> its columns' names, in their order."""


@dataclass(frozen=True)
class Order:
    """Rows in the order of a column, the empty ones last; texts by their bytes."""

    column: str
    is_clock: bool = False
    """Whether the column may mix texts, seconds and milliseconds: then its instants decide."""


class SourceDatabase(Protocol):
    """One consistent, read-only view of a database, for as long as it is open.

    Each method raises SourceDatabaseError, `rows` also half way.
    """

    engine: str
    """`sqlite`, `postgresql` or `duckdb`."""
    label: str
    """A file's name, or `database@host`: safe to show."""

    def tables(self) -> Tables:
        """The tables that users made: no views, no system's tables, no partitions of another table.

        Names are bare, or `schema.table` outside of the engine's usual schema (`public`, `main`).
        """

    def count(self, table: str) -> int: ...

    def rows(
        self, table: str, columns: Sequence[str], *, order_by: Sequence[Order] = ()
    ) -> Iterator[dict[str, Any]]:
        """Every row, streamed, with just these columns; the others are never read.

        Values are None, bool, int, float, Decimal, str, bytes, date, datetime (aware where the type knows its
        zone) or lists of these. UUIDs and JSON, undecoded, are texts, and so is what Python cannot hold.
        """


def require_columns(label: str, tables: Tables, table: str, columns: Sequence[str]) -> None:
    """Refuse names that the database does not have: SQLite takes an unknown quoted name for a text."""
    if table not in tables:
        raise SourceDatabaseError(f"{label} has no table {table}.")
    missing = [column for column in columns if column not in tables[table]]
    if missing:
        raise SourceDatabaseError(f"{label} has no column {missing[0]} in its table {table}.")
