"""Requests that real clients sent, as Spans and LogRecords."""

import base64
import gzip
import json
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from integrations.otlp.telemetry import Event, LogRecord, Scope, Span
from integrations.otlp.usage import TraceReading, read_logs, read_spans

FOLDERS = (
    "claude_code_full",
    "double_instrumented_pydantic",
    "gemini_full",
    "multi_project_otel",
    "openinference_anthropic",
    "openllmetry_openai",
    "otel_genai_openai",
    "vercel_ai_json_gzip",
)
COLUMNS = {
    "input_tokens": "input_tokens",
    "cache_read_tokens": "cache_read_tokens",
    "cache_write_tokens": "cache_write_tokens",
    "output_tokens": "output_tokens",
    "reasoning_tokens": "reasoning_tokens",
}
"""Column of the ledger → its name in the truths."""

PROVIDERS = {"llama-3.3-70b": "groqish"}
"""Models whose provider goes by another name on the wire than in the truth, which knows whom it played."""

Sums = dict[tuple[str, str], dict[str, int]]
"""(provider, model) → column → sum; `calls` counts."""


@dataclass(frozen=True, slots=True)
class Request:
    name: str
    path: str
    headers: dict[str, str]
    body: bytes


def requests_of(folder: Path) -> list[Request]:
    """In the order in which they came."""
    found = []
    for described in sorted((folder / "requests").glob("*.json")):
        meta = json.loads(described.read_text())
        headers = {name.lower(): value for name, value in meta["headers"]}
        body = described.with_suffix(".body").read_bytes()
        found.append(Request(described.stem, meta["path"], headers, body))
    return found


def read(request: Request) -> TraceReading:
    """What a request tells of; metrics tell of nothing."""
    if request.path == "/v1/traces":
        return read_spans(_spans(request))
    if request.path == "/v1/logs":
        return TraceReading(items=list(read_logs(_records(request))))
    return TraceReading()


def truth(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "expected.json").read_text())


def check(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "capture_check.json").read_text())


def reported_by_model(folder: Path) -> Sums:
    """The calls whose usage the provider told the client."""
    sums: Sums = defaultdict(lambda: dict.fromkeys(("calls", *COLUMNS), 0))
    for call in truth(folder)["calls"]:
        if call["usage_reported"] and call["tokens"]:
            provider = PROVIDERS.get(call["response_model"], call["provider"])
            add(sums[provider, call["response_model"]], {c: call["tokens"][n] for c, n in COLUMNS.items()})
    return dict(sums)


def add(sums: dict[str, int], call: dict[str, int | None]) -> None:
    sums["calls"] += 1
    for column, value in call.items():
        sums[column] += value or 0


def _document(request: Request) -> tuple[dict[str, Any], bool]:
    """The message as a dict, and whether its ids are hex (JSON), not base64."""
    inflate = {"gzip": gzip.decompress, "deflate": zlib.decompress}.get(
        request.headers.get("content-encoding", "")
    )
    body = inflate(request.body) if inflate else request.body
    if "json" in request.headers["content-type"]:
        return json.loads(body), True
    message = ExportTraceServiceRequest if request.path == "/v1/traces" else ExportLogsServiceRequest
    return MessageToDict(message.FromString(body)), False


def _groups(
    request: Request, outer: str, middle: str, inner: str
) -> Iterator[tuple[Scope, dict[str, Any], bool]]:
    document, is_hex = _document(request)
    for resource in document.get(outer, []):
        about = _attributes(resource.get("resource", {}).get("attributes"))
        for group in resource.get(middle, []):
            told = group.get("scope", {})
            scope = Scope(name=told.get("name") or "", version=told.get("version") or "", resource=about)
            for member in group.get(inner, []):
                yield scope, member, is_hex


def _spans(request: Request) -> Iterator[Span]:
    for number, (scope, span, is_hex) in enumerate(
        _groups(request, "resourceSpans", "scopeSpans", "spans"), start=1
    ):
        code = span.get("status", {}).get("code", 0)
        yield Span(
            where=f"{request.name}: span {number}",
            scope=scope,
            trace_id=_id(span["traceId"], is_hex),
            span_id=_id(span["spanId"], is_hex),
            parent_span_id=_id(span.get("parentSpanId"), is_hex),
            name=span["name"],
            started_at=_time(span.get("startTimeUnixNano")),
            ended_at=_time(span.get("endTimeUnixNano")),
            status={"STATUS_CODE_OK": 1, "STATUS_CODE_ERROR": 2}.get(code, code),
            status_message=span.get("status", {}).get("message", ""),
            attributes=_attributes(span.get("attributes")),
            events=tuple(
                Event(name=event["name"], at=None, attributes=_attributes(event.get("attributes")))
                for event in span.get("events", [])
            ),
        )


def _records(request: Request) -> Iterator[LogRecord]:
    for number, (scope, record, is_hex) in enumerate(
        _groups(request, "resourceLogs", "scopeLogs", "logRecords"), start=1
    ):
        said = _attributes(record.get("attributes"))
        yield LogRecord(
            where=f"{request.name}: record {number}",
            scope=scope,
            trace_id=_id(record.get("traceId"), is_hex),
            span_id=_id(record.get("spanId"), is_hex),
            at=_time(record.get("timeUnixNano")) or _time(record.get("observedTimeUnixNano")),
            event_name=record.get("eventName") or said.get("event.name") or "",
            body=None,
            attributes=said,
        )


def _attributes(pairs: Iterable[dict[str, Any]] | None) -> dict[str, Any]:
    return {pair["key"]: _value(pair.get("value", {})) for pair in pairs or ()}


def _value(value: dict[str, Any]) -> Any:
    for kind, held in value.items():
        if kind == "intValue":
            return int(held)
        if kind == "arrayValue":
            return [_value(member) for member in held.get("values", [])]
        if kind == "kvlistValue":
            return _attributes(held.get("values"))
        return held
    return None


def _id(value: str | None, is_hex: bool) -> str:
    if not value:
        return ""
    return value if is_hex else base64.b64decode(value).hex()


def _time(nanoseconds: str | int | None) -> datetime | None:
    if not nanoseconds or not int(nanoseconds):
        return None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(nanoseconds) // 1000)
