"""Our own CSV: one row a model call, columns as docs/importing-usage.md lists them.

Counting convention: the ledger's. `input_tokens` includes cache reads, cache writes and audio,
`output_tokens` includes reasoning; a row whose parts exceed their whole is rejected. An empty cell is
unknown, 0 is zero.

Native id: the `id` column, unique within the project. A row without one is known by its content and by how
many identical rows stand before it in its file, so that importing a file again changes nothing.
"""

from collections.abc import Generator, Iterator, Sequence

from integrations.sources.content import EmptyFileError, WrongContentError
from integrations.sources.csv_records import Header, rows_of
from integrations.sources.files import READ_ERRORS, InputFile, TextInput, open_text, read_fault
from integrations.sources.parsed import Notice, OnBytes, Parsed, Rejection, SourceFormat
from integrations.sources.redaction import record_text
from integrations.sources.tallies import Occurrences
from integrations.sources.usage_csv.columns import Columns, HeaderError, columns_of
from integrations.sources.usage_csv.rows import parse
from integrations.sources.values import BadValueError


def read(files: Sequence[InputFile], on_bytes: OnBytes) -> Generator[Parsed, None, None]:
    """The calls of `files`, one after the other as they are read."""
    told: set[str] = set()
    for file in files:
        try:
            with open_text(file, on_bytes) as opened:
                yield from _read_one(file, opened, told)
        except (EmptyFileError, WrongContentError) as error:
            yield Rejection(file.name, str(error))
        except READ_ERRORS as error:
            yield Rejection(file.name, read_fault(error))


def _read_one(file: InputFile, opened: TextInput, told: set[str]) -> Iterator[Parsed]:
    columns = Columns(())
    with Occurrences() as occurrences:
        for row in rows_of(file.name, opened):
            if isinstance(row, Rejection):
                yield row
                continue
            if isinstance(row, Header):
                try:
                    columns = columns_of(row.names)
                except HeaderError as error:
                    yield Rejection(row.where, str(error))
                    return
                if unknown := sorted(columns.unknown - told):
                    told.update(unknown)
                    yield Notice(f"{row.where}: columns not known and left out: {', '.join(unknown)}")
                continue
            values = columns.values(row.cells)
            try:
                yield parse(row.where, values, occurrences)
            except BadValueError as error:
                yield Rejection(row.where, str(error), record_text(values))


FORMAT = SourceFormat(kind="csv", suffixes=(".csv", ".tsv"), read=read, default_paths=list)
