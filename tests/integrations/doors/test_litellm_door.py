"""POST /ingest/litellm: what LiteLLM's generic API logger sends."""

import gzip
import json
import random
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Count, Sum
from django.test import Client

from billing.ledger.rebuild import check_rollups
from billing.measures import ANSWERED
from billing.models import TokenUsage
from integrations.models import ImportRun, IngestActivity, RejectedRecord, Source
from integrations.services.usage_import import import_usage
from tests.factories import make_project
from tests.integrations.doors.sending import Sender, lines
from tests.integrations.test_litellm import payload

pytestmark = pytest.mark.django_db
DOOR = "/ingest/litellm"


@pytest.fixture
def sender(db: None) -> Sender:
    return Sender(make_project(name="Search answers"))


def told(recorded: int = 0, duplicate: int = 0, rejected: int = 0, errors: Any = ()) -> dict[str, Any]:
    return {"recorded": recorded, "duplicate": duplicate, "rejected": rejected, "errors": list(errors)}


@pytest.mark.parametrize(
    "body",
    [
        json.dumps([payload(id="a"), payload(id="b")]).encode(),
        lines(payload(id="a"), payload(id="b")),
        lines(payload(id="a"), b"", payload(id="b"), b""),
        b"\xef\xbb\xbf" + lines(payload(id="a"), payload(id="b")).replace(b"\n", b"\r\n"),
        json.dumps([payload(id="a"), payload(id="b")], indent=2).encode(),
    ],
    ids=["array", "lines", "empty lines", "Windows", "indented"],
)
@pytest.mark.parametrize("type_", ["application/json", "application/x-ndjson", "text/plain"])
def test_its_first_letters_tell_what_a_body_is(sender: Sender, body: bytes, type_: str) -> None:
    answer = sender.post(DOOR, body, type_=type_)
    assert (answer.status_code, answer.json()) == (200, told(recorded=2))
    assert set(TokenUsage.objects.values_list("native_id", flat=True)) == {"a", "b"}


def test_one_call_alone(sender: Sender) -> None:
    assert sender.post(DOOR, payload()).json() == told(recorded=1)
    row = TokenUsage.objects.get()
    assert (row.project, row.source, row.observer, row.response_id, row.input_tokens, row.reported_cost) == (
        sender.key.project,
        "litellm",
        "litellm",
        "chatcmpl-1",
        1_000,
        Decimal("0.007903750"),
    )


def test_the_keys_project_goes_before_the_records_team(sender: Sender) -> None:
    sender.post(DOOR, payload(metadata={"user_api_key_project_alias": "Somewhere else"}))
    assert TokenUsage.objects.get().project == sender.key.project


def test_what_comes_again_is_a_duplicate(sender: Sender) -> None:
    sender.post(DOOR, [payload(id="a")])
    again = sender.post(DOOR, [payload(id="a"), payload(id="b"), payload(id="b")])
    assert (again.status_code, again.json()) == (200, told(recorded=1, duplicate=2))
    assert TokenUsage.objects.booked().count() == 2


def test_refused_records_are_named_and_kept_and_do_not_come_again(sender: Sender) -> None:
    bad = [payload(id="b", prompt_tokens=-5), 7, payload(id=None)]
    answer = sender.post(DOOR, [payload(id="a"), *bad])
    assert answer.status_code == 200
    assert answer.json() == told(
        recorded=1,
        rejected=3,
        errors=[
            {"record": 2, "field": "prompt_tokens", "reason": "-5 is negative"},
            {"record": 3, "field": None, "reason": "is not a JSON object"},
            {
                "record": 4,
                "field": "request_id, id",
                "reason": "missing; this is neither a spend log nor a logger payload",
            },
        ],
    )
    kept = RejectedRecord.objects.order_by("record")
    assert [(row.record, row.project, "hush" in row.raw) for row in kept] == [
        (f"record {number}", sender.key.project, False) for number in (2, 3, 4)
    ]
    assert ImportRun.objects.get().rejected == 3


def test_a_damaged_line_costs_itself_alone(sender: Sender) -> None:
    answer = sender.post(DOOR, lines(payload(id="a"), b'{"id": "b", "start', payload(id="c")))
    assert (answer.status_code, answer.json()["recorded"], answer.json()["rejected"]) == (200, 2, 1)
    [error] = answer.json()["errors"]
    assert (error["record"], error["field"], error["reason"][:11]) == (2, None, "is not JSON")


def test_a_number_that_is_none_costs_its_record_alone(sender: Sender) -> None:
    body = json.dumps([payload(id="a", prompt_tokens=float("nan")), payload(id="b")]).encode()
    answer = sender.post(DOOR, body).json()
    assert answer == told(
        recorded=1,
        rejected=1,
        errors=[{"record": 1, "field": "prompt_tokens", "reason": "“NaN” is not a whole number"}],
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   \n ",
        b"hello",
        b"7",
        b"null",
        b'[{"id": "a"}',
        b"{]",
        b"{a\n{b\n",
        b"\xff\xfe[]",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[1e1000000000000000000000000]",
        b"[" + b"9" * 5_000 + b"]",
    ],
)
def test_what_is_no_json_is_refused_whole(sender: Sender, body: bytes) -> None:
    answer = sender.post(DOOR, body)
    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    assert not TokenUsage.objects.exists()


