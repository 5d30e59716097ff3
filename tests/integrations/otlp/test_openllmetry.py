"""OpenLLMetry, which names its instrumentations as OpenTelemetry does."""

import pytest

from tests.integrations.otlp.telemetry import make_event, make_scope, make_span, the_call

SCOPE = make_scope("opentelemetry.instrumentation.openai.v1", "0.62.4", **{"deployment.environment": "test"})


def test_version_0_62() -> None:
    usage = {
        "gen_ai.usage.input_tokens": 101,
        "gen_ai.usage.output_tokens": 41,
        "gen_ai.usage.total_tokens": 142,
        "gen_ai.usage.cache_read.input_tokens": 64,
        "gen_ai.usage.reasoning_tokens": 12,
    }
    call = the_call(
        make_span(
            {
                **usage,
                "gen_ai.operation.name": "chat",
                "gen_ai.provider.name": "openai",
                "gen_ai.request.model": "gpt-4o",
                "gen_ai.response.model": "gpt-4o-2024-08-06",
                "gen_ai.response.id": "chatcmpl-1",
                "gen_ai.is_streaming": False,
                "openai.response.service_tier": "default",
                "traceloop.association.properties.session_id": "c1",
                "traceloop.association.properties.user_id": "u-c1",
            },
            SCOPE,
        )
    )
    assert call.client == "openllmetry"
    assert call.event == make_event(
        model="gpt-4o-2024-08-06",
        input_tokens=101,
        cache_read_tokens=64,
        output_tokens=41,
        reasoning_tokens=12,
        person_label="u-c1",
        session_id="c1",
        environment="test",
        observer="opentelemetry.instrumentation.openai.v1@0.62.4",
        response_id="chatcmpl-1",
        raw_usage=usage,
    )


def test_version_0_40() -> None:
    usage = {
        "gen_ai.usage.prompt_tokens": 101,
        "gen_ai.usage.completion_tokens": 41,
        "llm.usage.total_tokens": 142,
    }
    said = {
        **usage,
        "llm.request.type": "completion",
        "gen_ai.system": "OpenAI",
        "gen_ai.request.model": "gpt-3.5-turbo-instruct",
        "gen_ai.prompt.0.content": "a secret",
    }
    call = the_call(make_span(said, make_scope("opentelemetry.instrumentation.openai.v1", "0.40.2")))
    assert call.client == "openllmetry"
    assert call.event == make_event(
        model="gpt-3.5-turbo-instruct",
        request_type="completion",
        input_tokens=101,
        output_tokens=41,
        observer="opentelemetry.instrumentation.openai.v1@0.40.2",
        raw_usage=usage,
    )


def test_a_stream_of_0_40_tells_no_usage() -> None:
    said = {"llm.request.type": "chat", "gen_ai.system": "OpenAI", "gen_ai.request.model": "gpt-4o"}
    event = the_call(make_span(said, SCOPE)).event
    assert (event.status, event.input_tokens, event.output_tokens) == ("unmeasured", None, None)


@pytest.mark.parametrize(
    ("scope", "client"),
    [
        (make_scope("opentelemetry.instrumentation.anthropic", "0.62.4"), "openllmetry"),
        (make_scope("traceloop.tracer", ""), "openllmetry"),
        (make_scope("opentelemetry.instrumentation.openai_v2", "2.4b0"), "opentelemetry"),
        (make_scope("opentelemetry.instrumentation.genai.anthropic", "1.3b0"), "opentelemetry"),
    ],
)
def test_who_is_who(scope, client) -> None:
    said = {"gen_ai.provider.name": "anthropic", "gen_ai.request.model": "m", "gen_ai.usage.input_tokens": 1}
    assert the_call(make_span(said, scope)).client == client
