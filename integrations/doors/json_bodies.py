"""The records of a JSON body, whatever its content type says: an array, one object, or an object a line."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings

from integrations.doors.refusals import Refused

_KEPT_CHARACTERS = 8_000


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record that is no JSON object; `raw` is its text."""

    reason: str
    raw: str


def records_of_body(body: bytes) -> list[dict[str, Any] | Unreadable]:
    """In the body's order. Of an array all or nothing is read; a damaged line stands alone.

    Raises Refused: 400 when nothing is JSON, 413 above INGEST_MAX_RECORDS.
    """
    try:
        text = body.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise Refused(400, f"The body is not UTF-8: see byte {error.start + 1:,}.") from None
    if not text:
        raise Refused(400, "The body is empty.")
    try:
        whole = _parsed(text)
    except ValueError as error:
        if not text.startswith("{") or "\n" not in text:
            raise Refused(400, f"The body is no JSON: {error}.") from None
        return _lines(text)
    if isinstance(whole, dict):
        return [whole]
    if not isinstance(whole, list):
        raise Refused(400, "The body is neither a JSON object nor an array or lines of them.")
    return _bounded(_checked(value) for value in whole)


def _lines(text: str) -> list[dict[str, Any] | Unreadable]:
    # Only these end a line: str.splitlines would cut texts at U+2028.
    records = _bounded(_line(line) for line in map(str.strip, text.split("\n")) if line)
    if all(isinstance(record, Unreadable) for record in records):
        raise Refused(400, "The body is neither a JSON document nor lines of JSON objects.")
    return records


def _line(line: str) -> dict[str, Any] | Unreadable:
    try:
        return _checked(_parsed(line))
    except ValueError as error:
        return Unreadable(f"is not JSON: {error}", line[:_KEPT_CHARACTERS])


def _checked(value: Any) -> dict[str, Any] | Unreadable:
    if isinstance(value, dict):
        return value
    return Unreadable("is not a JSON object", repr(value)[:_KEPT_CHARACTERS])


def _bounded(records: Iterator[dict[str, Any] | Unreadable]) -> list[dict[str, Any] | Unreadable]:
    most = settings.INGEST_MAX_RECORDS
    read: list[dict[str, Any] | Unreadable] = []
    for record in records:
        if len(read) == most:
            raise Refused(413, f"More than {most:,} records in one request: send them in parts.")
        read.append(record)
    return read


def _parsed(text: str) -> Any:
    """Exact fractions. NaN and its like stay, as words: the record that holds one is refused, not all.

    Raises ValueError.
    """
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=str)
    except (ArithmeticError, RecursionError) as error:
        # An exponent beyond what Decimal holds; too many brackets.
        raise ValueError("a number or the nesting is beyond all bounds") from error
