"""Numbered lines of a text, none longer than memory allows."""

from collections import deque
from collections.abc import Iterator
from typing import TextIO

LINE_LIMIT = 32 * 2**20
"""Characters a line: transcripts carry images as base64 in one line."""


class LineTooLongError(ValueError):
    """A line exceeds the limit; iteration goes on after it."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"the line is longer than {limit:,} characters")


class Lines(Iterator[str]):
    """The lines with their ends, without U+0000. `number` is the last line's, counted from 1.

    Reading goes on after a LineTooLongError. `put_back` lets a reader that swallowed too much start anew.
    """

    def __init__(self, text: TextIO, limit: int = LINE_LIMIT) -> None:
        self.number = 0
        self._text = text
        self._limit = limit
        self._last_read = 0
        self._waiting: deque[tuple[int, str]] = deque()

    def __next__(self) -> str:
        if self._waiting:
            self.number, line = self._waiting.popleft()
            return line
        line = self._text.readline(self._limit + 1)
        if not line:
            raise StopIteration
        self._last_read += 1
        self.number = self._last_read
        if len(line) > self._limit:
            while line and not line.endswith(("\n", "\r")):
                line = self._text.readline(self._limit)
            raise LineTooLongError(self._limit)
        return line.replace("\x00", "") if "\x00" in line else line

    def put_back(self, lines: list[tuple[int, str]]) -> None:
        """Lines to give again, each with its number."""
        self._waiting.extendleft(reversed(lines))
