"""Helicone's requests."""

import csv
import io
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from billing.ledger.events import UsageEvent
from integrations.sources.parsed import ParsedUsage, Rejection

COUNTS = {
    "prompt_tokens": 282,
    "prompt_cache_read_tokens": 1_920,
    "prompt_cache_write_tokens": 30,
    "prompt_audio_tokens": 5,
    "completion_tokens": 62,
    "completion_audio_tokens": 7,
    "reasoning_tokens": 12,
    "total_tokens": 2_299,
}


def request(**fields: Any) -> dict[str, Any]:
    return {
        "response_id": "helicone-1",
        "response_created_at": "2026-02-05T08:00:01.000Z",
        "response_status": 200,
        "response_model": "gpt-4o-2024-08-06",
        "response_body": {"id": "chatcmpl-1", "choices": "hush"},
        "request_id": "h-1",
        "request_created_at": "2026-02-05T08:00:00.000Z",
        "request_path": "https://api.openai.com/v1/chat/completions",
        "request_user_id": "u7",
        "request_properties": {
            "Helicone-Session-Id": "s1",
            "project": "alpha",
            "Environment": "prod",
            "team": "search",
        },
        "request_model": "gpt-4o",
        "provider": "OPENAI",
        "delay_ms": 812,
        "time_to_first_token": 120,
        "costUSD": 0.003725,
        "cost": 0.003725,
        "cache_reference_id": None,
        **COUNTS,
        **fields,
    }


def write(folder: Path, *requests: dict[str, Any]) -> Path:
    path = folder / "requests.jsonl"
    path.write_text("".join(f"{json.dumps(item)}\n" for item in requests))
    return path


CALL = UsageEvent(
    occurred_at=datetime(2026, 2, 5, 8, 0, 1, tzinfo=UTC),
    provider="openai",
    model="gpt-4o-2024-08-06",
    source="",
    native_id="h-1",
    dedup_scope="helicone",
    observer="helicone",
    response_id="chatcmpl-1",
    input_tokens=2_237,
    cache_read_tokens=1_920,
    cache_write_tokens=30,
    input_audio_tokens=5,
    output_tokens=62,
    reasoning_tokens=12,
    output_audio_tokens=7,
    reported_cost=Decimal("0.003725"),
    latency_ms=812,
    time_to_first_token_ms=120,
    person_label="u7",
    session_id="s1",
    environment="prod",
    tags=("team:search",),
    raw_usage=COUNTS,
)


def test_a_request(tmp_path, read) -> None:
    path = write(tmp_path, request())
    assert read("helicone", path) == [ParsedUsage(f"{path}:1", "alpha", CALL)]


def test_csv_and_json_say_the_same(tmp_path, read) -> None:
    cells = {
        name: json.dumps(value) if isinstance(value, dict) else value for name, value in request().items()
    }
    text = io.StringIO()
    writer = csv.DictWriter(text, list(cells))
    writer.writeheader()
    writer.writerow(cells)
    table, document = tmp_path / "requests.csv", tmp_path / "requests.json"
    table.write_text(text.getvalue())
    document.write_text(json.dumps({"data": [request()]}))
    assert [item.event for item in read("helicone", table, document)] == [CALL, CALL]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        # Anthropic's own count leaves the cache out as well.
        (
            {"prompt_tokens": 31, "prompt_cache_read_tokens": 4_000, "prompt_cache_write_tokens": 700},
            (4_736, 62),
        ),
        # The total says that the cache is a part of the prompt.
        ({"prompt_tokens": 2_237, "total_tokens": 2_299}, (2_237, 62)),
        # So it does here, but it cannot be.
        ({"prompt_tokens": 31, "total_tokens": 93}, (1_986, 62)),
        ({"reasoning_tokens": 100}, (2_237, 162)),
        (dict.fromkeys(COUNTS, 0), (None, None)),
        (dict.fromkeys(COUNTS), (None, None)),
    ],
)
def test_parts_are_added_unless_the_total_holds_them(tmp_path, read, fields, expected) -> None:
    (call,) = read("helicone", write(tmp_path, request(**fields)))
    assert (call.event.input_tokens, call.event.output_tokens) == expected


def test_helicones_own_cache_reached_no_provider(tmp_path, read) -> None:
    path = write(
        tmp_path,
        request(cache_reference_id="h-0", costUSD=0, cost=0),
        request(cache_reference_id="00000000-0000-0000-0000-000000000000"),
    )
    hit, miss = (item.event for item in read("helicone", path))
    assert (hit.status, hit.input_tokens, hit.output_tokens, hit.reported_cost) == ("cached", 0, 0, 0)
    assert hit.cache_read_tokens is None
    assert hit.raw_usage == COUNTS
    assert miss == CALL


NO_COUNTS = dict.fromkeys(COUNTS)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"response_status": 429, "costUSD": 0, **NO_COUNTS}, ("error", "HTTP 429", None, None)),
        ({"response_status": -3, **NO_COUNTS}, ("cancelled", "", None, None)),
        ({"response_status": 500}, ("partial", "", 2_237, Decimal("0.003725"))),
        ({"response_status": "200", "costUSD": 0}, ("ok", "", 2_237, None)),
        ({"costUSD": None, "cost": 0.5}, ("ok", "", 2_237, Decimal("0.5"))),
        (NO_COUNTS, ("unmeasured", "", None, Decimal("0.003725"))),
    ],
)
def test_what_became_of_a_request(tmp_path, read, fields, expected) -> None:
    (call,) = read("helicone", write(tmp_path, request(**fields)))
    event = call.event
    assert (event.status, event.error_type, event.input_tokens, event.reported_cost) == expected


@pytest.mark.parametrize(
    ("fields", "name", "value"),
    [
        ({"provider": "CUSTOM", "response_model": "claude-sonnet-4-5"}, "provider", "anthropic"),
        ({"provider": "", "response_model": "house-model"}, "provider", "unknown"),
        ({"request_path": "https://x/v1/embeddings"}, "request_type", "embedding"),
        ({"request_path": "https://x/v1/completions"}, "request_type", "completion"),
        ({"response_model": None, "model": None}, "model", "gpt-4o"),
        ({"response_body": {}}, "response_id", ""),
        ({"response_created_at": None}, "occurred_at", datetime(2026, 2, 5, 8, 0, 0, 812_000, tzinfo=UTC)),
    ],
)
def test_what_fields_mean(tmp_path, read, fields, name, value) -> None:
    (call,) = read("helicone", write(tmp_path, request(**fields)))
    assert getattr(call.event, name) == value


def test_damage_costs_its_record_alone(tmp_path, read) -> None:
    path = write(tmp_path, request(prompt_tokens=-1), request(request_id=""), request())
    *refused, call = read("helicone", path)
    assert [(item.where, item.reason) for item in refused] == [
        (f"{path}:1", "prompt_tokens: -1 is negative"),
        (f"{path}:2", "request_id: missing"),
    ]
    assert not any("hush" in item.raw for item in refused)
    assert call.event == CALL


def test_other_files_are_refused_once(tmp_path, read) -> None:
    other = tmp_path / "other.jsonl"
    other.write_text('{"request_id": "x", "startTime": 1}\n' * 50)
    reason = "is no export of Helicone's requests: request_created_at missing"
    assert [(item.where, item.reason) for item in read("helicone", other)] == [(str(other), reason)]
    assert isinstance(read("helicone", other)[0], Rejection)
