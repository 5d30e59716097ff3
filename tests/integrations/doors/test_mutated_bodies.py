"""Whatever comes, a door answers 200 or 4xx with a reason, and books all of a body or nothing.

COUNTINGHOUSE_FUZZ=10000 tries that many bodies instead of a few hundred.
"""

import gzip
import json
import os
import zlib
from copy import deepcopy
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from billing.models import TokenUsage
from integrations.models import IngestActivity, RejectedRecord
from integrations.otlp.decoding import JSON, PROTOBUF, decode_logs, decode_traces
from integrations.otlp.usage import read_logs, read_spans
from integrations.sources.parsed import ParsedUsage, Rejection
from tests.factories import make_project
from tests.integrations.doors.sending import Sender
from tests.integrations.doors.telemetry import as_json, call, logged_call, logs, metrics, traces

pytestmark = pytest.mark.django_db
TRIED = int(os.environ.get("COUNTINGHOUSE_FUZZ", "300"))

_MESSAGES = {
    "/v1/traces": traces(
        call(1),
        call(2, attributes={"gen_ai.usage.cache_read.input_tokens": 400, "gen_ai.conversation.id": "c-1"}),
        call(3, attributes={"gen_ai.input.messages": json.dumps([{"role": "user", "content": "Hello"}])}),
    ),
    "/v1/logs": logs(logged_call(1), logged_call(2)),
    "/v1/metrics": metrics(),
}


_NAMES = (
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.output_tokens",
    "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.cache_write.input_tokens",
    "gen_ai.usage.reasoning.output_tokens",
    "gen_ai.response.id",
    "gen_ai.response.model",
    "gen_ai.request.model",
    "gen_ai.provider.name",
    "gen_ai.operation.name",
    "gen_ai.conversation.id",
    "gen_ai.input.messages",
    "error.type",
    "operation.cost",
)
_LOGGED_NAMES = (
    "event.name",
    "event.timestamp",
    "session.id",
    "model",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cost_usd",
    "duration_ms",
    "request_id",
)
_PROTOBUF_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.text(max_size=40)
    | st.binary(max_size=9)
    | st.sampled_from(["NaN", "1e999999", "9" * 5_000, "x" * 70_000, "[" * 5_000, "\x00", "-5", "12.0"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


def _nested(depth: int) -> Any:
    node: Any = {"stringValue": "deep"}
    for _ in range(depth):
        node = {"arrayValue": {"values": [node]}}
    return node


_NASTY = st.one_of(
    st.sampled_from(
        [
            None,
            True,
            False,
            0,
            -1,
            2**53 + 1,
            2**63,
            -(2**70),
            10**400,
            0.5,
            1e308,
            float("nan"),
            float("inf"),
            "",
            "NaN",
            "-Infinity",
            "1e999999",
            "9" * 5000,
            "-5",
            "12.0",
            "\x00",
            "\ud800",
            "\u202e💥" * 300,
            "x" * 70_000,
            "0" * 32,
            "g" * 32,
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "[" * 5_000,
            [],
            {},
            [[]],
            [None],
            {"stringValue": None},
            {"intValue": "abc"},
            {"intValue": {"a": 1}},
            {"doubleValue": "NaN"},
            {"doubleValue": "1e400"},
            {"stringValue": 7},
            {"boolValue": "true"},
            {"bytesValue": "?"},
            {"arrayValue": {"values": {}}},
            {"kvlistValue": {"values": [{"key": 1}]}},
        ]
    ),
    st.sampled_from([5, 45, 90]).map(_nested),
    st.integers(),
    st.floats(),
    st.text(max_size=30),
)


@st.composite
def _rewritten(draw: st.DrawFn, message: Any) -> bytes:
    """JSON in which some values were replaced, dropped or doubled."""
    document = as_json(message)
    for _ in range(draw(st.integers(1, 4))):
        places = list(_places(document))
        if not places:
            break
        holder, key = draw(st.sampled_from(places))
        match draw(st.sampled_from(["replace", "replace", "replace", "drop", "double"])):
            case "replace":
                holder[key] = deepcopy(draw(_NASTY))
            case "drop":
                del holder[key]
            case _ if isinstance(holder, list):
                holder.append(deepcopy(holder[key]))
            case _:
                holder[f"{key}X"] = deepcopy(holder[key])
    encoded = json.dumps(document, ensure_ascii=draw(st.booleans()))
    encoding = draw(st.sampled_from(["utf-8"] * 8 + ["utf-16", "utf-8-sig"]))
    return encoded.encode(encoding, "surrogatepass")


def _places(node: Any) -> Any:
    for key, value in list(node.items() if isinstance(node, dict) else enumerate(node)):
        yield node, key
        if isinstance(value, (dict, list)):
            yield from _places(value)


@st.composite
def _with_bad_values(draw: st.DrawFn, path: str) -> bytes:
    """A sound message of protobuf in which one of three calls says what it should not."""
    overrides: dict[str, Any] = {}
    if draw(st.booleans()):
        names = _NAMES if path == "/v1/traces" else _LOGGED_NAMES
        overrides["attributes"] = draw(
            st.dictionaries(st.sampled_from(names), _PROTOBUF_VALUES, min_size=1, max_size=4)
        )
    times = st.sampled_from([0, 1, 999, 2**62, 2**63, 2**64 - 1]) | st.integers(0, 2**64 - 1)
    ids = st.sampled_from([b"", bytes(8), bytes(16), b"\x01" * 7, b"\x01" * 200]) | st.binary(max_size=20)
    if path == "/v1/traces":
        for name, values in {
            "start_time_unix_nano": times,
            "end_time_unix_nano": times,
            "trace_id": ids,
            "span_id": ids,
            "parent_span_id": ids,
            "name": st.text(max_size=300),
        }.items():
            if draw(st.integers(0, 4)) == 0:
                overrides[name] = draw(values)
        return traces(call(1), call(2, **overrides), call(3)).SerializeToString()
    for name, values in {
        "time_unix_nano": times,
        "trace_id": ids,
        "event_name": st.text(max_size=300),
    }.items():
        if draw(st.integers(0, 4)) == 0:
            overrides[name] = draw(values)
    return logs(logged_call(1), logged_call(2, **overrides), logged_call(3)).SerializeToString()


@st.composite
def _damaged(draw: st.DrawFn, body: bytes) -> bytes:
    """A body cut, or with flipped bits, or with bytes put in, taken out or repeated, or nested deeply."""
    damaged = bytearray(body)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(damaged) - 1)))
        match draw(st.sampled_from(["cut", "flip", "put in", "take out", "repeat", "nest"])):
            case "cut":
                del damaged[at:]
            case "flip" if damaged:
                damaged[at] ^= 1 << draw(st.integers(0, 7))
            case "put in":
                damaged[at:at] = draw(st.binary(max_size=12))
            case "take out":
                del damaged[at : at + draw(st.integers(1, 20))]
            case "repeat":
                damaged[at:at] = damaged[at : at + draw(st.integers(1, 400))]
            case "nest":
                damaged[at:at] = draw(st.sampled_from([b"[", b'{"a":'])) * 5_000
    return bytes(damaged)


