"""JSON values out of a stream, one at a time, of bounded depth."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import ijson

MOST_DEPTH = 200
"""Of lists and objects in one another: beyond it stands no record, but an attempt to exhaust memory."""

_BUILT = {"start_map": dict, "start_array": list}


class TooMuchError(Exception):
    """One value is larger or deeper than any record is."""


DAMAGED = (ijson.JSONError, TooMuchError, ValueError, SystemError)
"""What reading values may raise. SystemError: ijson's C code goes on after a number of too many digits."""


def damage(error: Exception) -> str:
    """One of DAMAGED in a person's words."""
    if isinstance(error, SystemError):
        return "a number of too many digits"
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


class ByteSource(Protocol):
    """UTF-8 without U+0000, read in pieces."""

    def read(self, size: int = ...) -> bytes: ...


@dataclass(slots=True)
class _Open:
    """A list or an object that is not complete yet; `key` is the member at hand."""

    value: Any
    key: str = ""

    def put(self, value: Any) -> None:
        if isinstance(self.value, list):
            self.value.append(value)
        else:
            self.value[self.key] = value


def complete_values(source: ByteSource, *, within: str = "") -> Iterator[Any]:
    """Each member of an outermost list, each other outermost value.

    With `within` the members of that member's list, of an outermost object: "data" of {"data": […]}.
    Raises one of DAMAGED.
    """
    # Built here and not by ijson.items, whose prefixes grow with the square of the depth.
    stack: list[_Open] = []
    for event, value in ijson.basic_parse(source, multiple_values=True):
        if event in _BUILT:
            if len(stack) == MOST_DEPTH:
                raise TooMuchError(f"more than {MOST_DEPTH} lists and objects in one another")
            stack.append(_Open(_BUILT[event]()))
            continue
        if event == "map_key":
            stack[-1].key = value
            continue
        if event in {"end_map", "end_array"}:
            value = stack.pop().value
            if not stack and (within or isinstance(value, list)):
                continue
        if _is_record(stack, within):
            yield value
        else:
            stack[-1].put(value)


def _is_record(stack: list[_Open], within: str) -> bool:
    """Whether a value that is complete inside of `stack` is one to give."""
    if within:
        return len(stack) == 2 and stack[0].key == within and isinstance(stack[1].value, list)
    return not stack or (len(stack) == 1 and isinstance(stack[0].value, list))
