"""POST /v1/traces, /v1/logs and /v1/metrics."""

import gzip
import json
from typing import Any

import pytest
from django.test import Client
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsPartialSuccess,
    ExportLogsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceResponse,
)

from billing.models import TokenUsage, TraceShape
from chat.models import Message
from integrations.models import IngestActivity, RejectedRecord
from integrations.otlp.decoding import JSON, PROTOBUF
from tests.factories import make_project
from tests.integrations.doors.sending import Sender
from tests.integrations.doors.telemetry import as_json, call, logged_call, logs, metrics, traces

pytestmark = pytest.mark.django_db
MESSAGES = {
    "/v1/traces": traces(call(1), call(2)),
    "/v1/logs": logs(logged_call(1)),
    "/v1/metrics": metrics(),
}


@pytest.fixture
def sender(db: None) -> Sender:
    return Sender(make_project(name="Shop"))


def encoded(message: Any, content_type: str) -> bytes:
    written: bytes = message.SerializeToString()
    return written if content_type == PROTOBUF else json.dumps(as_json(message)).encode()


def post(sender: Sender, path: str, message: Any, content_type: str = PROTOBUF) -> Any:
    return sender.post(path, encoded(message, content_type), type_=content_type)


def problem(answer: Any) -> tuple[int, str]:
    """The code and message of a google.rpc.Status, whose two first fields are short here."""
    if answer["Content-Type"] == JSON:
        return answer.json()["code"], answer.json()["message"]
    content = answer.content
    assert (content[0], content[2]) == (0x08, 0x12)
    length, start = (content[3], 4) if content[3] < 0x80 else (content[3] & 0x7F | content[4] << 7, 5)
    assert len(content) == start + length
    return content[1], content[start:].decode()


@pytest.mark.parametrize("content_type", [PROTOBUF, JSON])
@pytest.mark.parametrize(("path", "calls"), [("/v1/traces", 2), ("/v1/logs", 1), ("/v1/metrics", 0)])
def test_what_is_taken_is_answered_in_its_encoding(
    sender: Sender, path: str, calls: int, content_type: str
) -> None:
    answer = post(sender, path, MESSAGES[path], content_type)
    assert (answer.status_code, answer["Content-Type"], answer.content) == (
        200,
        content_type,
        b"" if content_type == PROTOBUF else b"{}",
    )
    assert TokenUsage.objects.filter(project=sender.key.project, source="otlp").count() == calls


def test_the_parameters_of_a_type_are_allowed(sender: Sender) -> None:
    body = encoded(traces(call(1)), JSON)
    answer = sender.post("/v1/traces", body, type_="Application/JSON; charset=utf-8")
    assert (answer.status_code, TokenUsage.objects.count()) == (200, 1)


def test_a_packed_body(sender: Sender) -> None:
    body = gzip.compress(encoded(traces(call(1)), PROTOBUF))
    answer = sender.post("/v1/traces", body, type_=PROTOBUF, headers={"content-encoding": "gzip"})
    assert (answer.status_code, TokenUsage.objects.count()) == (200, 1)


def test_a_delivery_that_comes_again_books_nothing(sender: Sender) -> None:
    for content_type in (PROTOBUF, JSON, PROTOBUF):
        assert post(sender, "/v1/traces", traces(call(1), call(2)), content_type).status_code == 200
    row = TokenUsage.objects.order_by("response_id").first()
    assert row is not None
    assert (TokenUsage.objects.count(), row.input_tokens, row.output_tokens, row.model) == (
        2,
        1_000,
        50,
        "gpt-5",
    )


def test_an_empty_delivery_is_fine(sender: Sender) -> None:
    answer = sender.post("/v1/traces", b"", headers={"content-type": PROTOBUF})
    assert (answer.status_code, answer.content) == (200, b"")
    assert sender.post("/v1/logs", b"{}").json() == {}
    assert IngestActivity.objects.count() == 0


def test_spans_without_usage_are_kept_as_links(sender: Sender) -> None:
    """They lead from a wrapper to the calls in it, which may come in another delivery."""
    step = call(7, parent_span_id=bytes([1] * 8), name="step")
    del step.attributes[:]
    assert post(sender, "/v1/traces", traces(step)).status_code == 200
    assert [shape.project for shape in TraceShape.objects.all()] == [sender.key.project]


def test_some_refused_spans(sender: Sender) -> None:
    """What cannot be decoded comes first; the good ones are booked."""
    message = traces(
        call(1, attributes={"gen_ai.usage.input_tokens": -1}),
        call(2),
        call(3, trace_id=b""),
        call(4, span_id=b"short"),
        call(5, attributes={"gen_ai.usage.output_tokens": "many"}),
    )
    spans = "resourceSpans[0].scopeSpans[0].spans"
    answer = post(sender, "/v1/traces", message)
    partial = ExportTraceServiceResponse.FromString(answer.content).partial_success
    assert (answer.status_code, partial.rejected_spans) == (200, 4)
    first, second, third, more = partial.error_message.split("; ")
    assert first == f"{spans}[2]: traceId: is missing or all zeros"
    assert second == f"{spans}[3]: spanId: has 5 bytes, not 8"
    assert third.startswith(f"{spans}[0]: gen_ai.usage.input_tokens: ")
    assert more == "and 1 more"
    assert [row.response_id for row in TokenUsage.objects.all()] == ["chatcmpl-2"]
    assert RejectedRecord.objects.filter(project=sender.key.project).count() == 4