@st.composite
def _requests(draw: st.DrawFn) -> tuple[str, bytes, str, str]:
    """Path, body, content type, content encoding."""
    path = draw(st.sampled_from(["/v1/traces"] * 3 + ["/v1/logs"] * 2 + ["/v1/metrics"]))
    message = _MESSAGES[path]
    sound = {JSON: json.dumps(as_json(message)).encode(), PROTOBUF: message.SerializeToString()}
    content_type = draw(st.sampled_from([JSON, PROTOBUF]))
    match draw(st.sampled_from(["damage", "rewrite", "rewrite", "bad values"])):
        case "damage":
            body = draw(_damaged(sound[content_type]))
        case "rewrite" if content_type == JSON:
            body = draw(_rewritten(message))
        case _:
            body = draw(_with_bad_values(path))
            content_type = PROTOBUF
    if draw(st.integers(0, 15)) == 0:
        others = [JSON, PROTOBUF, "text/plain", "application/json; charset=\x7f", ""]
        content_type = draw(st.sampled_from(others))
    encoding = draw(st.sampled_from([""] * 12 + ["gzip"] * 4 + ["deflate"] * 4 + ["br"]))
    if encoding and draw(st.integers(0, 9)):
        body = gzip.compress(body, 1) if encoding == "gzip" else zlib.compress(body, 1)
        if draw(st.integers(0, 3)) == 0:
            body = draw(_damaged(body))
    return path, body, content_type, encoding


def _stored() -> tuple[int, int, int]:
    return TokenUsage.objects.count(), RejectedRecord.objects.count(), IngestActivity.objects.count()


@settings(max_examples=TRIED, suppress_health_check=list(HealthCheck))
@given(request=_requests())
def test_no_body_breaks_a_door(sender: Sender, request: tuple[str, bytes, str, str]) -> None:
    path, body, content_type, encoding = request
    with transaction.atomic():
        before = _stored()
        answer = sender.post(
            path, body, type_=content_type, headers={"content-encoding": encoding} if encoding else None
        )
        assert answer.status_code in {200, 400, 413, 415}, answer.content
        if answer.status_code == 200:
            _is_whole(path, body, content_type, encoding, answer, before)
        else:
            assert len(answer.content) > 5
            assert _stored() == before
        transaction.set_rollback(True)


@pytest.fixture
def sender() -> Sender:
    return Sender(make_project(captures_content=True))


def _is_whole(
    path: str, body: bytes, content_type: str, encoding: str, answer: Any, before: tuple[int, int, int]
) -> None:
    """What was read is in the ledger or among the rejected records, each item in one of them."""
    calls, refused = _items(path, _unpacked(body, encoding), content_type)
    rows, rejected = (now - then for now, then in zip(_stored()[:2], before[:2], strict=True))
    assert rejected == _told(answer, path)
    assert rejected >= refused
    assert rejected + rows <= calls + refused
    assert bool(rows + rejected) == bool(calls + refused)


def _items(path: str, body: bytes, content_type: str) -> tuple[int, int]:
    """How many distinct calls and refused items a body has."""
    if path == "/v1/metrics":
        return 0, 0
    decode: Any = decode_traces if path == "/v1/traces" else decode_logs
    decoded = list(decode(body, content_type))
    good = [item for item in decoded if not isinstance(item, Rejection)]
    items = read_spans(good).items if path == "/v1/traces" else read_logs(good)
    calls = [item for item in items if isinstance(item, ParsedUsage)]
    return len(calls), len(decoded) - len(good) + len(items) - len(calls)


def _unpacked(body: bytes, encoding: str) -> bytes:
    if encoding == "gzip" and body:
        return gzip.decompress(body)
    if encoding == "deflate" and body:
        return zlib.decompressobj().decompress(body)
    return body


def _told(answer: Any, path: str) -> int:
    if answer["Content-Type"] == PROTOBUF:
        # The two responses have the same shape.
        return ExportTraceServiceResponse.FromString(answer.content).partial_success.rejected_spans
    partial = answer.json().get("partialSuccess", {})
    return int(partial.get("rejectedSpans", partial.get("rejectedLogRecords", "0")))
