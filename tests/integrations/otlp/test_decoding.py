"""Both encodings of a message give equal telemetry."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope
from opentelemetry.proto.trace.v1.trace_pb2 import Span as SentSpan
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from integrations.otlp.decoding import JSON, PROTOBUF, Signal, decode_logs, decode_traces, guess
from integrations.otlp.telemetry import Event, LogRecord, Scope, Span
from integrations.sources.parsed import Rejection
from integrations.sources.values import BadValueError
from tests.integrations.doors.telemetry import (
    STARTED,
    any_value,
    as_json,
    call,
    logged_call,
    logs,
    metrics,
    pairs,
    traces,
)

VALUES = {
    "text": "tokens",
    "nothing in it": "",
    "U+0000": "a\x00b",
    "yes": True,
    "no": False,
    "zero": 0,
    "largest": 2**63 - 1,
    "smallest": -(2**63),
    "half": 0.5,
    "no number": float("nan"),
    "beyond": float("-inf"),
    "bytes": b"\xff\xfe",
    "list": ["a", 1, None, [True]],
    "pairs": {"inner": {"deep": 2}},
    "nothing": None,
}
PLAIN = VALUES | {"U+0000": "ab", "no number": "NaN", "beyond": "-Infinity", "bytes": "//4="}
TRACE = "0af7651916cd43dd8448eb211c80319c"
WHERE = "resourceSpans[0].scopeSpans[0].spans[0]"


def bodies(message: Any) -> list[tuple[bytes, str]]:
    written = json.dumps(as_json(message), indent=1).encode()
    return [
        (message.SerializeToString(), PROTOBUF),
        (written, JSON),
        (b"\xef\xbb\xbf" + written, "Application/JSON; charset=utf-8"),
    ]


def test_a_span_is_the_same_in_both() -> None:
    sent = SentSpan(
        trace_id=bytes.fromhex(TRACE),
        span_id=bytes([1] * 8),
        parent_span_id=bytes([2] * 8),
        name="chat gpt-5",
        start_time_unix_nano=STARTED + 1_234_999,
        end_time_unix_nano=2**64 - 1,
        status=Status(code=Status.STATUS_CODE_ERROR, message="It broke."),
        attributes=pairs(VALUES),
        events=[SentSpan.Event(name="exception", time_unix_nano=STARTED, attributes=pairs({"n": 1}))],
    )
    started = datetime(2026, 3, 1, 12, tzinfo=UTC)
    expected = Span(
        where=WHERE,
        scope=Scope(name="scope", version="1.2", resource={"service.name": "shop"}),
        trace_id=TRACE,
        span_id="01" * 8,
        parent_span_id="02" * 8,
        name="chat gpt-5",
        started_at=started.replace(microsecond=1_234),
        ended_at=datetime(2554, 7, 21, 23, 34, 33, 709_551, tzinfo=UTC),
        status=2,
        status_message="It broke.",
        attributes=PLAIN,
        events=(Event(name="exception", at=started, attributes={"n": 1}),),
    )
    message = traces(sent, scope=InstrumentationScope(name="scope", version="1.2"))
    assert [list(decode_traces(*body)) for body in bodies(message)] == [[expected]] * 3


def test_a_log_record_is_the_same_in_both() -> None:
    sent = logged_call(body=any_value(VALUES), event_name="api_request", span_id=bytes([3] * 8))
    expected = LogRecord(
        where="resourceLogs[0].scopeLogs[0].logRecords[0]",
        scope=Scope(
            name="com.anthropic.claude_code.events",
            version="2.1.197",
            resource={"service.name": "claude-code"},
        ),
        trace_id="",
        span_id="03" * 8,
        at=datetime(2026, 3, 1, 12, 0, 1, 500_000, tzinfo=UTC),
        event_name="api_request",
        body=PLAIN,
        attributes={
            "event.name": "api_request",
            "event.timestamp": "2026-03-01T12:00:01.500Z",
            "session.id": "93fdd7c9-3c72-4557-a6c0-9372788cf73a",
            "model": "claude-sonnet-4-5",
            "input_tokens": 10,
            "output_tokens": 50,
            "cache_read_tokens": 90,
            "cache_creation_tokens": 0,
            "cost_usd": 0.01,
            "request_id": "req_1",
        },
    )
    assert [list(decode_logs(*body)) for body in bodies(logs(sent))] == [[expected]] * 3


def test_an_event_is_named_by_its_attribute_and_timed_by_its_observer() -> None:
    sent = logged_call(time_unix_nano=0, observed_time_unix_nano=STARTED)
    for body in bodies(logs(sent)):
        (record,) = decode_logs(*body)
        assert isinstance(record, LogRecord)
        assert (record.event_name, record.at) == ("api_request", datetime(2026, 3, 1, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("overrides", "reason"),
    [
        ({"trace_id": bytes(16)}, "traceId: is missing or all zeros"),
        ({"span_id": b""}, "spanId: is missing or all zeros"),
        ({"trace_id": bytes([7] * 5)}, None),
        ({"parent_span_id": bytes([7] * 16)}, None),
    ],
)
def test_one_bad_span_leaves_the_others(overrides: dict[str, Any], reason: str | None) -> None:
    message = traces(call(1), call(2, **overrides), call(3))
    for body in bodies(message):
        first, bad, last = decode_traces(*body)
        assert isinstance(first, Span)
        assert isinstance(last, Span)
        assert isinstance(bad, Rejection)
        assert bad.where == "resourceSpans[0].scopeSpans[0].spans[1]"
        assert reason in {None, bad.reason}
        assert "chat gpt-5" in bad.raw
        assert "gen_ai" not in bad.raw


def test_a_parent_of_zeros_is_none() -> None:
    for body in bodies(traces(call(1, parent_span_id=bytes(8)))):
        (span,) = decode_traces(*body)
        assert isinstance(span, Span)
        assert span.parent_span_id == ""


@pytest.mark.parametrize("content_type", [PROTOBUF, JSON])
@pytest.mark.parametrize("decode", [decode_traces, decode_logs])
def test_a_message_of_nothing_tells_of_nothing(decode: Any, content_type: str) -> None:
    assert list(decode(b"" if content_type == PROTOBUF else b"{}", content_type)) == []


def test_a_damaged_protobuf_message_is_no_message() -> None:
    body = traces(call(1)).SerializeToString()
    for damaged in (body[:-1], b"\xff" + body, b"tokens"):
        with pytest.raises(BadValueError, match=r"^ExportTraceServiceRequest: is cut off, damaged"):
            list(decode_traces(damaged, PROTOBUF))


@pytest.mark.parametrize(
    ("message", "signal"),
    [
        (traces(call(1)), Signal.TRACES),
        (logs(logged_call(1)), Signal.LOGS),
        (logs(logged_call(1, trace_id=bytes([1] * 16), span_id=bytes([1] * 8))), Signal.LOGS),
        (metrics(), Signal.METRICS),
    ],
)
def test_a_body_tells_what_it_is(message: Any, signal: Signal) -> None:
    assert guess(message.SerializeToString()) == (signal, PROTOBUF)
    written = json.dumps(as_json(message)).encode()
    assert guess(written) == guess(b"\xef\xbb\xbf \n" + written) == (signal, JSON)


def test_snake_case_tells_what_a_body_is() -> None:
    assert guess(b'{"resource_logs": []}') == (Signal.LOGS, JSON)


@pytest.mark.parametrize("body", [b"", b"{}", b"tokens", b'{"tokens": 1}', bytes(100)])
def test_what_is_no_body_is_said(body: bytes) -> None:
    with pytest.raises(BadValueError, match="no body of an OTLP request"):
        guess(body)
