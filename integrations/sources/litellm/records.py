"""LiteLLM records out of a file of any shape; its content decides, not its name."""

from collections.abc import Iterator

from integrations.sources.csv_records import Header, rows_of
from integrations.sources.files import TextInput
from integrations.sources.json_records import Record, records_of
from integrations.sources.parsed import Rejection

_REQUIRED = ("request_id", "startTime")


def records(name: str, opened: TextInput) -> Iterator[Record | Rejection]:
    """Every record of an open file."""
    if opened.head.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        yield from records_of(name, opened)
    else:
        yield from _csv_records(name, opened)


def _csv_records(name: str, opened: TextInput) -> Iterator[Record | Rejection]:
    names: tuple[str, ...] = ()
    for row in rows_of(name, opened):
        if isinstance(row, Header):
            names = row.names
            missing = [column for column in _REQUIRED if column not in names]
            if missing:
                lacking = ", ".join(missing)
                yield Rejection(row.where, f"is no export of LiteLLM_SpendLogs: column {lacking} is missing")
                return
        elif isinstance(row, Rejection):
            yield row
        else:
            yield Record(row.where, dict(zip(names, row.cells, strict=True)))
