"""JSON documents of any size as a stream of their objects: memory holds one, of bounded size and depth."""

import codecs
import gzip
import zipfile
from collections.abc import Callable, Iterator
from typing import IO, cast

from integrations.sources.archives import Document
from integrations.sources.content import EmptyFileError, WrongContentError, text_encoding
from integrations.sources.files import READ_ERRORS, read_fault
from integrations.sources.json_records import Record
from integrations.sources.json_values import DAMAGED, TooMuchError, complete_values, damage
from integrations.sources.parsed import Rejection

MOST_BYTES = 128 * 2**20
"""Of one object, images as base64 included."""
_CHUNK = 1 << 16
_RAW_KEPT = 8_000


def objects_of(document: Document, on_bytes: Callable[[int], None]) -> Iterator[Record | Rejection]:
    """The objects of a document: members of its array, or one object after another. gzip is unpacked.

    A fault of the document is a Rejection; the objects before it are given.
    """
    number = 0
    try:
        with document.open() as raw:
            source = _Utf8(raw, on_bytes)
            for number, value in enumerate(complete_values(source), start=1):
                where = f"{document.name}: record {number}"
                if isinstance(value, dict):
                    yield Record(where, value)
                else:
                    yield Rejection(where, "is not a JSON object", str(value)[:_RAW_KEPT])
                source.taken = 0
        if not number:
            yield Rejection(document.name, "holds no records")
    except (EmptyFileError, WrongContentError) as error:
        yield Rejection(document.name, str(error))
    except DAMAGED as error:
        kept = f"the {number:,} before it were read" if number else "nothing was read"
        yield Rejection(f"{document.name}: record {number + 1}", f"damaged JSON, {kept}: {damage(error)}")
    except (*READ_ERRORS, zipfile.BadZipFile) as error:
        yield Rejection(document.name, read_fault(error))


class _Utf8:
    """A document as the UTF-8 bytes without U+0000 that ijson wants. `taken`: bytes since it was reset."""

    def __init__(self, raw: IO[bytes], on_bytes: Callable[[int], None]) -> None:
        self.taken = 0
        self._on_bytes = on_bytes
        self._raw: IO[bytes] = raw
        first = raw.read(_CHUNK)
        on_bytes(len(first))
        if first.startswith(b"\x1f\x8b"):
            again = cast(IO[bytes], _Again(first, raw))
            self._raw = cast(IO[bytes], gzip.GzipFile(fileobj=again))
            first = self._raw.read(_CHUNK)
        if not first:
            raise EmptyFileError
        self._first = first
        self._decode = codecs.getincrementaldecoder(text_encoding(first))("replace").decode

    def read(self, size: int = _CHUNK) -> bytes:
        # ijson asks for 0 bytes to learn the type, and takes an empty answer as the end.
        if not size:
            return b""
        while chunk := self._next():
            self.taken += len(chunk)
            if self.taken > MOST_BYTES:
                raise TooMuchError(f"one record is larger than {MOST_BYTES // 2**20} MiB")
            if cleaned := self._decode(chunk).replace("\x00", ""):
                return cleaned.encode()
        return b""

    def _next(self) -> bytes:
        if self._first:
            first, self._first = self._first, b""
            return first
        chunk = self._raw.read(_CHUNK)
        self._on_bytes(len(chunk))
        return chunk


class _Again:
    """A stream whose first bytes were read already."""

    def __init__(self, first: bytes, raw: IO[bytes]) -> None:
        self._first = first
        self._raw = raw

    def read(self, size: int = -1) -> bytes:
        if self._first:
            cut = len(self._first) if size < 0 else size
            given, self._first = self._first[:cut], self._first[cut:]
            return given
        return self._raw.read(size)
