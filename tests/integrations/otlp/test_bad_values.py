"""What no count, cost or time can be is refused with its place and its name, and costs no other call."""

import json
import math

import pytest

from integrations.otlp.usage import read_logs, read_spans
from integrations.sources.parsed import ParsedUsage, Rejection
from tests.integrations.otlp.telemetry import make_record, make_scope, make_span, the_call, the_refusal

CALL = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-5",
    "gen_ai.usage.input_tokens": 10,
    "gen_ai.usage.output_tokens": 5,
}


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (-1, "-1 is negative"),
        (math.nan, "nan is not a whole number"),
        (math.inf, "inf is not a whole number"),
        (True, "True is not a whole number"),
        (2**60, "1152921504606846976 is too large"),
        (1.5, "1.5 is not a whole number"),
        ("many", "“many” is not a whole number"),
        (["12"], "['12'] is not a whole number"),
        ({"a": 1}, "{'a': 1} is not a whole number"),
    ],
)
@pytest.mark.parametrize("name", ["gen_ai.usage.input_tokens", "gen_ai.usage.cache_read.input_tokens"])
def test_a_bad_count(name, value, reason) -> None:
    refusal = the_refusal(make_span({**CALL, name: value, "gen_ai.input.messages": "a secret"}))
    assert (refusal.where, refusal.reason) == ("span 1", f"{name}: {reason}")
    assert "secret" not in refusal.raw
    assert name in json.loads(refusal.raw)


@pytest.mark.parametrize("value", [12, "12", 12.0])
def test_a_count_in_any_dress(value) -> None:
    event = the_call(make_span({**CALL, "gen_ai.usage.input_tokens": value})).event
    assert event.input_tokens == 12
    assert type(event.input_tokens) is int


@pytest.mark.parametrize("value", [-0.5, math.nan, "a lot"])
def test_a_bad_cost(value) -> None:
    assert the_refusal(make_span({**CALL, "operation.cost": value})).reason.startswith("operation.cost: ")


def test_a_call_without_any_time() -> None:
    assert the_refusal(make_span(CALL, started_at=None, ended_at=None)).reason == "time: missing"


@pytest.mark.parametrize("value", [-1, math.nan, "soon", 1e300])
def test_a_duration_that_is_none_is_unknown(value) -> None:
    event = the_call(make_span({**CALL, "gen_ai.response.time_to_first_chunk": value})).event
    assert event.time_to_first_token_ms is None


def test_a_bad_span_costs_no_other() -> None:
    spans = [
        make_span({**CALL, "gen_ai.usage.output_tokens": -5}, parent_span_id="a" * 16),
        make_span(CALL, span_id="1" * 16),
    ]
    reading = read_spans(spans)
    assert [type(item) for item in reading.items] == [Rejection, ParsedUsage]
    assert len(reading.links) == 1


def test_a_bad_log_record() -> None:
    scope = make_scope("gemini-cli", "")
    record = make_record("gemini_cli.api_response", {"model": "m", "output_token_count": "x"}, scope=scope)
    (refusal,) = read_logs([record])
    assert isinstance(refusal, Rejection)
    assert (refusal.where, refusal.reason) == ("record 1", "output_token_count: “x” is not a whole number")


@pytest.mark.parametrize("said", [["a"], {"a": 1}, True, 1.5, None])
def test_names_that_are_no_texts_are_left_out(said) -> None:
    names = ("session.id", "user.id", "gen_ai.agent.name", "gen_ai.response.id", "tag.tags")
    event = the_call(make_span(CALL | dict.fromkeys(names, said))).event
    assert (event.session_id, event.person_label, event.agent_label, event.response_id) == ("", "", "", "")


def test_texts_are_cut_to_their_columns() -> None:
    long = "x\x00" * 2000
    names = ("session.id", "user.id", "gen_ai.agent.name", "gen_ai.response.id", "gen_ai.response.model")
    event = the_call(make_span(CALL | dict.fromkeys(names, long))).event
    lengths = [len(event.session_id), len(event.person_label), len(event.agent_label), len(event.response_id)]
    assert lengths == [255, 320, 200, 200]
    assert event.model == "x" * 200
