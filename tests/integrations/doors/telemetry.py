"""OTLP requests of our own, in both encodings."""

import base64
from typing import Any

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue, KeyValueList
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs, ScopeLogs
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    Gauge,
    Metric,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
)
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

TRACE_ID = bytes.fromhex("0af7651916cd43dd8448eb211c80319c")
STARTED = 1_772_366_400_000_000_000
ENDED = STARTED + 1_500_000_000
SCOPE = InstrumentationScope(name="opentelemetry.instrumentation.openai", version="1.0")

_IDS = frozenset({"traceId", "spanId", "parentSpanId"})


def any_value(value: Any) -> AnyValue:
    if isinstance(value, AnyValue):
        return value
    if isinstance(value, bool):
        return AnyValue(bool_value=value)
    if isinstance(value, int):
        return AnyValue(int_value=value)
    if isinstance(value, float):
        return AnyValue(double_value=value)
    if isinstance(value, bytes):
        return AnyValue(bytes_value=value)
    if isinstance(value, dict):
        return AnyValue(kvlist_value=KeyValueList(values=pairs(value)))
    if isinstance(value, list):
        found = AnyValue()
        found.array_value.values.extend(map(any_value, value))
        return found
    return AnyValue() if value is None else AnyValue(string_value=value)


def pairs(attributes: dict[str, Any]) -> list[KeyValue]:
    return [KeyValue(key=key, value=any_value(value)) for key, value in attributes.items()]


def call(number: int = 1, **overrides: Any) -> Span:
    """The span of a model call of 1,000 + 50 tokens; each `number` is another call."""
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-5",
        "gen_ai.response.model": "gpt-5",
        "gen_ai.response.id": f"chatcmpl-{number}",
        "gen_ai.usage.input_tokens": 1_000,
        "gen_ai.usage.output_tokens": 50,
    } | overrides.pop("attributes", {})
    values: dict[str, Any] = {
        "trace_id": TRACE_ID,
        "span_id": number.to_bytes(8, "big"),
        "name": "chat gpt-5",
        "start_time_unix_nano": STARTED,
        "end_time_unix_nano": ENDED,
        "attributes": pairs(attributes),
        "status": Status(code=Status.STATUS_CODE_OK),
    }
    return Span(**values | overrides)


def traces(*spans: Span, scope: InstrumentationScope = SCOPE) -> ExportTraceServiceRequest:
    resource = Resource(attributes=pairs({"service.name": "shop"}))
    of_scope = ScopeSpans(scope=scope, spans=spans)
    return ExportTraceServiceRequest(
        resource_spans=[ResourceSpans(resource=resource, scope_spans=[of_scope])]
    )


def logged_call(number: int = 1, **overrides: Any) -> LogRecord:
    """A call as Claude Code logs it: 10 + 90 cached + 50 tokens."""
    attributes = {
        "event.name": "api_request",
        "event.timestamp": "2026-03-01T12:00:01.500Z",
        "session.id": "93fdd7c9-3c72-4557-a6c0-9372788cf73a",
        "model": "claude-sonnet-4-5",
        "input_tokens": 10,
        "output_tokens": 50,
        "cache_read_tokens": 90,
        "cache_creation_tokens": 0,
        "cost_usd": 0.01,
        "request_id": f"req_{number}",
    } | overrides.pop("attributes", {})
    values: dict[str, Any] = {
        "time_unix_nano": ENDED,
        "body": any_value("claude_code.api_request"),
        "attributes": pairs(attributes),
    }
    return LogRecord(**values | overrides)


def logs(*records: LogRecord) -> ExportLogsServiceRequest:
    resource = Resource(attributes=pairs({"service.name": "claude-code"}))
    of_scope = ScopeLogs(
        scope=InstrumentationScope(name="com.anthropic.claude_code.events", version="2.1.197"),
        log_records=records,
    )
    return ExportLogsServiceRequest(resource_logs=[ResourceLogs(resource=resource, scope_logs=[of_scope])])


def metrics() -> ExportMetricsServiceRequest:
    point = NumberDataPoint(time_unix_nano=ENDED, as_int=1_000)
    metric = Metric(name="gen_ai.client.token.usage", gauge=Gauge(data_points=[point]))
    return ExportMetricsServiceRequest(
        resource_metrics=[ResourceMetrics(scope_metrics=[ScopeMetrics(scope=SCOPE, metrics=[metric])])]
    )


def as_json(message: Any) -> Any:
    """As OTLP writes it: protobuf's JSON but for the ids, which are hex."""
    return _with_hex_ids(MessageToDict(message))


def _with_hex_ids(node: Any) -> Any:
    if isinstance(node, list):
        return [_with_hex_ids(member) for member in node]
    if not isinstance(node, dict):
        return node
    return {
        key: base64.b64decode(value).hex() if key in _IDS else _with_hex_ids(value)
        for key, value in node.items()
    }
