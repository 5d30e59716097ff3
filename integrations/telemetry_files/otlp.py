"""Bodies of OTLP requests saved to files: protobuf or JSON, plain, gzip or deflate, one a file or one a line.

Counting convention and native id: those of the live door (integrations.otlp), so that what was sent and what
was saved are the same calls. The content decides what a file is, unless a file beside it says how it was sent
(0001.json with path and headers beside 0001.body). Metrics add calls up, and are left out.
"""

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from integrations.otlp.decoding import JSON, PROTOBUF, Signal, decode_logs, decode_traces, guess
from integrations.otlp.telemetry import LogRecord, Span
from integrations.otlp.usage import read_logs, read_spans
from integrations.sources.files import READ_ERRORS, InputFile, read_fault
from integrations.sources.parsed import Ignored, Link, OnBytes, Parsed, Rejection, SourceFormat
from integrations.sources.values import BadValueError
from integrations.telemetry_files.saved_body import Sent, bodies_of, describes_a_body, sent_as

Item = TypeVar("Item", Span, LogRecord)

_GIVE_UP_AFTER = 10
"""Lines that are no bodies from the start on: the file is something else."""


def read(files: Sequence[InputFile], on_bytes: OnBytes) -> Generator[Parsed, None, None]:
    """The calls of `files`, and how their spans lie in one another; body by body as they are read."""
    for file in files:
        if describes_a_body(file.path):
            on_bytes(file.size)
            continue
        try:
            yield from _read_file(file, sent_as(file.path), on_bytes)
        except BadValueError as error:
            yield Rejection(file.name, str(error))
        except READ_ERRORS as error:
            yield Rejection(file.name, read_fault(error))


def _read_file(file: InputFile, sent: Sent, on_bytes: OnBytes) -> Iterator[Parsed]:
    signal = sent.signal
    good = bad = 0
    for where, body in bodies_of(file, sent, on_bytes):
        if not body:
            yield Rejection(where, "the file is empty")
            continue
        try:
            yield from _read_body(where, body, signal, sent.media_type)
        except BadValueError as error:
            bad += 1
            yield Rejection(where, str(error))
            if not good and bad == _GIVE_UP_AFTER:
                yield Rejection(file.name, f"none of its first {bad} lines is the body of an OTLP request")
                return
        else:
            good += 1


def _read_body(where: str, body: bytes, signal: Signal | None, media_type: str) -> Iterator[Parsed]:
    """Raises BadValueError when the body is none of its signal."""
    if signal is None or not media_type:
        guessed, guessed_type = (signal, _type_of(body)) if signal else guess(body)
        signal, media_type = guessed, media_type or guessed_type
    if signal is Signal.METRICS:
        yield Ignored("bodies of metrics, which add calls up")
    elif signal is Signal.LOGS:
        records: list[LogRecord] = []
        yield from _sorted_out(where, decode_logs(body, media_type), records)
        yield from read_logs(records)
    else:
        spans: list[Span] = []
        yield from _sorted_out(where, decode_traces(body, media_type), spans)
        reading = read_spans(spans)
        yield from (Link(*link) for link in reading.links)
        yield from reading.items


def _type_of(body: bytes) -> str:
    return JSON if body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{" else PROTOBUF


def _sorted_out(where: str, decoded: Iterable[Item | Rejection], items: list[Item]) -> Iterator[Rejection]:
    """Adds what was decoded to `items`, with its place; yields what could not be."""
    for item in decoded:
        place = f"{where}: {item.where}"
        if isinstance(item, Rejection):
            yield replace(item, where=place)
        else:
            items.append(replace(item, where=place))


FORMAT = SourceFormat(
    kind="otlp",
    suffixes=(".body", ".json", ".jsonl", ".pb", ".bin"),
    read=read,
    default_paths=list,
)