@pytest.mark.parametrize("path", ["/v1/traces", "/v1/logs"])
def test_a_partial_success_in_each_encoding(sender: Sender, path: str) -> None:
    place, reason = {
        "/v1/traces": ("resourceSpans[0].scopeSpans[0].spans[0]", "spanId: has 1 bytes, not 8"),
        "/v1/logs": ("resourceLogs[0].scopeLogs[0].logRecords[0]", "spanId: has 1 bytes, not 8"),
    }[path]
    message = traces(call(span_id=b"x")) if path == "/v1/traces" else logs(logged_call(span_id=b"x"))
    told = f"{place}: {reason}"
    response: Any = (
        ExportTraceServiceResponse(
            partial_success=ExportTracePartialSuccess(rejected_spans=1, error_message=told)
        )
        if path == "/v1/traces"
        else ExportLogsServiceResponse(
            partial_success=ExportLogsPartialSuccess(rejected_log_records=1, error_message=told)
        )
    )
    assert post(sender, path, message).content == response.SerializeToString()
    counted = "rejectedSpans" if path == "/v1/traces" else "rejectedLogRecords"
    assert post(sender, path, message, JSON).json() == {
        "partialSuccess": {
            counted: "1",
            "errorMessage": f"{place}: spanId: “78” is no id of 8 bytes in hex",
        }
    }


@pytest.mark.parametrize("path", list(MESSAGES))
@pytest.mark.parametrize("content_type", [PROTOBUF, JSON])
def test_what_is_no_message_is_refused_whole(sender: Sender, path: str, content_type: str) -> None:
    answer = sender.post(path, b"{tokens", type_=content_type)
    code, message = problem(answer)
    assert (answer.status_code, answer["Content-Type"], code) == (400, content_type, 3)
    assert message.endswith(".")
    assert TokenUsage.objects.count() == RejectedRecord.objects.count() == 0


def test_one_malformed_group_refuses_the_batch_with_its_place(sender: Sender) -> None:
    document = as_json(traces(call(1)))
    document["resourceSpans"].append({"scopeSpans": [{}, {"spans": 5}]})
    answer = sender.post("/v1/traces", document)
    assert (answer.status_code, problem(answer)) == (
        400,
        (3, "resourceSpans[1].scopeSpans[1].spans: is not a list."),
    )
    assert TokenUsage.objects.count() == 0


def test_logs_that_go_to_the_door_of_traces(sender: Sender) -> None:
    answer = sender.post("/v1/traces", as_json(logs(logged_call())))
    assert (answer.status_code, problem(answer)) == (400, (3, "resourceLogs: belongs to /v1/logs."))


@pytest.mark.parametrize("path", list(MESSAGES))
@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/grpc", ""]
)
def test_other_types_are_refused(sender: Sender, path: str, content_type: str) -> None:
    answer = sender.post(path, b"a=1", type_=content_type)
    assert (answer.status_code, problem(answer)) == (
        415,
        (3, "Send application/x-protobuf or application/json as the Content-Type."),
    )


@pytest.mark.parametrize("path", list(MESSAGES))
@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options"])
def test_other_methods_are_refused(path: str, method: str) -> None:
    answer = getattr(Client(), method)(path)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")


@pytest.mark.parametrize("path", list(MESSAGES))
@pytest.mark.parametrize("content_type", [PROTOBUF, JSON])
def test_without_a_key_nothing_is_read(path: str, content_type: str) -> None:
    answer = Client().post(path, b"{damaged", content_type=content_type)
    code, message = problem(answer)
    assert (answer.status_code, answer["WWW-Authenticate"], answer["Content-Type"], code) == (
        401,
        "Bearer",
        content_type,
        16,
    )
    assert message.startswith("Send an ingest key")


def test_too_many_requests_come_again(sender: Sender) -> None:
    sender.key.requests_per_minute = 1
    sender.key.save()
    first, second = (post(sender, "/v1/traces", traces(call(1))) for _ in range(2))
    assert (first.status_code, second.status_code, problem(second)[0]) == (200, 429, 8)
    assert 0 < int(second["Retry-After"]) <= 60


def test_too_large_a_body_is_refused(sender: Sender, settings: Any) -> None:
    settings.INGEST_MAX_BYTES = 100
    answer = post(sender, "/v1/traces", traces(call(1)))
    assert (answer.status_code, problem(answer)) == (
        413,
        (8, "The body is larger than 100 bytes: send it in parts."),
    )


def test_no_session_and_no_cookie(sender: Sender) -> None:
    answer = post(sender, "/v1/traces", traces(call(1)))
    assert answer.cookies == {}


def test_what_was_said_is_kept_only_where_the_project_allows_it() -> None:
    answer = [{"role": "assistant", "parts": [{"type": "text", "content": "Yes."}]}]
    said = {"gen_ai.output.messages": json.dumps(answer), "gen_ai.conversation.id": "c-1"}
    for number, keeps in enumerate((False, True), 1):
        sender = Sender(make_project(captures_content=keeps))
        assert post(sender, "/v1/traces", traces(call(number, attributes=said))).status_code == 200
        messages = Message.objects.filter(conversation__project=sender.key.project)
        assert messages.filter(content="Yes.").exists() == keeps
