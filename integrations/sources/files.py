"""Finding and opening what people point at: folders, files, gzip, any Unicode encoding."""

import gzip
import io
import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO, cast

from integrations.sources.content import EmptyFileError, text_encoding

READ_ERRORS = (OSError, EOFError, zlib.error)
"""What reading a file may raise: an unreadable disk, a cut or damaged gzip."""

_BUFFER = 1 << 16


class NothingToReadError(Exception):
    """There is no file to read; the message says which path and why."""


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file to read; `size` in bytes as it lies on disk."""

    path: Path
    size: int

    @property
    def name(self) -> str:
        """The path as the person gave it."""
        return str(self.path)


@dataclass(frozen=True, slots=True)
class TextInput:
    """An open file: its text (line ends untouched), and its first characters, not yet consumed."""

    text: TextIO
    head: str


def find_files(paths: Iterable[Path], suffixes: Sequence[str]) -> list[InputFile]:
    """The files at `paths`, those in folders by their ending, each once, in a fixed order.

    Raises NothingToReadError for a path that is missing and for a folder without such files.
    """
    found: dict[str, InputFile] = {}
    for path in paths:
        if not path.exists():
            raise NothingToReadError(f"{path}: no such file or folder.")
        for file in _files_at(path, suffixes):
            found.setdefault(os.path.realpath(file), InputFile(file, file.stat().st_size))
    return list(found.values())


def _files_at(path: Path, suffixes: Sequence[str]) -> list[Path]:
    if not path.is_dir():
        return [path]
    endings = tuple(suffix + packed for suffix in suffixes for packed in ("", ".gz"))
    files = [
        file
        for folder, _, names in os.walk(path)
        for name in names
        if name.lower().endswith(endings) and (file := Path(folder, name)).is_file()
    ]
    if not files:
        patterns = " or ".join(f"*{suffix}" for suffix in suffixes)
        raise NothingToReadError(f"{path}: the folder holds no {patterns} file.")
    return sorted(files)


@contextmanager
def open_text(file: InputFile, on_bytes: Callable[[int], None]) -> Iterator[TextInput]:
    """Open `file`, unpacked and decoded (UTF-8, or UTF-16 by its mark; broken characters become U+FFFD).

    Raises EmptyFileError, WrongContentError (binary, HTML, an archive), or one of READ_ERRORS.
    """
    with file.path.open("rb", buffering=0) as raw:
        stream = _buffered(_CountedBytes(raw, on_bytes))
        if stream.peek(2)[:2] == b"\x1f\x8b":
            stream = _buffered(gzip.GzipFile(fileobj=stream))
        first = stream.peek(_BUFFER)
        if not first:
            raise EmptyFileError
        encoding = text_encoding(first)
        text = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")
        yield TextInput(text, first.decode(encoding, errors="ignore").replace("\x00", ""))


def read_fault(error: Exception) -> str:
    """In a person's words, why reading stopped."""
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read: {error.strerror}"
    if isinstance(error, EOFError):
        return "the gzip file is cut off; what came before the cut was read"
    return f"damaged: {error}"


def _buffered(raw: object) -> io.BufferedReader:
    return io.BufferedReader(cast(io.RawIOBase, raw), _BUFFER)


class _CountedBytes(io.RawIOBase):
    """A raw file that tells of every chunk read."""

    def __init__(self, raw: io.FileIO, on_bytes: Callable[[int], None]) -> None:
        self._raw = raw
        self._on_bytes = on_bytes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        count = self._raw.readinto(buffer)
        self._on_bytes(count)
        return count
