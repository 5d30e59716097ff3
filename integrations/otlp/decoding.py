"""Bodies of OTLP/HTTP requests, in protobuf or JSON, as telemetry (https://opentelemetry.io/docs/specs/otlp/)."""

import re
from collections.abc import Iterator
from enum import StrEnum

from integrations.otlp import json_decoding, protobuf_decoding
from integrations.otlp.telemetry import LogRecord, Span
from integrations.sources.parsed import Rejection
from integrations.sources.values import BadValueError

PROTOBUF = "application/x-protobuf"
JSON = "application/json"


class Signal(StrEnum):
    TRACES = "traces"
    LOGS = "logs"
    METRICS = "metrics"


_JSON_FIELD = re.compile(rb'"(resource_?spans|resource_?logs|resource_?metrics)"\s*:', re.IGNORECASE)
_SIGNALS = {
    b"resourcespans": Signal.TRACES,
    b"resourcelogs": Signal.LOGS,
    b"resourcemetrics": Signal.METRICS,
}


def decode_traces(body: bytes, content_type: str) -> Iterator[Span | Rejection]:
    """The body's spans in order; one that cannot be read is a Rejection, the others stand.

    `content_type` is PROTOBUF or JSON, parameters allowed. Raises BadValueError, at the latest while
    iterating, when the message around the spans cannot be read.
    """
    return json_decoding.spans(body) if _is_json(content_type) else protobuf_decoding.spans(body)


def decode_logs(body: bytes, content_type: str) -> Iterator[LogRecord | Rejection]:
    """The body's log records, as `decode_traces`."""
    return json_decoding.log_records(body) if _is_json(content_type) else protobuf_decoding.log_records(body)


def check_metrics(body: bytes, content_type: str) -> None:
    """Raises BadValueError when the body is no message of metrics."""
    (json_decoding if _is_json(content_type) else protobuf_decoding).check_metrics(body)


def guess(body: bytes) -> tuple[Signal, str]:
    """Which signal a body is, and its content type, when nothing but the body was kept.

    Raises BadValueError when it is none.
    """
    if body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
        found = _JSON_FIELD.search(body)
        if found:
            return _SIGNALS[found[1].lower().replace(b"_", b"")], JSON
    if (kind := protobuf_decoding.kind_of(body)) is not None:
        return Signal(kind), PROTOBUF
    raise BadValueError("The file is no body of an OTLP request")


def _is_json(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == JSON
