"""Spans, log records and events of our own for the tests of vocabularies."""

from datetime import UTC, datetime, timedelta
from typing import Any

from billing.ledger.events import UsageEvent
from integrations.otlp.telemetry import Attributes, LogRecord, Scope, Span
from integrations.otlp.usage import read_logs, read_spans
from integrations.sources.parsed import ParsedUsage, Rejection

STARTED = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
ENDED = STARTED + timedelta(milliseconds=1500)
TRACE = "0af7651916cd43dd8448eb211c80319c"
SPAN = "b7ad6b7169203331"


def make_scope(name: str = "acme.tracing", version: str = "1.0", **resource: Any) -> Scope:
    return Scope(name=name, version=version, resource={"service.name": "shop", **resource})


def make_span(attributes: Attributes, scope: Scope | None = None, **overrides: Any) -> Span:
    values: dict[str, Any] = {
        "where": "span 1",
        "scope": scope or make_scope(),
        "trace_id": TRACE,
        "span_id": SPAN,
        "parent_span_id": "",
        "name": "chat",
        "started_at": STARTED,
        "ended_at": ENDED,
        "status": 0,
        "status_message": "",
        "attributes": attributes,
    }
    return Span(**values | overrides)


def make_record(event_name: str, attributes: Attributes, **overrides: Any) -> LogRecord:
    values: dict[str, Any] = {
        "where": "record 1",
        "scope": make_scope(),
        "trace_id": "",
        "span_id": "",
        "at": ENDED,
        "event_name": event_name,
        "body": None,
        "attributes": attributes,
    }
    return LogRecord(**values | overrides)


def make_event(**overrides: Any) -> UsageEvent:
    """What becomes of `make_span` with nothing but its place; the rest is said by `overrides`."""
    values: dict[str, Any] = {
        "occurred_at": ENDED,
        "provider": "openai",
        "model": "gpt-5",
        "source": "",
        "native_id": f"{TRACE}:{SPAN}",
        "dedup_scope": "otlp",
        "dedup_time": STARTED,
        "latency_ms": 1500,
        "observer": "acme.tracing@1.0",
        "service": "shop",
        "trace_id": TRACE,
        "span_id": SPAN,
    }
    return UsageEvent(**values | overrides)


def the_call(span: Span, **options: Any) -> ParsedUsage:
    """The one call that a span tells of."""
    (item,) = read_spans([span], **options).items
    assert isinstance(item, ParsedUsage), item
    return item


def the_logged_call(record: LogRecord, **options: Any) -> ParsedUsage:
    (item,) = read_logs([record], **options)
    assert isinstance(item, ParsedUsage), item
    return item


def the_refusal(span: Span) -> Rejection:
    (item,) = read_spans([span]).items
    assert isinstance(item, Rejection), item
    return item
