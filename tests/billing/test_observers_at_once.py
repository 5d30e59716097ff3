"""Several processes that each hear of the same calls from another observer: every call counts once."""

import time
from pathlib import Path

import pytest

from tests.billing.scratch import scratch_database

CALLS = 40

TELLING = """
import random, time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from billing.ledger.record import record_usage
from projects.models import Project
from tests.factories import make_event

number, calls = {number}, list(range({calls}))
project, _ = Project.objects.get_or_create(name="Shop")
random.Random(number).shuffle(calls)
Path("{ready}").touch()
while not Path("{start}").exists():
    time.sleep(0.002)
for call in calls:
    at = datetime(2026, 11, 18, tzinfo=UTC) + timedelta(minutes=call)
    record_usage([make_event(
        project, provider="acme", model="acme-1", occurred_at=at, latency_ms=500, service="shop",
        native_id=f"{{number}} {{call}}", dedup_scope="otlp", observer=f"observer {{number}}",
        response_id="" if number == 2 else f"answer-{{call}}", input_tokens=1000 + call, output_tokens=10,
        session_id=f"session of {{number}}",
    )])
"""
"""The third observer knows no ids: its reports are known by their likeness."""


@pytest.mark.django_db
def test_observers_that_race_tell_of_one_call(tmp_path: Path) -> None:
    start = tmp_path / "start"
    with scratch_database(tmp_path) as scratch:
        flags = [tmp_path / f"ready-{number}" for number in range(3)]
        processes = [
            scratch.start(
                "shell",
                "--no-imports",
                "-c",
                TELLING.format(number=number, calls=CALLS, ready=flag, start=start),
            )
            for number, flag in enumerate(flags)
        ]
        while not all(flag.exists() for flag in flags):
            assert all(process.poll() is None for process in processes), "a process ended before the start"
            time.sleep(0.02)
        start.touch()
        answers = [process.communicate(timeout=300) for process in processes]
        assert [process.returncode for process in processes] == [0, 0, 0], answers
        assert scratch.count("billing_tokenusage WHERE is_merged = false") == 3 * CALLS
        assert scratch.count("billing_tokenusage WHERE superseded_by_id IS NULL") == CALLS
        check = scratch.manage("rebuild_rollups", "--check", "--format", "json")
        assert check.returncode == 0, check.stdout
