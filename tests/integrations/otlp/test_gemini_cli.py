"""Gemini CLI's log events."""

import pytest

from integrations.otlp.usage import read_logs, read_spans
from tests.integrations.otlp.telemetry import (
    ENDED,
    make_event,
    make_record,
    make_scope,
    make_span,
    the_logged_call,
)

SCOPE = make_scope("gemini-cli", "", **{"process.command_args": ["gemini", "-p", "a secret"]})
COUNTS = {
    "input_token_count": 3001,
    "output_token_count": 189,
    "cached_content_token_count": 2560,
    "thoughts_token_count": 512,
    "tool_token_count": 0,
    "total_token_count": 3702,
}
RESPONSE = {
    **COUNTS,
    "session.id": "g1",
    "event.timestamp": "2026-03-01T12:00:01.250Z",
    "prompt_id": "p1",
    "model": "gemini-2.5-flash",
    "duration_ms": 84,
    "status_code": 200,
    "response_text": "a secret",
}
AT = ENDED.replace(microsecond=250_000)


def test_a_response() -> None:
    call = the_logged_call(make_record("gemini_cli.api_response", RESPONSE, scope=SCOPE))
    assert call.client == "gemini-cli"
    assert call.event == make_event(
        occurred_at=AT,
        provider="google",
        model="gemini-2.5-flash",
        native_id="gemini_cli.api_response:g1:2026-03-01T12:00:01.250Z:p1:gemini-2.5-flash:3001:189:3702:84",
        dedup_scope="gemini-cli.otlp",
        dedup_time=AT,
        input_tokens=3001,
        cache_read_tokens=2560,
        output_tokens=701,
        reasoning_tokens=512,
        latency_ms=84,
        session_id="g1",
        observer="gemini-cli.otlp",
        trace_id="",
        span_id="",
        raw_usage=COUNTS,
    )


@pytest.mark.parametrize(
    ("tools", "total", "input_tokens"),
    [(40, 3742, 3041), (40, None, 3041), (40, 3702, 3001), (0, 3702, 3001)],
)
def test_what_tools_put_into_the_prompt(tools, total, input_tokens) -> None:
    said = {**RESPONSE, "tool_token_count": tools, "total_token_count": total}
    record = make_record("gemini_cli.api_response", said, scope=SCOPE)
    assert the_logged_call(record).event.input_tokens == input_tokens


def test_thoughts_smaller_than_the_answer_are_added_too() -> None:
    said = {**RESPONSE, "output_token_count": 600, "thoughts_token_count": 100, "total_token_count": 3701}
    event = the_logged_call(make_record("gemini_cli.api_response", said, scope=SCOPE)).event
    assert (event.output_tokens, event.reasoning_tokens) == (700, 100)


def test_a_response_without_counts_is_unmeasured() -> None:
    said = {"model": "gemini-2.5-pro", "session.id": "g1"} | dict.fromkeys(COUNTS, 0)
    event = the_logged_call(make_record("gemini_cli.api_response", said, scope=SCOPE)).event
    assert (event.status, event.input_tokens, event.output_tokens) == ("unmeasured", None, None)
    assert event.occurred_at == ENDED


def test_an_error() -> None:
    said = {"model": "gemini-2.5-pro", "error": "secret", "error_type": "ApiError", "status_code": 429}
    event = the_logged_call(make_record("gemini_cli.api_error", said, scope=SCOPE)).event
    assert (event.status, event.error_type) == ("error", "ApiError")


def test_other_events_and_spans_are_no_calls() -> None:
    names = ["gemini_cli.api_request", "gemini_cli.user_prompt"]
    assert read_logs([make_record(name, RESPONSE, scope=SCOPE) for name in names]) == []
    said = {"gen_ai.operation.name": "llm_call", "gen_ai.request.model": "gemini-2.5-pro"}
    reading = read_spans([make_span(said, SCOPE, parent_span_id="a" * 16)])
    assert (reading.items, reading.links) == ([], [])
