"""Bodies of OTLP/HTTP requests (https://opentelemetry.io/docs/specs/otlp/), in protobuf or JSON, as telemetry."""

from collections.abc import Iterator
from enum import StrEnum

from integrations.otlp.telemetry import LogRecord, Span
from integrations.sources.parsed import Rejection

PROTOBUF = "application/x-protobuf"
JSON = "application/json"


class Signal(StrEnum):
    TRACES = "traces"
    LOGS = "logs"
    METRICS = "metrics"


def decode_traces(body: bytes, content_type: str) -> Iterator[Span | Rejection]:
    """The body's spans in order; one that cannot be read is a Rejection, the others stand.

    `content_type` is PROTOBUF or JSON. Raises BadValueError, at the latest while iterating, when the message
    around the spans cannot be read.
    """
    raise NotImplementedError


def decode_logs(body: bytes, content_type: str) -> Iterator[LogRecord | Rejection]:
    """The body's log records, as `decode_traces`."""
    raise NotImplementedError


def validate_metrics(body: bytes, content_type: str) -> None:
    """Raises BadValueError when the body is no message of metrics."""
    raise NotImplementedError


def guess(body: bytes) -> tuple[Signal, str]:
    """Which signal a body is, and its content type, when nothing but the body was kept.

    Raises BadValueError when it is none.
    """
    raise NotImplementedError
