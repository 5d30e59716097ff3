"""OpenTelemetry's GenAI semantic conventions."""

from decimal import Decimal

import pytest

from integrations.otlp.usage import read_logs, read_spans
from integrations.sources.parsed import ParsedUsage
from tests.integrations.otlp.telemetry import (
    ENDED,
    SPAN,
    TRACE,
    make_event,
    make_record,
    make_scope,
    make_span,
    the_call,
    the_logged_call,
)

CALL = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-5",
    "gen_ai.response.model": "gpt-5-2025-08-07",
}


def test_the_whole_call() -> None:
    scope = make_scope(
        "opentelemetry.instrumentation.genai.openai",
        "1.3b0",
        **{
            "deployment.environment.name": "prod",
            "team.id": "search",
            "process.command_args": ["ask", "secret"],
        },
    )
    usage = {
        "gen_ai.usage.input_tokens": 3000,
        "gen_ai.usage.cache_read.input_tokens": 1000,
        "gen_ai.usage.cache_write.input_tokens": 500,
        "anthropic.usage.cache_creation.ephemeral_1h_input_tokens": 200,
        "gen_ai.usage.audio.input_tokens": 20,
        "gen_ai.usage.output_tokens": 700,
        "gen_ai.usage.reasoning.output_tokens": 512,
        "gen_ai.usage.audio.output_tokens": 10,
    }
    span = make_span(
        {
            **CALL,
            **usage,
            "gen_ai.response.id": "chatcmpl-1",
            "anthropic.request.id": "req_1",
            "openai.response.service_tier": "flex",
            "gen_ai.response.time_to_first_chunk": 0.25,
            "gen_ai.conversation.id": "c1",
            "session.id": "not this one",
            "user.id": "ada",
            "gen_ai.agent.name": "helper",
            "tag.tags": ["beta", "beta", 7],
            "operation.cost": 0.0125,
            "gen_ai.input.messages": "[]",
        },
        scope,
        parent_span_id="00f067aa0ba902b7",
    )
    assert the_call(span) == ParsedUsage(
        "span 1",
        "shop",
        make_event(
            model="gpt-5-2025-08-07",
            input_tokens=3000,
            cache_read_tokens=1000,
            cache_write_tokens=500,
            cache_write_1h_tokens=200,
            input_audio_tokens=20,
            output_tokens=700,
            reasoning_tokens=512,
            output_audio_tokens=10,
            service_tier="flex",
            reported_cost=Decimal("0.0125"),
            time_to_first_token_ms=250,
            person_label="ada",
            agent_label="helper",
            session_id="c1",
            environment="prod",
            tags=("beta", "7", "team.id:search"),
            observer="opentelemetry.instrumentation.genai.openai@1.3b0",
            response_id="chatcmpl-1",
            request_id="req_1",
            parent_span_id="00f067aa0ba902b7",
            raw_usage=usage,
        ),
        client="opentelemetry",
    )


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("input_tokens", "gen_ai.usage.prompt_tokens"),
        ("input_tokens", "llm.usage.prompt_tokens"),
        ("cache_read_tokens", "gen_ai.usage.cache_read_input_tokens"),
        ("cache_read_tokens", "gen_ai.usage.details.cache_read_tokens"),
        ("cache_write_tokens", "gen_ai.usage.cache_creation.input_tokens"),
        ("cache_write_tokens", "gen_ai.usage.cache_creation_input_tokens"),
        ("cache_write_tokens", "gen_ai.usage.details.cache_write_tokens"),
        ("cache_write_1h_tokens", "gen_ai.usage.details.ephemeral_1h_input_tokens"),
        ("output_tokens", "gen_ai.usage.completion_tokens"),
        ("reasoning_tokens", "gen_ai.usage.reasoning_tokens"),
        ("reasoning_tokens", "gen_ai.usage.details.reasoning_tokens"),
        ("reasoning_tokens", "gen_ai.usage.details.thinking_tokens"),
        ("input_audio_tokens", "gen_ai.usage.details.input_audio_tokens"),
    ],
)
def test_each_name_that_was_ever_used(column, name) -> None:
    wholes = {"gen_ai.usage.input_tokens": 90, "gen_ai.usage.output_tokens": 90}
    if column in {"input_tokens", "output_tokens"}:
        wholes = {}
    event = the_call(make_span({**CALL, **wholes, name: 12})).event
    assert getattr(event, column) == 12


@pytest.mark.parametrize(
    ("said", "provider"),
    [
        ("gcp.gen_ai", "google"),
        ("gcp.vertex_ai", "google"),
        ("openai.chat", "openai"),
        ("openai.responses", "openai"),
        ("OpenAI", "openai"),
        ("anthropic.messages", "anthropic"),
        ("aws.bedrock", "bedrock"),
        ("azure.ai.openai", "azure"),
        ("groqish.chat", "groqish"),
    ],
)
@pytest.mark.parametrize("name", ["gen_ai.provider.name", "gen_ai.system"])
def test_one_provider_by_many_names(said, provider, name) -> None:
    span = make_span({name: said, "gen_ai.request.model": "m", "gen_ai.usage.input_tokens": 1})
    assert the_call(span).event.provider == provider


