"""OTLP's JSON as programs really write it."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.otlp.decoding import JSON, check_metrics, decode_logs, decode_traces
from integrations.otlp.telemetry import Span
from integrations.sources.parsed import Rejection
from integrations.sources.values import BadValueError

TRACE = "0af7651916cd43dd8448eb211c80319c"
SPAN = "b7ad6b7169203331"
SENT = {"traceId": TRACE, "spanId": SPAN, "name": "chat"}


def message(*spans: Any) -> bytes:
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).encode()


def span_of(**overrides: Any) -> Span:
    (span,) = decode_traces(message(SENT | overrides), JSON)
    assert isinstance(span, Span), span
    return span


def reason_of(**overrides: Any) -> str:
    (rejection,) = decode_traces(message(SENT | overrides), JSON)
    assert isinstance(rejection, Rejection), rejection
    return rejection.reason


def value_of(value: Any) -> Any:
    return span_of(attributes=[{"key": "k", "value": value}]).attributes["k"]


@pytest.mark.parametrize(
    "sent",
    [
        TRACE,
        TRACE.upper(),
        base64.b64encode(bytes.fromhex(TRACE)).decode(),
        base64.urlsafe_b64encode(bytes.fromhex(TRACE)).decode().rstrip("="),
    ],
    ids=["hex", "upper case", "base64", "URL-safe base64"],
)
def test_ids(sent: str) -> None:
    assert span_of(traceId=sent).trace_id == TRACE


@pytest.mark.parametrize(
    ("sent", "at"),
    [
        ("1772366400123456789", datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)),
        (1_772_366_400_123_456_789, datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)),
        (1.7723664e18, datetime(2026, 3, 1, 12, tzinfo=UTC)),
        (0, None),
        ("", None),
        (None, None),
        ("-5", None),
        ("9" * 30, None),
        (1e300, None),
    ],
)
def test_times(sent: Any, at: datetime | None) -> None:
    assert span_of(startTimeUnixNano=sent).started_at == at


@pytest.mark.parametrize(
    ("sent", "value"),
    [
        ({"stringValue": "a"}, "a"),
        ({"string_value": "a"}, "a"),
        ({"stringValue": "a\ud800b\x00"}, "a?b"),
        ({"intValue": "12"}, 12),
        ({"intValue": 12}, 12),
        ({"intValue": 12.0}, 12),
        ({"int_value": "-12"}, -12),
        ({"doubleValue": 1}, 1.0),
        ({"doubleValue": "1.5"}, 1.5),
        ({"doubleValue": "NaN"}, "NaN"),
        ({"doubleValue": "Infinity"}, "Infinity"),
        ({"doubleValue": float("-inf")}, "-Infinity"),
        ({"bytesValue": "__4"}, "//4="),
        ({"arrayValue": {}}, []),
        ({"arrayValue": {"values": [{"intValue": 1}, {}, None]}}, [1, None, None]),
        ({"array_value": {"values": [{"intValue": 1}, {}]}}, [1, None]),
        ({"kvlist_value": {"values": [{"key": "a", "value": {"boolValue": True}}]}}, {"a": True}),
        ({"stringValue": None, "intValue": 3}, 3),
        ({"newKindOfValue": 3}, None),
        ({}, None),
        (None, None),
    ],
)
def test_values(sent: Any, value: Any) -> None:
    assert value_of(sent) == value


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"code": 2}, 2),
        ({"code": "STATUS_CODE_ERROR"}, 2),
        ({"code": "OK"}, 1),
        ({"code": "2"}, 2),
        ({"code": 77}, 0),
        ({}, 0),
        (None, 0),
    ],
)
def test_statuses(sent: Any, status: int) -> None:
    assert span_of(status=sent).status == status


def test_snake_case_and_what_nobody_knows() -> None:
    sent = {
        "resource_spans": [
            {
                "schema_url": "",
                "resource": {"attributes": [{"key": "service.name", "value": {"string_value": "shop"}}]},
                "scope_spans": [
                    {
                        "scope": {"name": "tracer", "version": None, "new": [1]},
                        "spans": [
                            {
                                "trace_id": TRACE,
                                "span_id": SPAN,
                                "parent_span_id": "",
                                "start_time_unix_nano": "1772366400000000000",
                                "kind": "SPAN_KIND_CLIENT",
                                "links": None,
                                "new": {"deep": []},
                            }
                        ],
                    }
                ],
            }
        ],
        "new": 1,
    }
    (span,) = decode_traces(json.dumps(sent).encode(), JSON)
    assert isinstance(span, Span)
    assert (span.scope.name, span.scope.service, span.trace_id, span.span_id, span.started_at) == (
        "tracer",
        "shop",
        TRACE,
        SPAN,
        datetime(2026, 3, 1, 12, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("overrides", "reason"),
    [
        ({"traceId": None}, "traceId: is missing or all zeros"),
        ({"traceId": 5}, "traceId: is not a text"),
        ({"traceId": "g" * 32}, f"traceId: “{'g' * 32}” is no id of 16 bytes in hex"),
        ({"spanId": "?"}, "spanId: “?” is no id of 8 bytes in hex"),
        ({"spanId": TRACE}, f"spanId: “{TRACE}” is no id of 8 bytes in hex"),
        ({"spanId": "0" * 16}, "spanId: is missing or all zeros"),
        ({"name": ["chat"]}, "name: is not a text"),
        ({"startTimeUnixNano": "soon"}, "startTimeUnixNano: “soon” is not a whole number"),
        ({"startTimeUnixNano": True}, "startTimeUnixNano: “True” is not a whole number"),
        ({"endTimeUnixNano": float("nan")}, "endTimeUnixNano: “nan” is not a whole number"),
        ({"status": 2}, "status: is not an object"),
        ({"status": {"code": "BAD"}}, "status.code: “BAD” is not a whole number"),
        ({"attributes": {"a": 1}}, "attributes: is not a list"),
        ({"attributes": ["a"]}, "attributes[0]: is not an object"),
        ({"attributes": [{"key": 1}]}, "key: is not a text"),
        ({"attributes": [{"key": "k", "value": "v"}]}, "k: value: is not an object"),
        (
            {"attributes": [{"key": "k", "value": {"intValue": "x"}}]},
            "k: intValue: “x” is not a whole number",
        ),
        (
            {"attributes": [{"key": "k", "value": {"intValue": 2**63}}]},
            "k: intValue: 9223372036854775808 has more than 64 bits",
        ),
        (
            {"attributes": [{"key": "k", "value": {"doubleValue": 10**400}}]},
            f"k: doubleValue: “1{'0' * 39}” is not a number",
        ),
        ({"attributes": [{"key": "k", "value": {"stringValue": 1}}]}, "k: stringValue: is not a text"),
        (
            {"attributes": [{"key": "k", "value": {"boolValue": 1}}]},
            "k: boolValue: is neither true nor false",
        ),
        ({"events": [{"timeUnixNano": []}]}, "timeUnixNano: “[]” is not a whole number"),
    ],
)
def test_why_a_span_is_refused(overrides: dict[str, Any], reason: str) -> None:
    assert reason_of(**overrides) == reason


def test_a_span_that_is_none_leaves_the_others() -> None:
    found = list(decode_traces(message(SENT, 7, SENT), JSON))
    assert isinstance(found[0], Span)
    assert found[1] == Rejection("resourceSpans[0].scopeSpans[0].spans[1]", "is not an object", "{}")
    assert isinstance(found[2], Span)


def test_values_may_lie_only_so_deep() -> None:
    value: Any = {"intValue": 1}
    for _ in range(45):
        value = {"arrayValue": {"values": [value]}}
    assert "value: lies more than 40 levels deep" in reason_of(attributes=[{"key": "k", "value": value}])


def test_of_a_name_that_comes_twice_the_last_counts() -> None:
    body = message(SENT).replace(b'"name": "chat"', b'"name": "first", "name": "second"')
    (span,) = decode_traces(body, JSON)
    assert isinstance(span, Span)
    assert span.name == "second"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "The body is not JSON: Expecting value at character 1"),
        (b"[]", "The body is not a JSON object"),
        (b"null", "The body is not a JSON object"),
        (b'{"resourceSpans": [', "The body is not JSON: Expecting value at character 20"),
        (b'{"a": "\xff"}', "The body is not UTF-8: see byte 8"),
        ('{"resourceSpans": []}'.encode("utf-16"), "The body is not UTF-8: see byte 1"),
        (b"[" * 200_000, "The body is not JSON: a number or the nesting is beyond all bounds"),
        (
            b'{"a": ' + b"9" * 5_000 + b"}",
            "The body is not JSON: a number or the nesting is beyond all bounds",
        ),
        (b'{"resourceSpans": {}}', "resourceSpans: is not a list"),
        (b'{"resourceSpans": [1]}', "resourceSpans[0]: is not an object"),
        (b'{"resourceSpans": [{"scopeSpans": 1}]}', "resourceSpans[0].scopeSpans: is not a list"),
        (
            b'{"resourceSpans": [{}, {"scopeSpans": [{}, {"spans": {}}]}]}',
            "resourceSpans[1].scopeSpans[1].spans: is not a list",
        ),
        (b'{"resourceSpans": [{"resource": []}]}', "resourceSpans[0].resource: resource: is not an object"),
        (
            b'{"resourceSpans": [{"scopeSpans": [{"scope": {"name": 1}}]}]}',
            "resourceSpans[0].scopeSpans[0].scope: name: is not a text",
        ),
        (b'{"resourceLogs": [{}]}', "resourceLogs: belongs to /v1/logs"),
    ],
)
def test_why_a_message_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(BadValueError) as told:
        list(decode_traces(body, JSON))
    assert str(told.value) == reason


def test_metrics_are_looked_through() -> None:
    check_metrics(b'{"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": "tokens"}]}]}]}', JSON)
    with pytest.raises(BadValueError, match=r"resourceMetrics\[0\].scopeMetrics: is not a list"):
        check_metrics(b'{"resourceMetrics": [{"scopeMetrics": "all"}]}', JSON)
    with pytest.raises(BadValueError, match="resourceSpans: belongs to /v1/traces"):
        list(decode_logs(message(SENT), JSON))
