"""POST /api/usage: records in our own form, a result each."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from billing.models import TokenUsage
from integrations.models import IngestActivity, RejectedRecord
from tests.factories import make_project
from tests.integrations.doors.sending import Sender, lines

pytestmark = pytest.mark.django_db
DOOR = "/api/usage"


@pytest.fixture
def sender(db: None) -> Sender:
    return Sender(make_project())


def record(**overrides: Any) -> dict[str, Any]:
    """Overrides that are None are left out."""
    fields = {
        "id": "call-1",
        "occurred_at": "2026-11-22T05:20:03.5Z",
        "provider": "acme",
        "model": "acme-1",
        "input_tokens": 100,
        "output_tokens": 20,
        **overrides,
    }
    return {name: value for name, value in fields.items() if value is not None}


FULL: dict[str, Any] = {
    "id": "call-1",
    "occurred_at": "2026-11-22T06:20:03.5+01:00",
    "provider": "openai.chat",
    "model": "gpt-5",
    "request_type": "completion",
    "status": "partial",
    "error_type": "",
    "input_tokens": 100,
    "cache_read_tokens": 50,
    "cache_write_tokens": 20,
    "cache_write_1h_tokens": 5,
    "input_audio_tokens": 3,
    "output_tokens": 20,
    "reasoning_tokens": 8,
    "output_audio_tokens": 2,
    "web_search_requests": 1,
    "service_tier": "flex",
    "cost": "0.000375",
    "latency_ms": 600,
    "time_to_first_token_ms": 90,
    "person": "ada@example.com",
    "agent": "planner",
    "session_id": "talk-1",
    "environment": "production",
    "tags": ["search", "eu"],
    "service": "checkout",
    "response_id": "chatcmpl-1",
    "request_id": "req_1",
    "trace_id": "0AF7651916CD43DD8448EB211C80319C",
    "span_id": "b7ad6b7169203331",
    "parent_span_id": "b7ad6b7169203332",
    "raw_usage": {"prompt_tokens": 100, "ratio": 0.5},
}
BOOKED = {
    **{name: value for name, value in FULL.items() if name not in {"id", "cost", "person", "agent"}},
    "native_id": "call-1",
    "occurred_at": datetime(2026, 11, 22, 5, 20, 3, 500_000, tzinfo=UTC),
    "provider": "openai",
    "reported_cost": Decimal("0.000375"),
    "person_label": "ada@example.com",
    "agent_label": "planner",
    "trace_id": "0af7651916cd43dd8448eb211c80319c",
}


def test_every_field_is_booked(sender: Sender) -> None:
    answer = sender.post(DOOR, FULL)
    row = TokenUsage.objects.get()
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "recorded": 1,
            "duplicate": 0,
            "error": 0,
            "results": [
                {"record": 1, "result": "recorded", "id": str(row.pk), "field": None, "reason": None}
            ],
        },
    )
    assert {name: getattr(row, name) for name in BOOKED} == BOOKED
    assert (row.project, row.source, row.observer) == (sender.key.project, "api", "api")


def test_the_least_that_is_needed(sender: Sender) -> None:
    sender.post(DOOR, {"id": "a", "occurred_at": 1795324803.5, "provider": "acme", "model": "acme-1"})
    row = TokenUsage.objects.get()
    assert (row.occurred_at, row.status, row.request_type, row.input_tokens, row.output_tokens) == (
        datetime(2026, 11, 22, 5, 20, 3, 500_000, tzinfo=UTC),
        "ok",
        "chat",
        None,
        None,
    )


def test_a_response_id_stands_in_for_an_id(sender: Sender) -> None:
    sender.post(DOOR, record(id=None, response_id="resp_1"))
    assert TokenUsage.objects.get().native_id == "resp_1"


def test_numbers_may_be_digits_or_whole_fractions_and_null_is_unknown(sender: Sender) -> None:
    sender.post(
        DOOR,
        b'{"id":"a","occurred_at":"2026-11-22","provider":"p","model":"m",'
        b'"input_tokens":"100","output_tokens":20.0,"reasoning_tokens":null}',
    )
    row = TokenUsage.objects.get()
    assert (row.input_tokens, row.output_tokens, row.reasoning_tokens) == (100, 20, None)


@pytest.mark.parametrize(
    ("overrides", "field", "reason"),
    [
        ({"id": None}, "id", "missing, and so is response_id: one of them is needed"),
        ({"id": "  "}, "id", "missing, and so is response_id: one of them is needed"),
        ({"id": 7}, "id", "is not a text"),
        ({"occurred_at": None}, "occurred_at", "missing"),
        ({"occurred_at": "yesterday"}, "occurred_at", "“yesterday” is not a time"),
        ({"occurred_at": True}, "occurred_at", "True is not a time"),
        ({"occurred_at": "1999-01-01"}, "occurred_at", "1999-01-01 is not between 2015 and 2100"),
        ({"provider": None}, "provider", "missing"),
        ({"provider": " "}, "provider", "missing"),
        ({"provider": "p" * 65}, "provider", "longer than 64 characters"),
        ({"model": None}, "model", "missing"),
        ({"model": ["a"]}, "model", "is not a text"),
        ({"model": "m" * 201}, "model", "longer than 200 characters"),
        ({"input_tokens": -1}, "input_tokens", "-1 is negative"),
        ({"input_tokens": 1.5}, "input_tokens", "1.5 is not a whole number"),
        ({"input_tokens": True}, "input_tokens", "True is not a whole number"),
        ({"input_tokens": "many"}, "input_tokens", "“many” is not a whole number"),
        ({"input_tokens": 2**53 + 1}, "input_tokens", "9007199254740993 is too large"),
        ({"output_tokens": float("nan")}, "output_tokens", "“NaN” is not a whole number"),
        ({"latency_ms": {}}, "latency_ms", "{} is not a whole number"),
        ({"cache_read_tokens": 101}, "input_tokens", "100 is less than its cached part 101"),
        ({"reasoning_tokens": 21}, "reasoning_tokens", "21 exceeds output_tokens 20"),
        ({"cost": -1}, "cost", "-1 is negative"),
        ({"cost": "cheap"}, "cost", "“cheap” is not an amount"),
        ({"cost": float("inf")}, "cost", "“Infinity” is not an amount"),
        ({"status": "fine"}, "status", None),
        ({"request_type": 1}, "request_type", None),
        ({"tags": "a,b"}, "tags", "is not a list of texts"),
        ({"tags": ["a", 1]}, "tags[1]", "is not a text"),
        ({"tags": ["a"] * 101}, "tags", "more than 100"),
        ({"person": "p" * 321}, "person", "longer than 320 characters"),
        ({"trace_id": "xyz"}, "trace_id", "is not 32 hexadecimal digits, or all of them are 0"),
        ({"trace_id": "0" * 32}, "trace_id", "is not 32 hexadecimal digits, or all of them are 0"),
        ({"span_id": "a" * 16}, "trace_id", "missing, but there is a span"),
        ({"raw_usage": [1]}, "raw_usage", "is not an object"),
    ],
)
def test_a_field_that_is_wrong_is_named_with_the_reason(
    sender: Sender, overrides: dict[str, Any], field: str, reason: str | None
) -> None:
    answer = sender.post(DOOR, [record(**overrides), record(id="good")])
    assert answer.status_code == 200
    bad, good = answer.json()["results"]
    assert (bad["record"], bad["result"], bad["id"], bad["field"]) == (1, "error", None, field)
    assert bad["reason"] == reason if reason else "is not one of" in bad["reason"]
    assert good["result"] == "recorded"
    assert RejectedRecord.objects.get().project == sender.key.project


def test_results_stand_in_the_order_of_the_records(sender: Sender) -> None:
    sender.post(DOOR, record(id="old"))
    body = lines(record(id="a"), record(id="old"), b"{broken", record(id="a"), b"[1]", record(id="b"))
    answer = sender.post(DOOR, body, type_="application/x-ndjson").json()
    assert [(each["record"], each["result"], each["reason"]) for each in answer["results"]] == [
        (1, "recorded", None),
        (2, "duplicate", None),
        (3, "error", answer["results"][2]["reason"]),
        (4, "duplicate", None),
        (5, "error", "is not a JSON object"),
        (6, "recorded", None),
    ]
    assert (answer["recorded"], answer["duplicate"], answer["error"]) == (2, 2, 2)
    assert UUID(answer["results"][1]["id"]) == TokenUsage.objects.get(native_id="old").pk


def test_the_same_id_is_another_call_in_another_project(sender: Sender) -> None:
    other = Sender(make_project())
    assert [each.post(DOOR, record()).json()["recorded"] for each in (sender, other)] == [1, 1]
    assert set(TokenUsage.objects.values_list("project", flat=True)) == {
        sender.key.project_id,
        other.key.project_id,
    }


def test_unknown_fields_are_a_warning(sender: Sender) -> None:
    [result] = sender.post(DOOR, record(input_token=1, colour="red")).json()["results"]
    assert (result["result"], result["warnings"]) == (
        "recorded",
        ["input_token: is not a known field", "colour: is not a known field"],
    )


def test_words_that_databases_refuse_are_cleaned(sender: Sender) -> None:
    body = (
        b'{"id":"a\\u0000b","occurred_at":"2026-11-22","provider":"p","model":"m\\ud800",'
        b'"raw_usage":{"\\u0000":"\\udfff"}}'
    )
    assert sender.post(DOOR, body).json()["recorded"] == 1
    assert TokenUsage.objects.get().native_id == "ab"


@pytest.mark.parametrize("body", [b"", b"hello", b"{", b"[{}", b"7", b"\xff", b"[" * 5_000])
def test_what_is_no_json_is_refused_whole(sender: Sender, body: bytes) -> None:
    answer = sender.post(DOOR, body)
    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    assert not IngestActivity.objects.exists()


def test_more_records_than_are_let_in(sender: Sender, settings: Any) -> None:
    settings.INGEST_MAX_RECORDS = 2
    assert sender.post(DOOR, [record(id=name) for name in "abc"]).status_code == 413
    assert sender.post(DOOR, [record(id=name) for name in "ab"]).json()["recorded"] == 2


def test_it_needs_a_key() -> None:
    assert Client().post(DOOR, b"{}", content_type="application/json").status_code == 401


def test_its_client_is_heard(sender: Sender) -> None:
    sender.post(DOOR, record())
    assert IngestActivity.objects.get().client == "api"
