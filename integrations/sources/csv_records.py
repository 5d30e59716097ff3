"""Rows out of CSV files, read as a stream; a broken row never takes the rows after it with it."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass

from integrations.sources.content import EmptyFileError
from integrations.sources.files import TextInput
from integrations.sources.lines import Lines, LineTooLongError
from integrations.sources.parsed import Rejection

_FIELD_LIMIT = 16 * 2**20
"""Characters a field: spend logs carry whole conversations in one."""


@dataclass(frozen=True, slots=True)
class Header:
    """The names of the columns, as the file gives them."""

    where: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A row's cells, one a column of the header."""

    where: str
    cells: tuple[str, ...]


def rows_of(name: str, opened: TextInput) -> Iterator[Header | Row | Rejection]:
    """First the Header, then every row. Comma, semicolon or tab separates; quoted cells may span lines."""
    csv.field_size_limit(_FIELD_LIMIT)
    lines = _RowLines(Lines(opened.text))
    # Strict, so that a quote left open is noticed at the next quote, not at the end of the file.
    reader = csv.reader(lines, delimiter=_delimiter(opened.head), strict=True)
    header: Header | None = None
    while True:
        lines.begin_row()
        try:
            cells = next(reader)
        except StopIteration:
            break
        except (csv.Error, LineTooLongError) as error:
            yield Rejection(f"{name}:{lines.first_number}", f"broken row: {error}", lines.first_line)
            lines.retry_after_first()
            continue
        where = f"{name}:{lines.first_number}"
        if not any(cell.strip() for cell in cells):
            continue
        if header is None:
            header = Header(where, tuple(cell.strip() for cell in cells))
            yield header
        elif len(cells) != len(header.names):
            reason = f"has {len(cells)} cells, the header has {len(header.names)}"
            yield Rejection(where, reason, lines.first_line)
        else:
            yield Row(where, tuple(cells))
    if header is None:
        yield Rejection(name, str(EmptyFileError()))


def _delimiter(head: str) -> str:
    first_line = head.lstrip().partition("\n")[0]
    return max(",;\t", key=first_line.count)


class _RowLines(Iterator[str]):
    """Lines as csv.reader takes them, remembering those of the row at hand."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._row: list[tuple[int, str]] = []

    def __next__(self) -> str:
        try:
            line = next(self._lines)
        except LineTooLongError:
            self._row.append((self._lines.number, ""))
            raise
        self._row.append((self._lines.number, line))
        return line

    def begin_row(self) -> None:
        self._row = []

    def retry_after_first(self) -> None:
        """Give the row's lines again but for the first: a quote left open has swallowed them."""
        self._lines.put_back(self._row[1:])

    @property
    def first_number(self) -> int:
        return self._row[0][0] if self._row else self._lines.number

    @property
    def first_line(self) -> str:
        return self._row[0][1].rstrip("\r\n") if self._row else ""
