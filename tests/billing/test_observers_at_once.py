"""Several processes that each hear of the same calls from another observer: every call counts once."""

from pathlib import Path

import pytest

from tests.billing.scratch import scratch_database

CALLS = 15

TELLING = """
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from django.db import transaction
from billing.ledger.record import record_usage
from projects.models import Project
from tests.factories import make_event

number = {number}
project, _ = Project.objects.get_or_create(name="Shop")
for call in range({calls}):
    at = datetime(2026, 11, 18, tzinfo=UTC) + timedelta(minutes=call)
    event = make_event(
        project, provider="acme", model="acme-1", occurred_at=at, latency_ms=500, service="shop",
        native_id=f"{{number}} {{call}}", dedup_scope="otlp", observer=f"observer {{number}}",
        response_id="" if number and call % 2 else f"answer-{{call}}",
        input_tokens=1000 + call, output_tokens=10, session_id=f"session of {{number}}",
    )
    Path("{folder}", f"{{call}} {{number}}").touch()
    while not Path("{folder}", f"{{call}} {{1 - number}}").exists():
        time.sleep(0.0005)
    with transaction.atomic():
        record_usage([event])
        time.sleep(0.03)
"""
"""Both tell of each call in the same moment, and commit late. Half of the second's reports have no id: those
are known by their likeness."""


@pytest.mark.django_db
def test_observers_that_race_tell_of_one_call(tmp_path: Path) -> None:
    with scratch_database(tmp_path) as scratch:
        processes = [
            scratch.start(
                "shell", "--no-imports", "-c", TELLING.format(number=number, calls=CALLS, folder=tmp_path)
            )
            for number in range(2)
        ]
        answers = [process.communicate(timeout=300) for process in processes]
        assert [process.returncode for process in processes] == [0, 0], answers
        assert scratch.count("billing_tokenusage WHERE is_merged = false") == 2 * CALLS
        assert scratch.count("billing_tokenusage WHERE superseded_by_id IS NULL") == CALLS
        check = scratch.manage("rebuild_rollups", "--check", "--format", "json")
        assert check.returncode == 0, check.stdout
