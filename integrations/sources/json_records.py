"""Records out of JSON files of any shape, read as a stream: memory holds one record at a time."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TextIO

from integrations.sources.content import EmptyFileError, WrongContentError
from integrations.sources.files import READ_ERRORS, InputFile, TextInput, open_text, read_fault
from integrations.sources.json_values import DAMAGED, complete_values, damage
from integrations.sources.lines import Lines, LineTooLongError
from integrations.sources.parsed import Rejection
from integrations.sources.values import BadValueError, parse_json

_GIVE_UP_AFTER = 10
"""Lines that are no JSON from the start on: the file is something else, and is not reported line by line."""

_WRAPPED_ARRAY = re.compile(r'\s*\{\s*"data"\s*:\s*\[')
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Record:
    """A JSON object and its place, such as "usage.jsonl:12" or "spend.json: record 3"."""

    where: str
    value: dict[str, Any]


def json_lines(file: InputFile, on_bytes: Callable[[int], None]) -> Iterator[Record | Rejection]:
    """The objects of a JSON Lines file; a damaged line is a rejection, the lines after it are read."""
    try:
        with open_text(file, on_bytes) as opened:
            yield from lines_of(file.name, opened)
    except (EmptyFileError, WrongContentError) as error:
        yield Rejection(file.name, str(error))
    except READ_ERRORS as error:
        yield Rejection(file.name, read_fault(error))


def lines_of(name: str, opened: TextInput) -> Iterator[Record | Rejection]:
    """The objects of an open JSON Lines file."""
    lines = Lines(opened.text)
    good = bad = 0
    while True:
        line = ""
        try:
            line = next(lines).strip()
            if not line:
                continue
            value = parse_json(line)
            if not isinstance(value, dict):
                raise BadValueError("is not a JSON object")
        except StopIteration:
            break
        except (BadValueError, LineTooLongError) as error:
            bad += 1
            yield Rejection(f"{name}:{lines.number}", str(error), line)
            if not good and bad == _GIVE_UP_AFTER:
                yield Rejection(name, f"is not JSON Lines: none of its first {bad} lines is an object")
                return
            continue
        good += 1
        yield Record(f"{name}:{lines.number}", value)
    if not good + bad:
        yield Rejection(name, str(EmptyFileError()))


def records_of(name: str, opened: TextInput) -> Iterator[Record | Rejection]:
    """The objects of an open file that is a JSON array, one object, {"data": […]} or JSON Lines."""
    head = opened.head.lstrip("\ufeff \t\r\n")
    if head.startswith("["):
        yield from _streamed(name, opened.text)
    elif _WRAPPED_ARRAY.match(head):
        yield from _streamed(name, opened.text, within="data")
    elif _is_one_document(head):
        yield from _streamed(name, opened.text)
    else:
        yield from lines_of(name, opened)


def _is_one_document(head: str) -> bool:
    """Whether an object goes over several lines: its first line is no object, and the next begins none."""
    first, *more = [line for line in head.splitlines() if line.strip()] or [""]
    if not first.startswith("{") or not more or more[0].lstrip().startswith("{"):
        return False
    try:
        parse_json(first)
    except BadValueError:
        return True
    return False


def _streamed(name: str, text: TextIO, *, within: str = "") -> Iterator[Record | Rejection]:
    number = 0
    try:
        for number, value in enumerate(complete_values(_Utf8(text), within=within), start=1):
            if isinstance(value, dict):
                yield Record(f"{name}: record {number}", value)
            else:
                yield Rejection(f"{name}: record {number}", "is not a JSON object", str(value)[:8000])
    except DAMAGED as error:
        kept = f"the {number:,} before it were read" if number else "nothing was read"
        yield Rejection(f"{name}: record {number + 1}", f"damaged JSON, {kept}: {damage(error)}")
        return
    if not number:
        yield Rejection(name, "holds no records")


class _Utf8:
    """Text as the UTF-8 bytes without U+0000 that ijson wants."""

    def __init__(self, text: TextIO) -> None:
        self._text = text

    def read(self, size: int = _CHUNK) -> bytes:
        # ijson asks for 0 bytes to learn the type, and takes an empty answer as the end.
        while chunk := self._text.read(min(size, _CHUNK)):
            if cleaned := chunk.replace("\x00", ""):
                return cleaned.encode()
        return b""
