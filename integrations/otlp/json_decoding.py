"""OTLP in JSON: our own reading, as protobuf's own JSON parser takes ids for base64 and knows no leniency."""

import json
from collections.abc import Iterator
from typing import Any

from integrations.otlp.fields import SPAN_ID_BYTES, TRACE_ID_BYTES, rejection, required
from integrations.otlp.json_values import (
    Object,
    attributes_in,
    field,
    identity_in,
    moment_in,
    object_in,
    objects,
    status_in,
    text_in,
    value_of,
)
from integrations.otlp.telemetry import Attributes, Event, LogRecord, Scope, Span
from integrations.sources.parsed import Rejection
from integrations.sources.values import BadValueError

_ADDRESSES = {"resourceSpans": "/v1/traces", "resourceLogs": "/v1/logs", "resourceMetrics": "/v1/metrics"}


def parsed(body: bytes, wanted: str) -> Object:
    """The message, of which `wanted` is the one field. Raises BadValueError, with the place."""
    try:
        document = json.loads(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadValueError(f"The body is not UTF-8: see byte {error.start + 1:,}") from None
    except json.JSONDecodeError as error:
        raise BadValueError(f"The body is not JSON: {error.msg} at character {error.pos + 1:,}") from None
    except (ValueError, RecursionError):
        # An integer of thousands of digits; too many brackets.
        raise BadValueError("The body is not JSON: a number or the nesting is beyond all bounds") from None
    if not isinstance(document, dict):
        raise BadValueError("The body is not a JSON object")
    if field(document, wanted) is None:
        for name, address in _ADDRESSES.items():
            if field(document, name):
                raise BadValueError(f"{name}: belongs to {address}")
    return document


def spans(body: bytes) -> Iterator[Span | Rejection]:
    for scope, span, where in _items(parsed(body, "resourceSpans"), "resourceSpans", "scopeSpans", "spans"):
        yield _span(span, scope, where)


def log_records(body: bytes) -> Iterator[LogRecord | Rejection]:
    for scope, record, where in _items(
        parsed(body, "resourceLogs"), "resourceLogs", "scopeLogs", "logRecords"
    ):
        yield _log_record(record, scope, where)


def check_metrics(body: bytes) -> None:
    for _ in _items(parsed(body, "resourceMetrics"), "resourceMetrics", "scopeMetrics", "metrics"):
        pass


def _items(message: Object, outer: str, inner: str, innermost: str) -> Iterator[tuple[Scope, Any, str]]:
    """Every span, log record or metric, with its scope and its place."""
    for i, of_resource in enumerate(objects(message, outer)):
        place = f"{outer}[{i}]"
        resource = _resource(of_resource, place)
        for j, of_scope in enumerate(objects(of_resource, inner, place)):
            where = f"{place}.{inner}[{j}]"
            scope = _scope(of_scope, resource, where)
            items = field(of_scope, innermost)
            if items is not None and not isinstance(items, list):
                raise BadValueError(f"{where}.{innermost}: is not a list")
            for k, item in enumerate(items or ()):
                yield scope, item, f"{where}.{innermost}[{k}]"


def _span(node: Any, scope: Scope, where: str) -> Span | Rejection:
    if not isinstance(node, dict):
        return rejection(where, BadValueError("is not an object"), {})
    try:
        status = object_in(node, "status")
        return Span(
            where=where,
            scope=scope,
            trace_id=required(identity_in(node, "traceId", TRACE_ID_BYTES), "traceId"),
            span_id=required(identity_in(node, "spanId", SPAN_ID_BYTES), "spanId"),
            parent_span_id=identity_in(node, "parentSpanId", SPAN_ID_BYTES),
            name=text_in(node, "name"),
            started_at=moment_in(node, "startTimeUnixNano"),
            ended_at=moment_in(node, "endTimeUnixNano"),
            status=status_in(status),
            status_message=text_in(status, "message"),
            attributes=attributes_in(node),
            events=tuple(map(_event, objects(node, "events"))),
        )
    except BadValueError as error:
        return rejection(where, error, _told(node, "name", "traceId", "spanId"))


def _event(node: Object) -> Event:
    return Event(
        name=text_in(node, "name"), at=moment_in(node, "timeUnixNano"), attributes=attributes_in(node)
    )


def _log_record(node: Any, scope: Scope, where: str) -> LogRecord | Rejection:
    if not isinstance(node, dict):
        return rejection(where, BadValueError("is not an object"), {})
    try:
        attributes = attributes_in(node)
        return LogRecord(
            where=where,
            scope=scope,
            trace_id=identity_in(node, "traceId", TRACE_ID_BYTES),
            span_id=identity_in(node, "spanId", SPAN_ID_BYTES),
            at=moment_in(node, "timeUnixNano") or moment_in(node, "observedTimeUnixNano"),
            event_name=text_in(node, "eventName") or str(attributes.get("event.name") or ""),
            body=value_of(node.get("body")),
            attributes=attributes,
        )
    except BadValueError as error:
        return rejection(where, error, _told(node, "eventName", "traceId", "timeUnixNano"))


def _told(node: Object, *names: str) -> Object:
    return {name: value for name in names if isinstance(value := field(node, name), (str, int))}


def _resource(node: Object, where: str) -> Attributes:
    try:
        return attributes_in(object_in(node, "resource"))
    except BadValueError as error:
        raise BadValueError(f"{where}.resource: {error}") from None


def _scope(node: Object, resource: Attributes, where: str) -> Scope:
    try:
        scope = object_in(node, "scope")
        return Scope(name=text_in(scope, "name"), version=text_in(scope, "version"), resource=resource)
    except BadValueError as error:
        raise BadValueError(f"{where}.scope: {error}") from None