def test_a_provider_that_only_the_scope_names() -> None:
    said = {"gen_ai.system": "Langchain", "gen_ai.request.model": "m", "gen_ai.usage.input_tokens": 1}
    scope = make_scope("opentelemetry.instrumentation.openai_v2", "2.4b0")
    assert the_call(make_span(said, scope)).event.provider == "openai"
    assert the_call(make_span(said)).event.provider == "unknown"


def test_parts_larger_than_their_whole_were_left_out_of_it() -> None:
    said = {
        **CALL,
        "gen_ai.usage.input_tokens": 31,
        "gen_ai.usage.cache_read.input_tokens": 4000,
        "gen_ai.usage.cache_creation.input_tokens": 700,
        "gen_ai.usage.output_tokens": 100,
        "gen_ai.usage.reasoning.output_tokens": 300,
    }
    event = the_call(make_span(said)).event
    assert (event.input_tokens, event.cache_read_tokens, event.cache_write_tokens) == (4731, 4000, 700)
    assert (event.output_tokens, event.reasoning_tokens) == (400, 300)


USAGE = {"gen_ai.usage.input_tokens": 5, "gen_ai.usage.output_tokens": 6}


@pytest.mark.parametrize(
    ("said", "span_status", "status", "error_type"),
    [
        (USAGE, 0, "ok", ""),
        (USAGE, 1, "ok", ""),
        (USAGE, 2, "partial", "unknown"),
        (USAGE | {"error.type": "timeout"}, 0, "partial", "timeout"),
        ({"gen_ai.usage.input_tokens": 5}, 0, "partial", ""),
        ({"gen_ai.usage.input_tokens": 5, "gen_ai.operation.name": "embeddings"}, 0, "ok", ""),
        ({"error.type": "openai.RateLimitError"}, 2, "error", "openai.RateLimitError"),
        ({"error.type": "429"}, 2, "error", "HTTP 429"),
        ({}, 0, "unmeasured", ""),
        ({"gen_ai.usage.input_tokens": 0, "gen_ai.usage.output_tokens": 0}, 0, "unmeasured", ""),
    ],
)
def test_what_became_of_the_call(said, span_status, status, error_type) -> None:
    event = the_call(make_span({**CALL, **said}, status=span_status)).event
    assert (event.status, event.error_type) == (status, error_type)


@pytest.mark.parametrize(
    ("operation", "request_type"),
    [
        ("chat", "chat"),
        ("chat_completion", "chat"),
        ("generate_content", "chat"),
        ("text_completion", "completion"),
        ("embeddings", "embedding"),
        ("image_generation", "image"),
        ("rerank", "rerank"),
    ],
)
def test_types_of_requests(operation, request_type) -> None:
    event = the_call(make_span({**CALL, **USAGE, "gen_ai.operation.name": operation})).event
    assert event.request_type == request_type


def test_a_request_id_in_the_place_of_the_response_id() -> None:
    event = the_call(make_span({**CALL, **USAGE, "gen_ai.response.id": "req_9"})).event
    assert (event.response_id, event.request_id) == ("", "req_9")


@pytest.mark.parametrize("cost", [0, 0.0, "0"])
def test_a_cost_of_nothing_is_unknown(cost) -> None:
    assert the_call(make_span({**CALL, **USAGE, "operation.cost": cost})).event.reported_cost is None


def test_a_wrapper_with_usage_is_a_call_without_an_id_of_its_own() -> None:
    said = {**CALL, **USAGE, "gen_ai.operation.name": "invoke_agent", "gen_ai.response.id": "chatcmpl-1"}
    event = the_call(make_span(said)).event
    assert (event.input_tokens, event.response_id, event.span_id) == (5, "", SPAN)


def test_spans_that_tell_of_no_call_are_links() -> None:
    spans = [
        make_span({"http.request.method": "GET"}, parent_span_id="a" * 16),
        make_span({"gen_ai.operation.name": "invoke_agent"}, span_id="1" * 16, parent_span_id="b" * 16),
        make_span({"gen_ai.operation.name": "chat"}, span_id="2" * 16, parent_span_id="c" * 16),
        make_span({"http.request.method": "GET"}, span_id="3" * 16),
    ]
    reading = read_spans(spans)
    assert reading.items == []
    assert reading.links == [
        (TRACE, SPAN, "a" * 16),
        (TRACE, "1" * 16, "b" * 16),
        (TRACE, "2" * 16, "c" * 16),
    ]


DETAILS = "gen_ai.client.inference.operation.details"


def test_the_event_that_repeats_its_span_is_no_call() -> None:
    told = {**CALL, **USAGE}
    assert read_logs([make_record(DETAILS, told, trace_id=TRACE, span_id=SPAN)]) == []
    assert read_logs([make_record(DETAILS, CALL)]) == []
    assert read_logs([make_record(DETAILS, told, scope=make_scope("gemini-cli", ""))]) == []


def test_the_event_without_a_span_is_a_call() -> None:
    event = the_logged_call(make_record(DETAILS, {**CALL, **USAGE, "gen_ai.response.id": "chatcmpl-1"})).event
    assert event == make_event(
        model="gpt-5-2025-08-07",
        native_id="2026-03-01 12:00:01.500000+00:00:chatcmpl-1:None:5:6",
        dedup_scope="otlp-log",
        dedup_time=ENDED,
        input_tokens=5,
        output_tokens=6,
        latency_ms=None,
        response_id="chatcmpl-1",
        trace_id="",
        span_id="",
        raw_usage=USAGE,
    )
