"""Vercel's AI SDK."""

import json

import pytest

from integrations.otlp.usage import read_spans
from tests.integrations.otlp.telemetry import make_event, make_scope, make_span, the_call

SCOPE = make_scope("ai", "")
INNER = {
    "ai.operationId": "ai.streamText.doStream",
    "ai.model.provider": "anthropic.messages",
    "ai.model.id": "claude-sonnet-4-5",
    "ai.telemetry.functionId": "checkout-help",
    "ai.telemetry.metadata.sessionId": "v1",
    "ai.telemetry.metadata.userId": "u-v1",
    "gen_ai.system": "anthropic.messages",
    "gen_ai.request.model": "claude-sonnet-4-5",
}
USAGE_6 = {
    "ai.usage.inputTokens": 4745,
    "ai.usage.inputTokenDetails.noCacheTokens": 45,
    "ai.usage.inputTokenDetails.cacheReadTokens": 4000,
    "ai.usage.inputTokenDetails.cacheWriteTokens": 700,
    "ai.usage.outputTokens": 918,
    "ai.usage.outputTokenDetails.textTokens": 214,
    "ai.usage.outputTokenDetails.reasoningTokens": 704,
    "ai.usage.cachedInputTokens": 4000,
    "gen_ai.usage.input_tokens": 4745,
    "gen_ai.usage.output_tokens": 918,
}
METADATA = {
    "anthropic": {
        "usage": {"cache_creation": {"ephemeral_1h_input_tokens": 300}},
        "cacheCreationInputTokens": 700,
    }
}


def test_version_6() -> None:
    call = the_call(
        make_span(
            {
                **INNER,
                **USAGE_6,
                "ai.response.id": "msg_1",
                "ai.response.model": "claude-sonnet-4-5-20250929",
                "ai.response.msToFirstChunk": 49.5321,
                "ai.response.providerMetadata": json.dumps(METADATA),
                "ai.response.text": "a secret",
            },
            SCOPE,
        )
    )
    assert call.client == "vercel-ai"
    assert call.event == make_event(
        provider="anthropic",
        model="claude-sonnet-4-5-20250929",
        input_tokens=4745,
        cache_read_tokens=4000,
        cache_write_tokens=700,
        cache_write_1h_tokens=300,
        output_tokens=918,
        reasoning_tokens=704,
        time_to_first_token_ms=50,
        person_label="u-v1",
        agent_label="checkout-help",
        session_id="v1",
        observer="ai",
        response_id="msg_1",
        raw_usage=USAGE_6,
    )


@pytest.mark.parametrize(
    "usage",
    [
        {"ai.usage.promptTokens": 45, "ai.usage.completionTokens": 65},
        {"ai.usage.inputTokens": 45, "ai.usage.outputTokens": 65, "ai.usage.cachedInputTokens": 40},
    ],
    ids=["4", "5"],
)
def test_versions_4_and_5_pass_anthropics_own_count_on(usage) -> None:
    metadata = {"anthropic": {"cacheReadInputTokens": 40, "cacheCreationInputTokens": 3}}
    said = {**INNER, **usage, "ai.response.providerMetadata": json.dumps(metadata)}
    event = the_call(make_span(said, SCOPE)).event
    assert (event.input_tokens, event.cache_read_tokens, event.cache_write_tokens) == (88, 40, 3)
    assert event.output_tokens == 65


def test_versions_4_and_5_count_openais_cache_within() -> None:
    said = {
        "ai.operationId": "ai.generateText.doGenerate",
        "ai.model.provider": "openai.responses",
        "ai.model.id": "gpt-5",
        "ai.usage.inputTokens": 100,
        "ai.usage.cachedInputTokens": 40,
        "ai.usage.outputTokens": 65,
    }
    event = the_call(make_span(said, SCOPE)).event
    assert (event.provider, event.input_tokens, event.cache_read_tokens) == ("openai", 100, 40)


def test_the_outer_span_repeats_the_sum_without_an_id() -> None:
    said = {**INNER, **USAGE_6, "ai.operationId": "ai.streamText", "ai.response.id": "msg_1"}
    event = the_call(make_span(said, SCOPE)).event
    assert (event.model, event.input_tokens, event.response_id) == ("claude-sonnet-4-5", 4745, "")


def test_an_embedding() -> None:
    said = {
        "ai.operationId": "ai.embedMany.doEmbed",
        "ai.model.provider": "openai.embedding",
        "ai.model.id": "text-embedding-3-small",
        "ai.usage.tokens": 55,
        "ai.values": ['"a secret"'],
    }
    event = the_call(make_span(said, SCOPE)).event
    assert event == make_event(
        model="text-embedding-3-small",
        request_type="embedding",
        input_tokens=55,
        observer="ai",
        raw_usage={"ai.usage.tokens": 55},
    )


def test_a_failure_counts_where_it_happened() -> None:
    inner = make_span({**INNER, "ai.operationId": "ai.generateText.doGenerate"}, SCOPE, status=2)
    outer = make_span({**INNER, "ai.operationId": "ai.generateText"}, SCOPE, status=2, span_id="1" * 16)
    reading = read_spans([inner, outer])
    assert [item.event.status for item in reading.items] == ["error"]
