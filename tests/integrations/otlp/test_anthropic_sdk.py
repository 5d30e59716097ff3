"""The spans that Anthropic's SDK writes of itself."""

from tests.integrations.otlp.telemetry import make_event, make_scope, make_span, the_call

SCOPE = make_scope("com.anthropic.sdk.python", "2.12.0")
USAGE = {
    "gen_ai.usage.input_tokens": 4731,
    "gen_ai.usage.cache_read.input_tokens": 4000,
    "gen_ai.usage.cache_write.input_tokens": 700,
    "anthropic.usage.cache_creation.ephemeral_5m_input_tokens": 400,
    "anthropic.usage.cache_creation.ephemeral_1h_input_tokens": 300,
}
CALL = {
    **USAGE,
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "anthropic",
    "gen_ai.response.model": "claude-sonnet-4-5-20250929",
    "gen_ai.response.id": "msg_1",
    "anthropic.request.id": "req_1",
    "anthropic.response.service_tier": "standard",
}


def test_the_whole_call() -> None:
    call = the_call(make_span({**CALL, "gen_ai.usage.output_tokens": 51}, SCOPE, status=1))
    assert call.client == "anthropic-sdk"
    assert call.event == make_event(
        provider="anthropic",
        model="claude-sonnet-4-5-20250929",
        input_tokens=4731,
        cache_read_tokens=4000,
        cache_write_tokens=700,
        cache_write_1h_tokens=300,
        output_tokens=51,
        observer="com.anthropic.sdk.python@2.12.0",
        response_id="msg_1",
        request_id="req_1",
        raw_usage={**USAGE, "gen_ai.usage.output_tokens": 51},
    )


def test_a_stream_that_was_cut_knows_its_input() -> None:
    cut = the_call(make_span(CALL, SCOPE)).event
    assert (cut.status, cut.input_tokens, cut.output_tokens) == ("partial", 4731, None)
    failed = the_call(make_span({**CALL, "error.type": "overloaded_error"}, SCOPE, status=2)).event
    assert (failed.status, failed.error_type) == ("partial", "overloaded_error")
