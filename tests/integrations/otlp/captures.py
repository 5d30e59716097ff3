"""Requests that real clients sent, as Spans and LogRecords."""

import gzip
import json
import zlib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from integrations.otlp.decoding import decode_logs, decode_traces
from integrations.otlp.telemetry import LogRecord, Span
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
    content_type = request.headers["content-type"]
    if request.path == "/v1/traces":
        spans = list(decode_traces(_body(request), content_type))
        assert all(isinstance(span, Span) for span in spans), spans
        return read_spans(span for span in spans if isinstance(span, Span))
    if request.path == "/v1/logs":
        records = list(decode_logs(_body(request), content_type))
        assert all(isinstance(record, LogRecord) for record in records), records
        found = read_logs(record for record in records if isinstance(record, LogRecord))
        return TraceReading(items=list(found))
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


def _body(request: Request) -> bytes:
    encoding = request.headers.get("content-encoding", "")
    return {"gzip": gzip.decompress, "deflate": zlib.decompress}.get(encoding, bytes)(request.body)
