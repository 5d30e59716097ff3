"""LiteLLM's spend logs and logger payloads."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from billing.ledger.events import UsageEvent
from integrations.sources.parsed import ParsedUsage, Rejection

STARTED = datetime(2026, 11, 22, 5, 19, 52, 222_301, tzinfo=UTC)
USAGE = {
    "prompt_tokens": 1_000,
    "completion_tokens": 200,
    "total_tokens": 1_200,
    "prompt_tokens_details": {
        "cached_tokens": 600,
        "cache_write_tokens": 300,
        "audio_tokens": 5,
        "cache_creation_token_details": {"ephemeral_5m_input_tokens": 100, "ephemeral_1h_input_tokens": 200},
    },
    "completion_tokens_details": {"reasoning_tokens": 64, "audio_tokens": 7},
    "server_tool_use": {"web_search_requests": 2},
}
METADATA = {"user_api_key_team_alias": "search", "user_api_key_user_email": "ada@example.com"}


def payload(**overrides: Any) -> dict[str, Any]:
    """What the generic logger posts; `metadata` adds to its metadata."""
    metadata = {**METADATA, "usage_object": USAGE, **overrides.pop("metadata", {})}
    fields = {
        "id": "chatcmpl-1",
        "litellm_call_id": "call-1",
        "trace_id": "talk-1",
        "session_id": "",
        "call_type": "acompletion",
        "cache_hit": None,
        "stream": None,
        "status": "success",
        "custom_llm_provider": "openai",
        "model": "gpt-4o",
        "api_base": "https://api.openai.com/v1",
        "startTime": 1795324792.222301,
        "endTime": 1795324792.827359,
        "completionStartTime": 1795324792.827359,
        "prompt_tokens": 1_000,
        "completion_tokens": 200,
        "response_cost": 0.007903750000000001,
        "request_tags": ["team:search", "env:prod"],
        "end_user": None,
        "metadata": metadata,
        "messages": [{"role": "user", "content": "hush"}],
    }
    return {**fields, **overrides}


def spend_log(**overrides: Any) -> dict[str, Any]:
    """The same call as LiteLLM_SpendLogs keeps it."""
    posted = payload(**overrides)
    return {
        **{
            name: posted[name]
            for name in ("call_type", "custom_llm_provider", "model", "api_base", "litellm_call_id")
        },
        **{name: posted[name] for name in ("prompt_tokens", "completion_tokens", "status")},
        "request_id": posted["id"],
        "session_id": posted["trace_id"],
        "spend": posted["response_cost"] or None,
        "cache_hit": str(posted["cache_hit"]),
        "end_user": "",
        "user": "",
        "team_id": "",
        "startTime": "2026-11-22 05:19:52.222301+00:00",
        "endTime": "2026-11-22 05:19:52.827359+00:00",
        "completionStartTime": "2026-11-22 05:19:52.827359+00:00",
        "metadata": json.dumps(posted["metadata"]),
        "request_tags": json.dumps(posted["request_tags"]),
    }


CALL = UsageEvent(
    occurred_at=STARTED.replace(microsecond=827_359),
    provider="openai",
    model="gpt-4o",
    source="",
    native_id="chatcmpl-1",
    dedup_scope="litellm",
    dedup_time=STARTED.replace(minute=0, second=0, microsecond=0),
    input_tokens=1_000,
    cache_read_tokens=600,
    cache_write_tokens=300,
    cache_write_1h_tokens=200,
    input_audio_tokens=5,
    output_tokens=200,
    reasoning_tokens=64,
    output_audio_tokens=7,
    web_search_requests=2,
    reported_cost=Decimal("0.007903750000000001"),
    latency_ms=605,
    person_label="ada@example.com",
    session_id="talk-1",
    environment="prod",
    tags=("team:search", "env:prod"),
    observer="litellm",
    response_id="chatcmpl-1",
    raw_usage=USAGE,
)


@pytest.fixture
def parse(tmp_path, read):
    """`parse(record)`: the event of one record."""

    def parse_one(record: dict[str, Any]) -> UsageEvent:
        path = tmp_path / "one.json"
        path.write_text(json.dumps([record]))
        (parsed,) = read("litellm", path)
        assert isinstance(parsed, ParsedUsage), parsed
        return parsed.event

    return parse_one


def as_csv(*rows: dict[str, Any]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("payload.ndjson", json.dumps([payload()])),
        ("payload.json", json.dumps(payload()) + "\n"),
        ("payload.txt", json.dumps(payload(), indent=1)),
        ("rows.json", json.dumps([spend_log()])),
        ("rows.json", json.dumps({"data": [spend_log()]})),
        ("rows.csv", json.dumps(spend_log())),
        ("rows.json", as_csv(spend_log())),
    ],
)
def test_one_call_in_every_form_whatever_the_name_says(tmp_path, read, name, content) -> None:
    path = tmp_path / name
    path.write_text(content)
    (parsed,) = read("litellm", path)
    assert (parsed.project_name, parsed.event) == ("search", CALL)


def test_a_failure_has_no_usage_and_no_cost(parse) -> None:
    failed = payload(
        status="failure",
        prompt_tokens=0,
        completion_tokens=0,
        response_cost=0.0,
        error_information={"error_class": "RateLimitError", "error_code": "429"},
    )
    event = parse(failed)
    figures = {
        name: None
        for name in UsageEvent.__dataclass_fields__
        if name.endswith(("_tokens", "_requests", "_cost"))
    }
    nothing = {"raw_usage": None, "response_id": "", **figures}
    assert event == replace(CALL, status="error", error_type="RateLimitError", **nothing)
    row = spend_log(status="failure", metadata={"error_information": {"error_class": "Timeout"}})
    assert (parse(row).status, parse(row).error_type) == ("error", "Timeout")


@pytest.mark.parametrize(
    "record",
    [
        payload(cache_hit=True, id="chatcmpl-1_cache_hit1795324800.58", response_cost=0.0),
        spend_log(cache_hit=True, id="chatcmpl-1_cache_hit1795324800.59", response_cost=0.0),
        payload(id="chatcmpl-1_cache_hit1795324800.58"),
    ],
    ids=["payload", "spend log", "only its id tells"],
)
def test_a_cache_hit_uses_nothing_and_has_one_id_at_both_doors(parse, record) -> None:
    event = parse(record)
    assert (event.status, event.native_id) == ("cached", "cache_hit:call-1")
    assert (event.input_tokens, event.output_tokens, event.reported_cost) == (0, 0, Decimal(0))
    assert (event.cache_read_tokens, event.reasoning_tokens, event.web_search_requests) == (None, None, None)
    assert event.raw_usage == USAGE


def test_mock_answers_are_no_spend(parse) -> None:
    details = {"prompt_tokens": 10, "completion_tokens": 20, "prompt_tokens_details": None}
    mock = {
        "api_base": "",
        "prompt_tokens": 10,
        "completion_tokens": 20,
        "metadata": {"usage_object": details},
    }
    event = parse(payload(**mock))
    assert (event.status, event.input_tokens, event.output_tokens) == ("mock", 0, 0)
    assert (event.reported_cost, event.raw_usage) == (Decimal(0), details)
    for real in (
        {"api_base": "https://api.openai.com"},
        {"prompt_tokens": 11},
        {"metadata": {"usage_object": USAGE}},
    ):
        assert parse(payload(**{**mock, **real})).status == "ok"


def test_a_stream_without_usage_is_unknown_not_free(parse) -> None:
    event = parse(
        payload(prompt_tokens=0, completion_tokens=0, response_cost=0.0, metadata={"usage_object": {}})
    )
    assert (event.status, event.input_tokens, event.output_tokens, event.reported_cost) == (
        "ok",
        None,
        None,
        None,
    )


@pytest.mark.parametrize("cost", [0.0, 0, None, ""])
def test_a_cost_of_nothing_is_unknown(parse, cost) -> None:
    assert parse(payload(response_cost=cost)).reported_cost is None
    assert parse({**spend_log(), "spend": cost}).reported_cost is None


def test_counts_that_exclude_their_parts_are_converted(parse) -> None:
    usage = {
        "prompt_tokens_details": {"cached_tokens": 600, "cache_creation_tokens": 300},
        "completion_tokens_details": {"reasoning_tokens": 64},
    }
    event = parse(payload(prompt_tokens=10, completion_tokens=20, metadata={"usage_object": usage}))
    assert (event.input_tokens, event.output_tokens) == (910, 84)


def test_details_of_older_rows(parse) -> None:
    usage = {"cache_read_input_tokens": 600, "cache_creation_input_tokens": 300}
    old = spend_log(metadata={"usage_object": None, "additional_usage_values": usage})
    event = parse(old)
    assert (event.cache_read_tokens, event.cache_write_tokens, event.reasoning_tokens) == (600, 300, None)
    assert event.raw_usage == usage


@pytest.mark.parametrize(
    ("model", "provider", "expected"),
    [
        ("openai/gpt-4o-mini", "openai", ("openai", "gpt-4o-mini")),
        (
            "openrouter/anthropic/claude-sonnet-4.5",
            "openrouter",
            ("openrouter", "anthropic/claude-sonnet-4.5"),
        ),
        ("meta/llama-3", "groq", ("groq", "meta/llama-3")),
        ("anthropic/claude-haiku-4-5", "", ("anthropic", "claude-haiku-4-5")),
        ("gpt-4o", None, ("unknown", "gpt-4o")),
    ],
)
def test_provider_and_model(parse, model, provider, expected) -> None:
    event = parse(payload(model=model, custom_llm_provider=provider))
    assert (event.provider, event.model) == expected


@pytest.mark.parametrize(
    ("call_type", "request_type"),
    [
        ("acompletion", "chat"),
        ("anthropic_messages", "chat"),
        ("aresponses", "chat"),
        ("", "chat"),
        ("atext_completion", "completion"),
        ("aembedding", "embedding"),
        ("embedding", "embedding"),
        ("aimage_generation", "image"),
        ("atranscription", "audio"),
        ("speech", "audio"),
        ("arerank", "rerank"),
        ("call_mcp_tool", "tool"),
        ("amoderation", "other"),
    ],
)
def test_request_types(parse, call_type, request_type) -> None:
    assert parse(payload(call_type=call_type)).request_type == request_type


def test_service_tiers(parse) -> None:
    def tier(**usage: Any) -> str:
        return parse(payload(metadata={"usage_object": {**USAGE, **usage}})).service_tier

    assert [tier(), tier(service_tier="standard"), tier(service_tier="flex"), tier(speed="fast")] == [
        "",
        "",
        "flex",
        "fast",
    ]


def test_the_first_token_of_a_stream(parse) -> None:
    assert parse(payload(completionStartTime=1795324792.422301)).time_to_first_token_ms == 200


def test_whose_call_it_is(tmp_path, read) -> None:
    nobody: dict[str, Any] = dict.fromkeys(METADATA)
    metadata = [
        {"user_api_key_project_alias": "Shop", "user_api_key_project_id": "p1"},
        {"user_api_key_team_alias": None, "user_api_key_team_id": "t1"},
        nobody,
    ]
    records = [payload(id=f"chatcmpl-{number}", metadata=each) for number, each in enumerate(metadata)]
    rows = [
        {**spend_log(id="row-1", metadata=nobody), "team_id": "t2", "end_user": "ada", "agent_id": "planner"},
        {**spend_log(id="row-2", metadata=nobody), "user": "default_user_id", "session_id": "call-1"},
    ]
    path = tmp_path / "all.json"
    path.write_text(json.dumps([*records, *rows]))
    assert [
        (item.project_name, item.event.person_label, item.event.agent_label, item.event.session_id)
        for item in read("litellm", path)
    ] == [
        ("Shop", "ada@example.com", "", "talk-1"),
        ("t1", "ada@example.com", "", "talk-1"),
        ("", "", "", "talk-1"),
        ("t2", "ada", "planner", "talk-1"),
        ("", "", "", ""),
    ]


@pytest.mark.parametrize(
    ("overrides", "reason"),
    [
        ({"id": None}, "request_id, id: missing; this is neither a spend log nor a logger payload"),
        ({"startTime": None}, "startTime: missing"),
        ({"prompt_tokens": -5}, "prompt_tokens: -5 is negative"),
        ({"response_cost": "much"}, "response_cost: “much” is not an amount"),
    ],
)
def test_bad_records_are_named_without_what_was_said(tmp_path, read, overrides, reason) -> None:
    path = tmp_path / "all.json"
    path.write_text(json.dumps([payload(**overrides), payload()]))
    rejection, kept = read("litellm", path)
    assert (rejection.where, rejection.reason) == (f"{path}: record 1", reason)
    assert "hush" not in rejection.raw
    assert kept.event == CALL


def test_a_csv_of_something_else(tmp_path, read) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("date,amount\n2026-11-01,5\n")
    reason = "is no export of LiteLLM_SpendLogs: column request_id, startTime is missing"
    assert read("litellm", path) == [Rejection(f"{path}:1", reason)]
