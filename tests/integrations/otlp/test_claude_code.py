"""Claude Code's log events and beta spans."""

from decimal import Decimal

from integrations.otlp.usage import read_logs, read_spans
from tests.integrations.otlp.telemetry import (
    ENDED,
    TRACE,
    make_event,
    make_record,
    make_scope,
    make_span,
    the_call,
    the_logged_call,
)

EVENTS = make_scope("com.anthropic.claude_code.events", "2.1.197", cost_center="eng-7")
TRACING = make_scope("com.anthropic.claude_code.tracing", "1.0.0")
USAGE = {
    "input_tokens": 31,
    "output_tokens": 51,
    "cache_read_tokens": 4000,
    "cache_creation_tokens": 700,
}
REQUEST = {
    **USAGE,
    "event.timestamp": "2026-03-01T12:00:01.250Z",
    "session.id": "s1",
    "user.id": "hash",
    "model": "claude-sonnet-4-5-20250929",
    "cost_usd": 0.004683,
    "duration_ms": 18,
    "request_id": "req_1",
    "speed": "normal",
    "query_source": "agent:general-purpose",
    "agent.name": "general-purpose",
}
AT = ENDED.replace(microsecond=250_000)


def test_a_request_in_the_log() -> None:
    record = make_record("api_request", REQUEST, scope=EVENTS, trace_id=TRACE, span_id="a" * 16)
    call = the_logged_call(record)
    assert call.client == "claude-code"
    assert call.event == make_event(
        occurred_at=AT,
        provider="anthropic",
        model="claude-sonnet-4-5-20250929",
        native_id="req_1",
        dedup_scope="claude-code.otlp",
        dedup_time=AT,
        input_tokens=4731,
        cache_read_tokens=4000,
        cache_write_tokens=700,
        output_tokens=51,
        reported_cost=Decimal("0.004683"),
        latency_ms=18,
        person_label="hash",
        agent_label="general-purpose",
        session_id="s1",
        tags=("cost_center:eng-7",),
        observer="claude-code.otlp",
        request_id="req_1",
        span_id="",
        parent_span_id="a" * 16,
        raw_usage=USAGE,
    )


def test_the_event_by_its_long_name() -> None:
    assert (
        the_logged_call(make_record("claude_code.api_request", REQUEST, scope=EVENTS)).event.input_tokens
        == 4731
    )


def test_a_big_prompt_with_a_small_cache_is_exclusive_too() -> None:
    said = {**REQUEST, "input_tokens": 9000, "cache_read_tokens": 10, "cache_creation_tokens": 0}
    assert the_logged_call(make_record("api_request", said, scope=EVENTS)).event.input_tokens == 9010


def test_a_failed_request() -> None:
    said = {
        "event.timestamp": "2026-03-01T12:00:01.250Z",
        "model": "claude-haiku-4-5",
        "error": "secret words",
        "status_code": 529,
        "attempt": 2,
        "request_id": "req_2",
        "duration_ms": 17,
    }
    event = the_logged_call(make_record("api_error", said, scope=EVENTS)).event
    assert (event.status, event.error_type, event.native_id) == ("error", "HTTP 529", "req_2:error:2")
    assert (event.request_id, event.input_tokens) == ("req_2", None)


def test_a_request_without_an_id_is_known_by_its_place() -> None:
    said = {name: value for name, value in REQUEST.items() if name != "request_id"}
    record = make_record("api_request", {**said, "event.sequence": 4}, scope=EVENTS)
    expected = "api_request:s1:2026-03-01T12:00:01.250Z:4:31:51"
    assert the_logged_call(record).event.native_id == expected


def test_the_fast_tier_has_its_price() -> None:
    event = the_logged_call(make_record("api_request", {**REQUEST, "speed": "fast"}, scope=EVENTS)).event
    assert event.service_tier == "fast"


def test_other_events_are_no_calls() -> None:
    names = ["user_prompt", "assistant_response", "tool_result", "subagent_completed"]
    assert read_logs([make_record(name, REQUEST, scope=EVENTS) for name in names]) == []


def test_an_event_of_the_same_name_is_claude_codes_own_only_where_it_says_so() -> None:
    elsewhere = make_scope("my.gateway")
    assert read_logs([make_record("api_request", REQUEST, scope=elsewhere)]) == []
    assert len(read_logs([make_record("api_request", REQUEST, body="claude_code.api_request")])) == 1


def test_a_span_of_a_request() -> None:
    said = {
        **USAGE,
        "model": "claude-sonnet-4-5",
        "gen_ai.system": "anthropic",
        "gen_ai.request.model": "claude-sonnet-4-5",
        "gen_ai.response.id": "req_1",
        "request_id": "req_1",
        "session.id": "s1",
        "ttft_ms": 14,
        "duration_ms": 22,
        "success": True,
    }
    call = the_call(make_span(said, TRACING, name="claude_code.llm_request"))
    assert call.client == "claude-code"
    assert call.event == make_event(
        provider="anthropic",
        model="claude-sonnet-4-5",
        input_tokens=4731,
        cache_read_tokens=4000,
        cache_write_tokens=700,
        output_tokens=51,
        latency_ms=22,
        time_to_first_token_ms=14,
        session_id="s1",
        observer="com.anthropic.claude_code.tracing@1.0.0",
        request_id="req_1",
        raw_usage=USAGE,
    )


def test_other_spans_lead_to_their_parents() -> None:
    said = {"span.type": "tool", "user_prompt": "secret"}
    reading = read_spans([make_span(said, TRACING, name="claude_code.tool", parent_span_id="a" * 16)])
    assert (reading.items, len(reading.links)) == ([], 1)
