"""Bodies of OTLP requests saved to files."""

import gzip
import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from integrations.sources.parsed import Ignored, Link, ParsedUsage, Rejection

TRACE, WRAPPER, STEP, CALL = "0af7651916cd43dd8448eb211c80319c", "a" * 16, "b" * 16, "c" * 16
NANOSECONDS = 1_770_192_000_000_000_000


def span(span_id: str, parent: str = "", **attributes: Any) -> dict[str, Any]:
    values = {str: "stringValue", int: "intValue"}
    return {
        "traceId": TRACE,
        "spanId": span_id,
        "parentSpanId": parent,
        "name": "chat",
        "startTimeUnixNano": str(NANOSECONDS),
        "endTimeUnixNano": str(NANOSECONDS + 10**9),
        "attributes": [
            {"key": key.replace("__", "."), "value": {values[type(value)]: value}}
            for key, value in attributes.items()
        ],
    }


def call(span_id: str = CALL, parent: str = STEP, tokens: int = 120) -> dict[str, Any]:
    return span(
        span_id,
        parent,
        gen_ai__operation__name="chat",
        gen_ai__provider__name="openai",
        gen_ai__response__model="gpt-4o",
        gen_ai__response__id="resp-1",
        gen_ai__usage__input_tokens=tokens,
        gen_ai__usage__output_tokens=30,
    )


def traces(*spans: dict[str, Any]) -> dict[str, Any]:
    service = {"key": "service.name", "value": {"stringValue": "shop"}}
    of_scope = {"scope": {"name": "demo", "version": "1"}, "spans": list(spans)}
    return {"resourceSpans": [{"resource": {"attributes": [service]}, "scopeSpans": [of_scope]}]}


def protobuf(body: dict[str, Any]) -> bytes:
    message = ExportTraceServiceRequest()
    for of_resource in body["resourceSpans"]:
        resource = message.resource_spans.add()
        for attribute in of_resource["resource"]["attributes"]:
            resource.resource.attributes.add(
                key=attribute["key"], value={"string_value": attribute["value"]["stringValue"]}
            )
        for of_scope in of_resource["scopeSpans"]:
            scope = resource.scope_spans.add(scope=of_scope["scope"])
            for item in of_scope["spans"]:
                added = scope.spans.add(
                    trace_id=bytes.fromhex(item["traceId"]),
                    span_id=bytes.fromhex(item["spanId"]),
                    parent_span_id=bytes.fromhex(item["parentSpanId"]),
                    name=item["name"],
                    start_time_unix_nano=int(item["startTimeUnixNano"]),
                    end_time_unix_nano=int(item["endTimeUnixNano"]),
                )
                for attribute in item["attributes"]:
                    value = attribute["value"]
                    text, number = value.get("stringValue"), value.get("intValue")
                    kept = {"int_value": number} if text is None else {"string_value": text}
                    added.attributes.add(key=attribute["key"], value=kept)
    return message.SerializeToString()


BODY = traces(span(STEP, WRAPPER), call())
PLAIN = json.dumps(BODY).encode()
PACKED = zlib.compress(protobuf(BODY))


def saved(folder: Path, name: str, body: bytes, **sent: Any) -> Path:
    path = folder / name
    path.write_bytes(body)
    if sent:
        path.with_suffix(".json").write_text(json.dumps(sent))
    return path


def assert_body_was_read(found: list[Any]) -> None:
    link, item = found
    assert link == Link(TRACE, STEP, WRAPPER)
    assert isinstance(item, ParsedUsage)
    event = item.event
    assert (item.project_name, event.native_id, event.dedup_scope) == ("shop", f"{TRACE}:{CALL}", "otlp")
    assert (event.input_tokens, event.output_tokens, event.response_id) == (120, 30, "resp-1")
    assert (event.trace_id, event.span_id, event.parent_span_id) == (TRACE, CALL, STEP)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a.json", PLAIN),
        ("a.json", json.dumps(BODY, indent=2).encode()),
        ("a.body", gzip.compress(PLAIN)),
        ("a.pb", protobuf(BODY)),
        ("a.bin", gzip.compress(protobuf(BODY))),
    ],
)
def test_the_content_says_what_a_body_is(tmp_path, read, name, body) -> None:
    saved(tmp_path, name, body)
    assert_body_was_read(read("otlp", tmp_path))


@pytest.mark.parametrize(
    "headers",
    [
        [["Content-Type", "application/x-protobuf"], ["content-encoding", "deflate"]],
        {"content-type": "application/x-protobuf; charset=utf-8", "Content-Encoding": "Deflate"},
    ],
)
@pytest.mark.parametrize("body", [PACKED, PACKED[2:-4]])
def test_a_file_beside_the_body_says_how_it_was_sent(tmp_path, read, headers, body) -> None:
    saved(tmp_path, "0001.body", body, path="/v1/traces", headers=headers)
    assert_body_was_read(read("otlp", tmp_path))


def test_a_collectors_file_has_a_body_a_line(tmp_path, read) -> None:
    lines = [traces(call(f"{number:016x}")) for number in range(1, 4)]
    text = "\n".join(
        [json.dumps(lines[0]), "", json.dumps(lines[1]), '{"resourceSpans": [', json.dumps(lines[2])]
    )
    path = saved(tmp_path, "traces.jsonl", f"{text}\n".encode())
    found = read("otlp", path)
    assert [item.where for item in found if isinstance(item, ParsedUsage)] == [
        f"{path}:{line}: resourceSpans[0].scopeSpans[0].spans[0]" for line in (1, 3, 5)
    ]
    assert [item.where for item in found if isinstance(item, Rejection)] == [f"{path}:4"]


def test_a_bad_span_costs_itself_alone(tmp_path, read) -> None:
    path = saved(tmp_path, "a.json", json.dumps(traces(call(span_id="xyz"), call())).encode())
    refused, item = sorted(read("otlp", path), key=lambda item: item.where)
    assert isinstance(refused, Rejection)
    assert refused.where == f"{path}: resourceSpans[0].scopeSpans[0].spans[0]"
    assert item.event.input_tokens == 120


def test_metrics_are_left_out(tmp_path, read) -> None:
    saved(tmp_path, "a.json", b'{"resourceMetrics": []}')
    assert read("otlp", tmp_path) == [Ignored("bodies of metrics, which add calls up")]


@pytest.mark.parametrize(
    ("body", "sent", "reason"),
    [
        (b"", {}, "the file is empty"),
        (b"hello", {}, "The file is no body of an OTLP request"),
        (b"{}", {"path": "/litellm"}, "was sent to /litellm, which is no address of OTLP"),
        (
            b"{}",
            {"path": "/v1/traces", "headers": {"content-encoding": "deflate"}},
            "is cut off, or not packed with deflate as its headers say",
        ),
        (gzip.compress(PLAIN)[:-12], {}, "the gzip file is cut off; what came before the cut was read"),
    ],
)
def test_other_files_are_refused_once(tmp_path, read, body, sent, reason) -> None:
    path = saved(tmp_path, "0001.body", body, **sent)
    assert read("otlp", tmp_path) == [Rejection(str(path), reason)]


def test_a_long_file_of_something_else_is_given_up(tmp_path, read) -> None:
    path = saved(tmp_path, "log.jsonl", b'{"level": "info"}\n' * 500)
    found = read("otlp", path)
    assert len(found) == 11
    assert found[-1] == Rejection(str(path), "none of its first 10 lines is the body of an OTLP request")