def test_deep_values_are_refused_and_not_an_error_of_ours(sender: Sender) -> None:
    deep: Any = 1
    for _ in range(700):
        deep = {"a": deep}
    answer = sender.post(DOOR, [payload(id="a"), payload(id="b", metadata={"usage_object": deep})])
    assert answer.status_code in {200, 400}


def test_nothing_at_all_is_nothing(sender: Sender) -> None:
    assert sender.post(DOOR, []).json() == told()
    assert not ImportRun.objects.exists()


def test_more_records_than_are_let_in(sender: Sender, settings: Any) -> None:
    settings.INGEST_MAX_RECORDS = 2
    for body in ([payload(id=name) for name in "abc"], lines(*(payload(id=name) for name in "abc"))):
        assert sender.post(DOOR, body).status_code == 413
    assert not TokenUsage.objects.exists()


def test_a_packed_body_is_unpacked(sender: Sender) -> None:
    packed = gzip.compress(json.dumps([payload()]).encode())
    assert sender.post(DOOR, packed, headers={"content-encoding": "gzip"}).json() == told(recorded=1)


def test_without_a_key_nothing_is_read(sender: Sender) -> None:
    answer = Client().post(DOOR, b"{}", content_type="application/json")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert Client(headers={"x-api-key": sender.secret[:-1] + "!"}).post(DOOR).status_code == 401
    assert not Source.objects.exists()


def test_it_takes_post_alone(sender: Sender) -> None:
    answer = Client().get(DOOR)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")


def test_a_session_is_no_key(cast: Any) -> None:
    assert cast.owner.client.post(DOOR, b"{}", content_type="application/json").status_code == 401


def test_when_it_was_heard_last_is_noted(sender: Sender) -> None:
    sender.post(DOOR, [payload(id="a"), payload(id="b", prompt_tokens=-5)])
    sender.post(DOOR, [payload(id="a")])
    [heard] = IngestActivity.objects.all()
    assert (heard.client, heard.project, heard.records, heard.rejected) == (
        "litellm",
        sender.key.project,
        2,
        1,
    )


def test_a_cache_hit_and_a_mock_cost_nothing(sender: Sender) -> None:
    hit = payload(id="chatcmpl-1_cache_hit1795324800.58", cache_hit=True, litellm_call_id="call-2")
    mock = payload(
        id="chatcmpl-2", api_base=None, prompt_tokens=10, completion_tokens=20, metadata={"usage_object": {}}
    )
    sender.post(DOOR, [payload(), hit, mock])
    rows = TokenUsage.objects.booked().order_by("native_id").values_list("status", "total_tokens", "cost")
    assert [(status, total) for status, total, _ in rows] == [("cached", 0), ("ok", 1_200), ("mock", 0)]
    assert [cost for status, _, cost in rows if status != "ok"] == [0, 0]


def in_order(records: list[Any]) -> list[list[Any]]:
    return [records]


def shuffled(records: list[Any]) -> list[list[Any]]:
    mixed = random.Random(7).sample(records, len(records))
    return [mixed[start : start + 5] for start in range(0, len(mixed), 5)]


def each_twice(records: list[Any]) -> list[list[Any]]:
    return [records, records, *shuffled(records)]


@pytest.mark.parametrize("deliveries", [in_order, shuffled, each_twice])
def test_the_capture_gives_its_truth(
    samples: Path, sender: Sender, deliveries: Callable[[list[Any]], list[list[Any]]]
) -> None:
    folder = samples / "litellm_generic_json_array"
    [body] = sorted((folder / "requests").glob("*.body"))
    for records in deliveries(json.loads(body.read_bytes())):
        assert sender.post(DOOR, records).json()["rejected"] == 0
    assert_true(folder)


def test_the_capture_and_the_spend_logs_of_the_same_calls(samples: Path, sender: Sender) -> None:
    import_usage(
        source_kind="litellm",
        paths=[samples / "litellm_spendlogs" / "LiteLLM_SpendLogs.json"],
        project_name=sender.key.project.name,
    )
    folder = samples / "litellm_generic_json_array"
    [body] = sorted((folder / "requests").glob("*.body"))
    assert sender.post(DOOR, body.read_bytes()).json() == told(recorded=5, duplicate=27)
    assert_true(folder)


def assert_true(folder: Path) -> None:
    [truth] = json.loads((folder / "capture_check.json").read_text()).values()
    wanted = truth["after_dedup_rules"]
    columns = [name for name in wanted if name != "calls"]
    answered = TokenUsage.objects.booked().filter(status__in=ANSWERED)
    found = answered.aggregate(calls=Count("pk"), **{name: Sum(name) for name in columns})
    assert found == wanted
    assert check_rollups().drifts == ()
