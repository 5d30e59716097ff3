"""A server that is killed at random moments, and started again, loses nothing and counts nothing twice."""

import json
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.billing.scratch import Scratch, scratch_database
from tests.integrations.doors.killable import Delivery, Exporters, Server
from tests.integrations.doors.telemetry import ENDED, STARTED, as_json, call, traces
from tests.integrations.otlp.captures import check, requests_of
from tests.integrations.test_litellm import payload

pytestmark = pytest.mark.django_db

SEED = int(os.environ.get("COUNTINGHOUSE_SEED") or random.SystemRandom().randrange(2**32))
KILLS = 3
PATIENCE_S = 120
CALLS, CALLS_A_DELIVERY = 1_200, 15
CAPTURES = ("multi_project_otel", "openinference_anthropic", "otel_genai_openai", "vercel_ai_json_gzip")
NOT_SENT = {"authorization", "connection", "content-length", "host", "transfer-encoding", "x-api-key"}
"""Headers of the capture's connection."""
MEASURES = {
    "calls": "requests",
    **{
        name: name
        for name in (
            "input_tokens",
            "cache_read_tokens",
            "cache_write_tokens",
            "output_tokens",
            "reasoning_tokens",
        )
    },
}
"""Name in a capture's check → name in a report."""


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Scratch]:
    with scratch_database(tmp_path) as database:
        yield database


def key_of(scratch: Scratch, project: str) -> str:
    made = scratch.manage("create_ingest_key", "--project", project, "--create-project", "--format", "json")
    assert made.returncode == 0, made.stderr
    return json.loads(made.stdout)["key"]


def tokens(number: int) -> dict[str, int]:
    return {"input_tokens": 1_000 + number, "output_tokens": 10 + number % 7}


def as_traces(numbers: list[int]) -> tuple[str, Any]:
    spans = [
        call(
            number + 1,
            attributes={f"gen_ai.usage.{name}": value for name, value in tokens(number).items()}
            | {"gen_ai.response.id": f"call-{number}"},
        )
        for number in numbers
    ]
    return "/v1/traces", as_json(traces(*spans))


def as_litellm(numbers: list[int]) -> tuple[str, Any]:
    found = []
    for number in numbers:
        given = tokens(number)
        posted = payload(
            id=f"call-{number}",
            litellm_call_id=f"litellm-{number}",
            model="gpt-5",
            startTime=STARTED / 1e9,
            endTime=ENDED / 1e9,
            completionStartTime=ENDED / 1e9,
            prompt_tokens=given["input_tokens"],
            completion_tokens=given["output_tokens"],
        )
        posted["metadata"] = {**posted["metadata"], "usage_object": {}}
        found.append(posted)
    return "/ingest/litellm", found


def as_records(numbers: list[int]) -> tuple[str, Any]:
    common = {"occurred_at": "2026-03-01T12:00:00Z", "provider": "openai", "model": "gpt-5"}
    return "/api/usage", [
        {**common, "id": f"record-{number}", "response_id": f"call-{number}", **tokens(number)}
        for number in numbers
    ]


def deliveries_of(key: str) -> list[Delivery]:
    """Each call at one door; every third delivery's also at another, as by a second observer."""
    found = []
    kinds = (as_traces, as_litellm, as_records)
    for turn, first in enumerate(range(0, CALLS, CALLS_A_DELIVERY)):
        numbers = list(range(first, first + CALLS_A_DELIVERY))
        for kind in (kinds[turn % 3], *([kinds[(turn + 1) % 3]] if turn % 3 == 0 else [])):
            path, body = kind(numbers)
            headers = {"content-type": "application/json", "x-api-key": key}
            calls = frozenset(f"call-{number}" for number in numbers)
            found.append(Delivery(path, headers, json.dumps(body).encode(), calls))
    return found


def capture(folder: Path, key: str) -> list[Delivery]:
    """A client's requests, byte for byte."""
    found = []
    for request in requests_of(folder):
        headers = {name: value for name, value in request.headers.items() if name not in NOT_SENT}
        found.append(Delivery(request.path, {**headers, "x-api-key": key}, request.body))
    return found


def replay(scratch: Scratch, deliveries: list[Delivery], log: Path) -> None:
    """Send all in random order; meanwhile the server dies KILLS times, never when all was over."""
    chance = random.Random(SEED)
    chance.shuffle(deliveries)
    moments = sorted(chance.sample(range(len(deliveries) * 9 // 10), KILLS))
    with Server(scratch.environment, log) as server, Exporters(server.port, deliveries) as exporters:
        for moment in moments:
            exporters.wait_for(moment, PATIENCE_S)
            time.sleep(chance.uniform(0, 0.04))
            server.kill()
            promised = {call for delivery in exporters.answered() for call in delivery.calls}
            kept = {row[0] for row in scratch.rows("SELECT response_id FROM billing_tokenusage")}
            assert promised <= kept, "what was answered 200 is gone"
            server.start()
        exporters.wait_for(len(deliveries), PATIENCE_S)
        assert exporters.refused == []
        assert exporters.attempts > len(deliveries), "no delivery was broken off"


def report_of(scratch: Scratch, project: str) -> dict[str, Any]:
    printed = scratch.manage(
        "usage_report",
        *("--group-by", "project", "--from", "2026-01-01", "--to", "2026-12-31"),
        *("--filter", f"project={project}", "--format", "json"),
    )
    assert printed.returncode == 0, printed.stderr
    totals = json.loads(printed.stdout)["totals"]
    return {name: totals[measure] for name, measure in MEASURES.items()}


def assert_sums_agree(scratch: Scratch) -> None:
    checked = scratch.manage("rebuild_rollups", "--check")
    assert checked.returncode == 0, checked.stdout


def test_each_call_is_counted_once(scratch: Scratch, tmp_path: Path) -> None:
    note = f"COUNTINGHOUSE_SEED={SEED} repeats it"
    replay(scratch, deliveries_of(key_of(scratch, "Shop")), tmp_path / "gunicorn.log")
    booked = scratch.rows(
        "SELECT response_id, input_tokens, output_tokens FROM billing_tokenusage"
        " WHERE superseded_by_id IS NULL ORDER BY input_tokens"
    )
    expected = [(f"call-{number}", *tokens(number).values()) for number in range(CALLS)]
    assert [tuple(row) for row in booked] == expected, note
    report = report_of(scratch, "Shop")
    sums = [sum(tokens(number)[name] for number in range(CALLS)) for name in tokens(0)]
    assert [report[name] for name in ("calls", *tokens(0))] == [CALLS, *sums], note
    assert_sums_agree(scratch)


def test_captures_of_real_clients(scratch: Scratch, samples: Path, tmp_path: Path) -> None:
    keys = {name: key_of(scratch, name) for name in CAPTURES}
    deliveries = [each for name, key in keys.items() for each in capture(samples / name, key)]
    replay(scratch, deliveries, tmp_path / "gunicorn.log")
    expected = {name: check(samples / name)["spans"]["after_dedup_rules"] for name in CAPTURES}
    assert {name: report_of(scratch, name) for name in CAPTURES} == expected, f"COUNTINGHOUSE_SEED={SEED}"
    assert_sums_agree(scratch)
