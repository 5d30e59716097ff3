"""Pages of providers' admin interfaces, as they were saved: page, buckets of time, results.

A file may hold one page, several one after the other (also JSON Lines), an array of pages, {"data": […]} or a
bare array of buckets.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TextIO

from integrations.sources.parsed import Rejection
from integrations.sources.values import BadValueError

_LIMIT = 64 * 2**20
"""Characters a file: a page holds at most 1,440 buckets, and is read whole."""


@dataclass(frozen=True, slots=True)
class Bucket:
    where: str
    value: Mapping[str, Any]
    results: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """`has_more`: the provider says that another page follows."""

    where: str
    buckets: tuple[Bucket, ...]
    has_more: bool


def pages_of(name: str, text: TextIO) -> Iterator[Page | Rejection]:
    """The pages of an open file; what is none is rejected, with its place."""
    whole = text.read(_LIMIT + 1).replace("\x00", "")
    if len(whole) > _LIMIT:
        yield Rejection(name, f"is larger than {_LIMIT // 2**20} MiB: save pages to files of their own")
        return
    number = 0
    for document in _documents(name, whole):
        if isinstance(document, Rejection):
            yield document
            continue
        values = document.value
        is_list_of_pages = isinstance(values, list) and any(_is_page(value) for value in values)
        for value in values if is_list_of_pages else [values]:
            number += 1
            yield from _page(name if number == 1 else f"{name}: page {number}", value)


@dataclass(frozen=True, slots=True)
class _Document:
    value: Any


def _documents(name: str, whole: str) -> Iterator[_Document | Rejection]:
    decoder = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse)
    place = _skip(whole, 0)
    while place < len(whole):
        try:
            value, place = decoder.raw_decode(whole, place)
        except json.JSONDecodeError as error:
            yield Rejection(
                name, f"is not JSON: {error.msg} at character {error.pos + 1:,}", whole[place : place + 8000]
            )
            return
        except (BadValueError, ValueError, RecursionError, ArithmeticError) as error:
            yield Rejection(name, f"is not JSON: {error}", whole[place : place + 8000])
            return
        yield _Document(value)
        place = _skip(whole, place)


def _skip(whole: str, place: int) -> int:
    while place < len(whole) and whole[place] in " \t\r\n,\ufeff":
        place += 1
    return place


def _refuse(name: str) -> None:
    raise BadValueError(f"{name} is no JSON number")


def _is_page(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("data"), list)


def _page(where: str, value: Any) -> Iterator[Page | Rejection]:
    if _is_page(value):
        has_more = value.get("has_more") is True or bool(value.get("next_page"))
        found = value["data"]
    elif isinstance(value, list):
        has_more, found = False, value
    elif isinstance(value, dict) and isinstance(value.get("results"), list):
        has_more, found = False, [value]
    else:
        yield Rejection(where, _no_page(value), _text(value))
        return
    buckets = []
    for number, bucket in enumerate(found, start=1):
        place = f"{where}: bucket {number}"
        results = bucket.get("results") if isinstance(bucket, dict) else None
        if not isinstance(bucket, dict) or not isinstance(results, list):
            yield Rejection(place, "results: is not a list of lines", _text(bucket))
            continue
        buckets.append(Bucket(place, bucket, tuple(results)))
    yield Page(where, tuple(buckets), has_more)


def _no_page(value: Any) -> str:
    error = value.get("error") if isinstance(value, dict) else None
    if isinstance(error, dict) and error.get("message"):
        return f"is an answer of the provider, and no report: {str(error['message'])[:200]}"
    return "data: missing; a report's page has a list of buckets there"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)[:8000]
