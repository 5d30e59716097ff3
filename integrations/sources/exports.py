"""Reading what tools export: one record a call, as JSON of any shape or as CSV."""

from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from typing import Any

from integrations.sources.content import EmptyFileError, WrongContentError
from integrations.sources.csv_records import Header, rows_of
from integrations.sources.files import READ_ERRORS, InputFile, TextInput, open_text, read_fault
from integrations.sources.json_records import Record, records_of
from integrations.sources.parsed import OnBytes, Parsed, Rejection
from integrations.sources.redaction import record_text
from integrations.sources.values import BadValueError

Refusal = Callable[[Collection[str]], str]
"""Why a record of such fields (a CSV file of such columns) is none of the tool's; empty when it is one."""

Shown = Callable[[dict[str, Any]], dict[str, Any]]

_GIVE_UP_AFTER = 10
"""Records that are none of the tool's from the start on: the file is something else, which is said once."""


def read_exports(
    files: Sequence[InputFile],
    on_bytes: OnBytes,
    *,
    refusal: Refusal,
    parse: Callable[[Record], Parsed],
    shown: Shown = lambda record: record,
) -> Generator[Parsed, None, None]:
    """What `parse` makes of every record, as they are read. It may raise BadValueError.

    `shown`: what may be kept of a rejected record, when its fields' names do not tell where words are.
    """
    for file in files:
        try:
            with open_text(file, on_bytes) as opened:
                for record in _records(file.name, opened, refusal, shown):
                    if isinstance(record, Rejection):
                        yield record
                        continue
                    try:
                        yield parse(record)
                    except BadValueError as error:
                        yield Rejection(record.where, str(error), record_text(shown(record.value)))
        except (EmptyFileError, WrongContentError) as error:
            yield Rejection(file.name, str(error))
        except READ_ERRORS as error:
            yield Rejection(file.name, read_fault(error))


def _records(name: str, opened: TextInput, refusal: Refusal, shown: Shown) -> Iterator[Record | Rejection]:
    if opened.head.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        yield from _judged(name, records_of(name, opened), refusal, shown)
        return
    names: tuple[str, ...] = ()
    for row in rows_of(name, opened):
        if isinstance(row, Header):
            names = row.names
            if reason := refusal(names):
                yield Rejection(row.where, reason)
                return
        elif isinstance(row, Rejection):
            yield row
        else:
            yield Record(row.where, dict(zip(names, row.cells, strict=True)))


def _judged(
    name: str, records: Iterator[Record | Rejection], refusal: Refusal, shown: Shown
) -> Iterator[Record | Rejection]:
    """Refused records before the first good one are held back: when none is good, it is said once."""
    refused: list[Rejection] = []
    has_good = False
    for record in records:
        reason = refusal(record.value) if isinstance(record, Record) else ""
        if isinstance(record, Rejection):
            yield record
        elif reason:
            rejection = Rejection(record.where, reason, record_text(shown(record.value)))
            if has_good:
                yield rejection
                continue
            refused.append(rejection)
            if len(refused) == _GIVE_UP_AFTER:
                break
        else:
            has_good = True
            yield from refused
            refused = []
            yield record
    if refused:
        yield Rejection(name, refused[0].reason, refused[0].raw)
