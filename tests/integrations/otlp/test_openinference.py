"""OpenInference."""

import json
from decimal import Decimal

import pytest

from integrations.otlp.usage import read_spans
from integrations.sources.parsed import ParsedUsage
from tests.integrations.otlp.telemetry import make_event, make_scope, make_span, the_call

SCOPE = make_scope(
    "openinference.instrumentation.anthropic", "3.1.0", **{"openinference.project.name": "research"}
)
CALL = {"openinference.span.kind": "LLM", "llm.provider": "anthropic", "llm.model_name": "claude-opus-4-5"}


def test_the_whole_call() -> None:
    usage = {
        "llm.token_count.prompt": 4731,
        "llm.token_count.prompt_details.cache_read": 4000,
        "llm.token_count.prompt_details.cache_write": 700,
        "llm.token_count.prompt_details.audio": 3,
        "llm.token_count.completion": 900,
        "llm.token_count.completion_details.reasoning": 704,
        "llm.token_count.completion_details.audio": 4,
        "llm.token_count.total": 5631,
    }
    span = make_span(
        {
            **CALL,
            **usage,
            "llm.request.model_name": "claude-opus-4-5",
            "llm.response.model_name": "claude-opus-4-5-20251101",
            "llm.system": "anthropic",
            "llm.cost.total": 0.5,
            "session.id": "k1",
            "user.id": "u-k1",
            "metadata": '{"team": "research"}',
            "tag.tags": '["t1"]',
            "output.value": '{"id":"msg_1","content":[{"id":"other"}]}',
        },
        SCOPE,
        status=1,
    )
    assert the_call(span) == ParsedUsage(
        "span 1",
        "research",
        make_event(
            provider="anthropic",
            model="claude-opus-4-5-20251101",
            input_tokens=4731,
            cache_read_tokens=4000,
            cache_write_tokens=700,
            input_audio_tokens=3,
            output_tokens=900,
            reasoning_tokens=704,
            output_audio_tokens=4,
            reported_cost=Decimal("0.5"),
            person_label="u-k1",
            session_id="k1",
            tags=("t1",),
            observer="openinference.instrumentation.anthropic@3.1.0",
            response_id="msg_1",
            raw_usage=usage,
        ),
        client="openinference",
    )


@pytest.mark.parametrize(
    ("output", "response_id"),
    [
        ({"id": "chatcmpl-1"}, "chatcmpl-1"),
        ({"llm_output": {"id": "msg_1"}}, "msg_1"),
        (
            {
                "generations": [
                    [{"message": {"kwargs": {"response_metadata": {"id": "msg_2"}, "id": "run-1"}}}]
                ]
            },
            "msg_2",
        ),
        ({"id": "lc_run--019a", "llm_output": None}, ""),
        ({"generations": [[]]}, ""),
        ({"id": 12}, ""),
        ([{"id": "x"}], ""),
        ("an answer in words", ""),
        ('{"id": "cut', ""),
        ("[" * 100_000, ""),
        (None, ""),
    ],
)
def test_the_response_id_is_dug_out_of_the_answer(output, response_id) -> None:
    value = json.dumps(output) if isinstance(output, (dict, list)) else output
    said = {**CALL, "llm.token_count.prompt": 5, "llm.token_count.completion": 6, "output.value": value}
    assert the_call(make_span(said, SCOPE)).event.response_id == response_id


def test_an_embedding() -> None:
    said = {
        "openinference.span.kind": "EMBEDDING",
        "embedding.model_name": "text-embedding-3-small",
        "llm.token_count.prompt": 42,
    }
    scope = make_scope("@arizeai/openinference-instrumentation-openai", "4.0.0")
    event = the_call(make_span(said, scope)).event
    assert (event.provider, event.model, event.request_type) == (
        "openai",
        "text-embedding-3-small",
        "embedding",
    )
    assert (event.status, event.input_tokens, event.output_tokens) == ("ok", 42, None)


def test_chains_and_tools_are_links_unless_they_bear_usage() -> None:
    chain = {"openinference.span.kind": "CHAIN", "output.value": '{"id": "x"}'}
    reading = read_spans([make_span(chain, SCOPE, parent_span_id="a" * 16)])
    assert (reading.items, len(reading.links)) == ([], 1)
    agent = {
        **CALL,
        "openinference.span.kind": "AGENT",
        "llm.token_count.prompt": 5,
        "output.value": '{"id": "x"}',
    }
    assert the_call(make_span(agent, SCOPE)).event.response_id == ""


def test_a_failed_call() -> None:
    event = the_call(make_span(CALL, SCOPE, status=2)).event
    assert (event.status, event.error_type, event.input_tokens) == ("error", "unknown", None)
