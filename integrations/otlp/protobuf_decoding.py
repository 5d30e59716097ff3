"""OTLP in protobuf."""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from google.protobuf.message import DecodeError, Message  # type: ignore[import-untyped]  # has no types
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1 import common_pb2
from opentelemetry.proto.logs.v1 import logs_pb2
from opentelemetry.proto.resource.v1 import resource_pb2
from opentelemetry.proto.trace.v1 import trace_pb2

from integrations.otlp.fields import (
    SPAN_ID_BYTES,
    TRACE_ID_BYTES,
    finite,
    identity,
    moment_of,
    rejection,
    required,
    status_of,
)
from integrations.otlp.telemetry import Attributes, Event, LogRecord, Scope, Span
from integrations.sources.parsed import Rejection
from integrations.sources.values import BadValueError, storable

M = TypeVar("M", bound=Message)


def parsed(kind: type[M], body: bytes) -> M:
    """Raises BadValueError when the body is no such message. Parsers of protobuf name no place."""
    try:
        message: M = kind.FromString(body)
    except DecodeError:
        name = kind.__name__
        raise BadValueError(f"{name}: is cut off, damaged, or no protobuf message of this kind") from None
    return message


def spans(body: bytes) -> Iterator[Span | Rejection]:
    message = parsed(ExportTraceServiceRequest, body)
    for i, of_resource in enumerate(message.resource_spans):
        resource = _resource(of_resource.resource)
        for j, of_scope in enumerate(of_resource.scope_spans):
            scope = _scope(of_scope.scope, resource)
            for k, span in enumerate(of_scope.spans):
                yield _span(span, scope, f"resourceSpans[{i}].scopeSpans[{j}].spans[{k}]")


def log_records(body: bytes) -> Iterator[LogRecord | Rejection]:
    message = parsed(ExportLogsServiceRequest, body)
    for i, of_resource in enumerate(message.resource_logs):
        resource = _resource(of_resource.resource)
        for j, of_scope in enumerate(of_resource.scope_logs):
            scope = _scope(of_scope.scope, resource)
            for k, record in enumerate(of_scope.log_records):
                yield _log_record(record, scope, f"resourceLogs[{i}].scopeLogs[{j}].logRecords[{k}]")


def check_metrics(body: bytes) -> None:
    parsed(ExportMetricsServiceRequest, body)


def kind_of(body: bytes) -> str | None:
    """Which of the three messages a body is, by the first item in it: they share their outer fields."""
    if isinstance(_first(spans(body)), Span):
        return "traces"
    if isinstance(record := _first(log_records(body)), LogRecord) and record.at is not None:
        return "logs"
    return "metrics" if _has_metrics(body) else None


def _first(items: Iterator[Any]) -> Any:
    try:
        return next(items, None)
    except BadValueError:
        return None


def _has_metrics(body: bytes) -> bool:
    try:
        message = parsed(ExportMetricsServiceRequest, body)
    except BadValueError:
        return False
    return any(
        metric.WhichOneof("data")
        for of_resource in message.resource_metrics
        for of_scope in of_resource.scope_metrics
        for metric in of_scope.metrics
    )


def _span(span: trace_pb2.Span, scope: Scope, where: str) -> Span | Rejection:
    try:
        return Span(
            where=where,
            scope=scope,
            trace_id=required(identity(span.trace_id, TRACE_ID_BYTES, "traceId"), "traceId"),
            span_id=required(identity(span.span_id, SPAN_ID_BYTES, "spanId"), "spanId"),
            parent_span_id=identity(span.parent_span_id, SPAN_ID_BYTES, "parentSpanId"),
            name=storable(span.name),
            started_at=moment_of(span.start_time_unix_nano),
            ended_at=moment_of(span.end_time_unix_nano),
            status=status_of(span.status.code),
            status_message=storable(span.status.message),
            attributes=_attributes(span.attributes),
            events=tuple(
                Event(
                    name=storable(event.name),
                    at=moment_of(event.time_unix_nano),
                    attributes=_attributes(event.attributes),
                )
                for event in span.events
            ),
        )
    except BadValueError as error:
        told = {"name": span.name, "traceId": span.trace_id.hex(), "spanId": span.span_id.hex()}
        return rejection(where, error, told)


def _log_record(record: logs_pb2.LogRecord, scope: Scope, where: str) -> LogRecord | Rejection:
    try:
        attributes = _attributes(record.attributes)
        return LogRecord(
            where=where,
            scope=scope,
            trace_id=identity(record.trace_id, TRACE_ID_BYTES, "traceId"),
            span_id=identity(record.span_id, SPAN_ID_BYTES, "spanId"),
            at=moment_of(record.time_unix_nano) or moment_of(record.observed_time_unix_nano),
            event_name=storable(record.event_name) or str(attributes.get("event.name") or ""),
            body=_value(record.body),
            attributes=attributes,
        )
    except BadValueError as error:
        told = {
            "eventName": record.event_name,
            "traceId": record.trace_id.hex(),
            "timeUnixNano": record.time_unix_nano,
        }
        return rejection(where, error, told)


def _resource(resource: resource_pb2.Resource) -> Attributes:
    return _attributes(resource.attributes)


def _scope(scope: common_pb2.InstrumentationScope, resource: Attributes) -> Scope:
    return Scope(name=storable(scope.name), version=storable(scope.version), resource=resource)


def _attributes(pairs: Iterable[common_pb2.KeyValue]) -> Attributes:
    return {storable(pair.key): _value(pair.value) for pair in pairs}


def _value(value: common_pb2.AnyValue) -> Any:
    """The parser itself bounds how deep values lie in one another: about thirty levels."""
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    if kind == "string_value":
        return storable(value.string_value)
    if kind == "double_value":
        return finite(value.double_value)
    if kind == "array_value":
        return [_value(member) for member in value.array_value.values]
    if kind == "kvlist_value":
        return _attributes(value.kvlist_value.values)
    if kind == "bytes_value":
        return b64encode(value.bytes_value).decode("ascii")
    return getattr(value, kind) if kind in {"int_value", "bool_value"} else None
