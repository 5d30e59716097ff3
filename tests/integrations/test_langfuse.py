"""Langfuse's observations."""

import csv
import io
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from billing.ledger.events import UsageEvent
from integrations.sources.parsed import Ignored, Link, ParsedUsage, Rejection

TRACE, SPAN, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "00f067aa0ba902b7"
USAGE = {
    "input": 283,
    "output": 63,
    "total": 3_012,
    "input_cached_tokens": 1_920,
    "input_audio_tokens": 5,
    "cache_creation_input_tokens": 30,
    "output_reasoning_tokens": 704,
    "output_audio_tokens": 7,
}


def observation(**fields: Any) -> dict[str, Any]:
    return {
        "id": "o1",
        "trace_id": "t1",
        "project_id": "clx1",
        "environment": "default",
        "type": "GENERATION",
        "parent_observation_id": "",
        "start_time": "2026-02-04 08:00:00.123000",
        "end_time": "2026-02-04 08:00:02.456000",
        "level": "DEFAULT",
        "input": "hush",
        "provided_model_name": "gpt-4o",
        "usage_details": USAGE,
        "cost_details": {"total": 0.0037375},
        "completion_start_time": "2026-02-04 08:00:00.623000",
        "total_cost": 0.0037375,
        "user_id": "u1",
        "session_id": "sess-1",
        "tags": ["prod", "search"],
        **fields,
    }


def write(folder: Path, *observations: dict[str, Any]) -> Path:
    path = folder / "observations.jsonl"
    path.write_text("".join(f"{json.dumps(item)}\n" for item in observations))
    return path


CALL = UsageEvent(
    occurred_at=datetime(2026, 2, 4, 8, 0, 2, 456_000, tzinfo=UTC),
    provider="openai",
    model="gpt-4o",
    source="",
    native_id="o1",
    dedup_scope="langfuse:clx1",
    observer="langfuse",
    input_tokens=2_238,
    cache_read_tokens=1_920,
    cache_write_tokens=30,
    input_audio_tokens=5,
    output_tokens=774,
    reasoning_tokens=704,
    output_audio_tokens=7,
    reported_cost=Decimal("0.0037375"),
    latency_ms=2_333,
    time_to_first_token_ms=500,
    person_label="u1",
    session_id="sess-1",
    tags=("prod", "search"),
    raw_usage=USAGE,
)


def test_a_generation(tmp_path, read) -> None:
    path = write(tmp_path, observation())
    assert read("langfuse", path) == [ParsedUsage(f"{path}:1", "clx1", CALL)]


def test_csv_and_json_say_the_same(tmp_path, read) -> None:
    cells = {
        name: json.dumps(value) if isinstance(value, (dict, list)) else value
        for name, value in observation().items()
    }
    text = io.StringIO()
    writer = csv.DictWriter(text, list(cells))
    writer.writeheader()
    writer.writerow(cells)
    table, document = tmp_path / "observations.csv", tmp_path / "observations.json"
    table.write_text(text.getvalue())
    document.write_text(json.dumps([observation()], indent=1))
    assert [item.event for item in read("langfuse", table, document)] == [CALL, CALL]


def test_the_names_of_the_api(tmp_path, read) -> None:
    path = tmp_path / "page.json"
    page = {
        "id": "o1",
        "traceId": "t1",
        "projectId": "clx1",
        "type": "EMBEDDING",
        "startTime": "2026-02-04T08:00:00.123Z",
        "endTime": None,
        "model": "text-embedding-3-small",
        "usageDetails": {"input": 12, "total": 12},
        "calculatedTotalCost": 0,
        "userId": "u1",
        "sessionId": "sess-1",
        "metadata": {"attributes": {"gen_ai.system": "azure.ai.openai", "gen_ai.response.id": "resp-1"}},
    }
    path.write_text(json.dumps({"data": [page]}))
    (call,) = read("langfuse", path)
    event = call.event
    assert (event.request_type, event.provider, event.model) == (
        "embedding",
        "azure",
        "text-embedding-3-small",
    )
    assert (event.input_tokens, event.output_tokens, event.reported_cost) == (12, None, None)
    assert (event.person_label, event.session_id, event.response_id) == ("u1", "sess-1", "resp-1")


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (
            {"input": 154, "output": 200, "output_reasoning_tokens": 704, "total": 1_058},
            (154, None, 904, 704),
        ),
        (
            {"input": 2_000, "output": 60, "input_cached_tokens": 1_900, "total": 2_060},
            (2_000, 1_900, 60, None),
        ),
        ({"input": 20, "output": 60, "input_cached_tokens": 1_900, "total": 80}, (1_920, 1_900, 60, None)),
        ({"input": 20, "output": 60, "input_cache_read": 1_900}, (1_920, 1_900, 60, None)),
        ({"input": 7}, (7, None, None, None)),
        ({"input": 0, "output": 0, "total": 0}, (None, None, None, None)),
        ({}, (None, None, None, None)),
    ],
)
def test_details_are_added_unless_the_total_holds_them(tmp_path, read, usage, expected) -> None:
    (call,) = read("langfuse", write(tmp_path, observation(usage_details=usage)))
    event = call.event
    assert (
        event.input_tokens,
        event.cache_read_tokens,
        event.output_tokens,
        event.reasoning_tokens,
    ) == expected


