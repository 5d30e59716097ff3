"""pydantic-ai and logfire."""

import json
from decimal import Decimal

from integrations.otlp.usage import read_spans
from tests.integrations.otlp.telemetry import make_event, make_scope, make_span, the_call

CALL = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "anthropic",
    "gen_ai.system": "anthropic",
    "gen_ai.request.model": "claude-opus-4-5",
    "gen_ai.response.model": "claude-opus-4-5-20251101",
    "gen_ai.agent.name": "calc",
    "gen_ai.conversation.id": "c1",
}
PYDANTIC_AI = make_scope("pydantic-ai", "2.68.0")
LOGFIRE = make_scope("logfire.openai", "5.2.0")


def test_the_whole_call() -> None:
    usage = {
        "gen_ai.usage.input_tokens": 4731,
        "gen_ai.usage.output_tokens": 920,
        "gen_ai.usage.cache_creation.input_tokens": 700,
        "gen_ai.usage.details.cache_read_tokens": 4000,
        "gen_ai.usage.details.cache_write_tokens": 700,
        "gen_ai.usage.details.ephemeral_1h_input_tokens": 300,
        "gen_ai.usage.details.thinking_tokens": 704,
    }
    said = {
        **CALL,
        **usage,
        "gen_ai.response.id": "msg_1",
        "operation.cost": 3.975e-05,
        "gen_ai.client.operation.time_to_first_chunk": 0.856,
    }
    call = the_call(make_span(said, PYDANTIC_AI))
    assert call.client == "pydantic-ai"
    assert call.event == make_event(
        provider="anthropic",
        model="claude-opus-4-5-20251101",
        input_tokens=4731,
        cache_read_tokens=4000,
        cache_write_tokens=700,
        cache_write_1h_tokens=300,
        output_tokens=920,
        reasoning_tokens=704,
        reported_cost=Decimal("0.00003975"),
        time_to_first_token_ms=856,
        agent_label="calc",
        session_id="c1",
        observer="pydantic-ai@2.68.0",
        response_id="msg_1",
        raw_usage=usage,
    )


def test_aggregated_usage_is_none() -> None:
    said = {
        "gen_ai.operation.name": "invoke_agent",
        "model_name": "gpt-5",
        "agent_name": "calc",
        "gen_ai.aggregated_usage.input_tokens": 101,
        "gen_ai.aggregated_usage.output_tokens": 41,
    }
    reading = read_spans([make_span(said, PYDANTIC_AI, parent_span_id="a" * 16)])
    assert (reading.items, len(reading.links)) == ([], 1)


def test_an_agent_of_old_repeats_its_calls() -> None:
    said = {
        "model_name": "gpt-5",
        "agent_name": "calc",
        "gen_ai.usage.input_tokens": 101,
        "gen_ai.usage.output_tokens": 41,
        "gen_ai.response.id": "chatcmpl-1",
    }
    event = the_call(make_span(said, PYDANTIC_AI)).event
    assert (event.model, event.input_tokens, event.response_id) == ("gpt-5", 101, "")
    assert event.agent_label == "calc"


def test_the_raw_usage_fills_what_is_missing() -> None:
    raw = {
        "input_tokens": 3008,
        "input_tokens_details": {"cached_tokens": 2560, "cache_write_tokens": 100},
        "output_tokens": 708,
        "output_tokens_details": {"reasoning_tokens": 512},
        "service_tier": "secret words",
    }
    said = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-5",
        "gen_ai.usage.input_tokens": 3008,
        "gen_ai.usage.output_tokens": 708,
        "gen_ai.usage.raw": json.dumps(raw),
    }
    event = the_call(make_span(said, LOGFIRE)).event
    assert event == make_event(
        input_tokens=3008,
        cache_read_tokens=2560,
        cache_write_tokens=100,
        output_tokens=708,
        reasoning_tokens=512,
        observer="logfire.openai@5.2.0",
        raw_usage={
            "gen_ai.usage.input_tokens": 3008,
            "gen_ai.usage.output_tokens": 708,
            "gen_ai.usage.raw.input_tokens": 3008,
            "gen_ai.usage.raw.input_tokens_details.cache_write_tokens": 100,
            "gen_ai.usage.raw.input_tokens_details.cached_tokens": 2560,
            "gen_ai.usage.raw.output_tokens": 708,
            "gen_ai.usage.raw.output_tokens_details.reasoning_tokens": 512,
        },
    )


def test_raw_usage_that_cannot_be_read_costs_nothing() -> None:
    said = {**CALL, "gen_ai.usage.input_tokens": 5, "gen_ai.usage.output_tokens": 6, "gen_ai.usage.raw": "{"}
    assert the_call(make_span(said, LOGFIRE)).event.input_tokens == 5
