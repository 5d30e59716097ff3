"""One body of an OTLP request as it was saved: unpacked, and with what is known of how it was sent."""

import gzip
import io
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from integrations.otlp.decoding import JSON, PROTOBUF, Signal
from integrations.sources.files import InputFile
from integrations.sources.values import BadValueError

MOST_BYTES = 256 * 2**20
"""Of one body, unpacked: the largest request that any door takes is a tenth of it."""

_CHUNK = 1 << 16
_LARGEST_HEADER_FILE = 1 << 20


@dataclass(frozen=True, slots=True)
class Sent:
    """What the file beside a body says of its request; empty where it says nothing."""

    path: str = ""
    content_type: str = ""
    encoding: str = ""

    @property
    def signal(self) -> Signal | None:
        """Raises BadValueError for a request that was sent elsewhere."""
        if not self.path:
            return None
        name = self.path.partition("?")[0].rstrip("/").rpartition("/")[2]
        if name not in set(Signal):
            raise BadValueError(f"was sent to {self.path[:100]}, which is no address of OTLP")
        return Signal(name)

    @property
    def media_type(self) -> str:
        """PROTOBUF, JSON or empty."""
        named = self.content_type.partition(";")[0].strip().lower()
        return JSON if named.endswith("json") else PROTOBUF if "protobuf" in named else ""


def describes_a_body(file: Path) -> bool:
    """Whether `file` tells how the body beside it was sent: 0001.json beside 0001.body."""
    return file.suffix == ".json" and file.with_suffix(".body").is_file()


def sent_as(body: Path) -> Sent:
    """What the file beside `body` says: {"path": "/v1/traces", "headers": [["Content-Type", "…"], …]}."""
    try:
        with body.with_suffix(".json").open("rb") as file:
            told: Any = json.loads(file.read(_LARGEST_HEADER_FILE))
    except (OSError, ValueError, RecursionError):
        return Sent()
    if body.suffix != ".body" or not isinstance(told, dict):
        return Sent()
    given = told.get("headers")
    pairs = given.items() if isinstance(given, dict) else given if isinstance(given, list) else ()
    headers = {
        str(pair[0]).lower(): str(pair[1])
        for pair in pairs
        if isinstance(pair, (list, tuple)) and len(pair) == 2
    }
    path = told.get("path")
    return Sent(
        path if isinstance(path, str) else "",
        headers.get("content-type", ""),
        headers.get("content-encoding", "").strip().lower(),
    )


def bodies_of(file: InputFile, sent: Sent, on_bytes: Callable[[int], None]) -> Iterator[tuple[str, bytes]]:
    """The file's bodies, each with its place: one, or one a line as a collector's file exporter writes them.

    Raises BadValueError for what is too large or damaged, and what reading a file raises.
    """
    with file.path.open("rb") as raw:
        packed = io.BufferedReader(_Counted(raw, on_bytes), _CHUNK)
        start = packed.peek(2)[:2]
        if start == b"\x1f\x8b":
            stream: BinaryIO = io.BufferedReader(gzip.GzipFile(fileobj=packed), _CHUNK)
        elif sent.encoding == "deflate":
            stream = io.BytesIO(_inflated(_all(packed)))
        else:
            stream = packed
        first = stream.readline(MOST_BYTES + 1)
        if not _is_line_of_several(first):
            yield file.name, first + _all(stream, MOST_BYTES - len(first))
            return
        yield from _lines(file.name, first, stream)


def _lines(name: str, first: bytes, stream: BinaryIO) -> Iterator[tuple[str, bytes]]:
    number, line = 1, first
    while line:
        if len(line) > MOST_BYTES:
            raise BadValueError(f"line {number} is larger than {MOST_BYTES // 2**20} MiB")
        if line.strip():
            yield f"{name}:{number}", line
        number, line = number + 1, stream.readline(MOST_BYTES + 1)


def _is_line_of_several(line: bytes) -> bool:
    """Whether a line is a whole JSON object with an end of line behind it; protobuf begins with a newline."""
    bare = line.removeprefix(b"\xef\xbb\xbf").strip()
    return line.endswith(b"\n") and bare.startswith(b"{") and bare.endswith(b"}")


def _all(stream: BinaryIO, most: int = MOST_BYTES) -> bytes:
    found = stream.read(max(most, 0) + 1)
    if len(found) > most:
        raise BadValueError(f"is larger than {MOST_BYTES // 2**20} MiB")
    return found


def _inflated(packed: bytes) -> bytes:
    """With zlib's wrapping, as the standard asks, or the bare stream, as some clients send it."""
    for bits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        unpacking = zlib.decompressobj(bits)
        try:
            found = unpacking.decompress(packed, MOST_BYTES + 1)
        except zlib.error:
            continue
        if len(found) > MOST_BYTES:
            raise BadValueError(f"is larger than {MOST_BYTES // 2**20} MiB")
        if unpacking.eof:
            return found
    raise BadValueError("is cut off, or not packed with deflate as its headers say")


class _Counted(io.RawIOBase):
    """A file that tells of every chunk read."""

    def __init__(self, raw: BinaryIO, on_bytes: Callable[[int], None]) -> None:
        self._raw = raw
        self._on_bytes = on_bytes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        chunk = self._raw.read(len(buffer))
        buffer[: len(chunk)] = chunk
        self._on_bytes(len(chunk))
        return len(chunk)