def test_lifetimes_of_the_cache_are_parts_of_what_was_written(tmp_path, read) -> None:
    usage = {
        "input": 31,
        "cache_creation_input_tokens": 700,
        "cache_creation_ephemeral_5m_input_tokens": 300,
        "cache_creation_ephemeral_1h_input_tokens": 400,
        "output": 51,
    }
    (call,) = read("langfuse", write(tmp_path, observation(usage_details=usage)))
    event = call.event
    assert (event.input_tokens, event.cache_write_tokens, event.cache_write_1h_tokens) == (731, 700, 400)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"total_cost": 0, "cost_details": {}}, None),
        ({"total_cost": 0, "cost_details": {"total": 0}}, Decimal(0)),
        ({"total_cost": None, "cost_details": {"total": 0.25}}, Decimal("0.25")),
        ({"total_cost": None, "cost_details": {}}, None),
    ],
)
def test_a_cost_of_zero_is_unknown_without_details(tmp_path, read, fields, expected) -> None:
    (call,) = read("langfuse", write(tmp_path, observation(**fields)))
    assert call.event.reported_cost == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"level": "ERROR"}, ("partial", "unknown")),
        ({"level": "ERROR", "usage_details": {}}, ("error", "unknown")),
        ({"usage_details": {}}, ("unmeasured", "")),
    ],
)
def test_what_became_of_a_call(tmp_path, read, fields, expected) -> None:
    (call,) = read("langfuse", write(tmp_path, observation(**fields)))
    assert (call.event.status, call.event.error_type) == expected


def test_opentelemetrys_ids_keep_their_place_in_the_trace(tmp_path, read) -> None:
    place = {"trace_id": TRACE, "parent_observation_id": PARENT}
    path = write(
        tmp_path,
        observation(id=SPAN, **place),
        observation(id=PARENT, type="SPAN", trace_id=TRACE, parent_observation_id="53995c3f42cd8ad8"),
        observation(id="o3", type="SPAN"),
    )
    call, link, ignored = read("langfuse", path)
    assert (call.event.trace_id, call.event.span_id, call.event.parent_span_id) == (TRACE, SPAN, PARENT)
    assert link == Link(TRACE, PARENT, "53995c3f42cd8ad8")
    assert ignored == Ignored("observations of Langfuse that are no model calls")


def test_other_files_are_refused_once(tmp_path, read) -> None:
    other = tmp_path / "other.jsonl"
    other.write_text('{"id": 1, "name": "x"}\n' * 50)
    table = tmp_path / "table.csv"
    table.write_text("id,name\n1,x\n2,y\n")
    packed = tmp_path / "observations.parquet"
    packed.write_bytes(b"PAR1" + bytes(100))
    found = read("langfuse", tmp_path)
    reason = "is no export of Langfuse's observations: type, start_time missing"
    assert [(item.where, item.reason) for item in found if isinstance(item, Rejection)] == [
        (str(packed), "is a Parquet file: export JSON Lines or CSV instead"),
        (str(other), reason),
        (f"{table}:1", reason),
    ]
    assert len(found) == 3


def test_damage_costs_its_record_alone(tmp_path, read) -> None:
    path = write(
        tmp_path,
        {"id": "o0"},
        observation(usage_details={"input": -1}),
        observation(start_time="soon"),
        observation(),
    )
    *refused, call = read("langfuse", path)
    assert call.event == CALL
    assert sorted((item.where, item.reason) for item in refused) == [
        (f"{path}:1", "is no export of Langfuse's observations: type, start_time missing"),
        (f"{path}:2", "usage_details.input: -1 is negative"),
        (f"{path}:3", "start_time: “soon” is not a time"),
    ]
    assert not any("hush" in item.raw for item in refused)
