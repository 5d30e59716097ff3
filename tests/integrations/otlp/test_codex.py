"""Codex's log events and spans."""

import pytest

from integrations.otlp.usage import read_logs, read_spans
from tests.integrations.otlp.telemetry import (
    ENDED,
    TRACE,
    make_event,
    make_record,
    make_scope,
    make_span,
    the_logged_call,
)

SCOPE = make_scope("codex_cli_rs", "0.169.0")
COUNTS = {
    "input_token_count": "3001",
    "output_token_count": "701",
    "cached_token_count": 2560,
    "cache_write_token_count": 100,
    "reasoning_token_count": 512,
}
COMPLETED = {
    **COUNTS,
    "tool_token_count": "3702",
    "event.kind": "response.completed",
    "event.timestamp": "2026-03-01T12:00:01.250Z",
    "conversation.id": "019a-thread",
    "user.email": "ada@example.com",
    "user.account_id": "acct",
    "model": "gpt-5",
    "slug": "gpt-5",
}
AT = ENDED.replace(microsecond=250_000)


@pytest.mark.parametrize("kind", ["event.kind", "kind"])
def test_a_completed_response(kind) -> None:
    said = {name: value for name, value in COMPLETED.items() if name != "event.kind"}
    call = the_logged_call(make_record("codex.sse_event", {**said, kind: "response.completed"}, scope=SCOPE))
    assert call.client == "codex"
    assert call.event == make_event(
        occurred_at=AT,
        native_id="codex.sse_event:019a-thread:2026-03-01T12:00:01.250Z:None:3001:2560:701:512",
        dedup_scope="codex.otlp",
        dedup_time=AT,
        input_tokens=3001,
        cache_read_tokens=2560,
        cache_write_tokens=100,
        output_tokens=701,
        reasoning_tokens=512,
        latency_ms=None,
        person_label="ada@example.com",
        session_id="019a-thread",
        observer="codex.otlp",
        trace_id="",
        span_id="",
        raw_usage=COUNTS,
    )


@pytest.mark.parametrize(
    "said",
    [
        {**COMPLETED, "event.kind": "response.output_text.delta"},
        {"event.kind": "response.completed", "duration_ms": "12", "model": "gpt-5"},
    ],
)
def test_other_events_of_the_stream_are_no_calls(said) -> None:
    assert read_logs([make_record("codex.sse_event", said, scope=SCOPE)]) == []


@pytest.mark.parametrize(
    ("name", "said", "error_type"),
    [
        ("codex.sse_event", {"event.kind": "response.completed", "error.message": "secret"}, "unknown"),
        ("codex.api_request", {"http.response.status_code": 429, "attempt": 1}, "HTTP 429"),
        ("codex.api_request", {"http.response.status_code": "500", "error.message": "secret"}, "HTTP 500"),
    ],
)
def test_what_failed(name, said, error_type) -> None:
    event = the_logged_call(make_record(name, {"model": "gpt-5", **said}, scope=SCOPE)).event
    assert (event.status, event.error_type, event.input_tokens) == ("error", error_type, None)


def test_an_attempt_that_succeeded_is_told_by_its_response() -> None:
    said = {"http.response.status_code": 200, "model": "gpt-5"}
    assert read_logs([make_record("codex.api_request", said, scope=SCOPE)]) == []


USAGE = {
    "gen_ai.usage.input_tokens": 3001,
    "gen_ai.usage.cache_read.input_tokens": 2560,
    "gen_ai.usage.cache_write.input_tokens": 100,
    "gen_ai.usage.output_tokens": 701,
    "codex.usage.reasoning_output_tokens": 512,
    "codex.usage.total_tokens": 3702,
}


def test_a_call_among_spans_has_its_model_from_around() -> None:
    turn = make_span(
        {
            "model": "gpt-5",
            "thread.id": "019a-thread",
            "codex.turn.token_usage.input_tokens": 3001,
            "codex.turn.token_usage.output_tokens": 701,
        },
        SCOPE,
        name="session_task.turn",
        span_id="a" * 16,
    )
    stream = make_span({}, SCOPE, name="receiving_stream", span_id="b" * 16, parent_span_id="a" * 16)
    response = make_span(
        {**USAGE, "thread.id": "10"}, SCOPE, name="handle_responses", parent_span_id="b" * 16
    )
    reading = read_spans([response, stream, turn])
    assert [item.event for item in reading.items] == [
        make_event(
            input_tokens=3001,
            cache_read_tokens=2560,
            cache_write_tokens=100,
            output_tokens=701,
            reasoning_tokens=512,
            session_id="019a-thread",
            observer="codex_cli_rs@0.169.0",
            parent_span_id="b" * 16,
            raw_usage=USAGE,
        )
    ]
    assert reading.items[0].client == "codex"
    assert reading.links == [], "of thousands of spans none wraps a call"


def test_a_call_whose_turn_comes_later_has_no_model_yet() -> None:
    response = make_span(USAGE, SCOPE, name="handle_responses", parent_span_id="b" * 16)
    (item,) = read_spans([response]).items
    assert (item.event.provider, item.event.model, item.event.trace_id) == ("openai", "", TRACE)


def test_spans_in_a_circle_end() -> None:
    spans = [
        make_span(USAGE, SCOPE, span_id="a" * 16, parent_span_id="b" * 16),
        make_span({}, SCOPE, span_id="b" * 16, parent_span_id="a" * 16),
    ]
    assert len(read_spans(spans).items) == 1
