"""Several processes that use a catalogue price for the first time at once record it once, and agree on it."""

import json
import time
from pathlib import Path

import pytest

from tests.billing.scratch import scratch_database

PRICING = """
import json, time
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID
from django.db import transaction
from billing.pricing.book import PriceBook
from tests.factories import make_event

project, moment = UUID(int=1), datetime(2026, 11, 1, tzinfo=UTC)
models = ["o3", "gpt-4o", "gpt-4o-mini", "gpt-5", "gpt-4.1", "o4-mini"]
PriceBook().price(make_event(project, provider="nobody"))
Path("{ready}").touch()
while not Path("{start}").exists():
    time.sleep(0.002)
if {backwards}:
    models.reverse()
book, found = PriceBook(), {{}}
with transaction.atomic():
    for model in models:
        event = make_event(project, provider="openai", model=model, occurred_at=moment)
        found[model] = str(book.price(event).price_id)
        time.sleep(0.02)
print(json.dumps(found, sort_keys=True))
"""
"""The pauses let the transactions overlap; one of the processes takes the models the other way round."""


@pytest.mark.django_db
def test_processes_that_race_agree_on_each_price(tmp_path: Path) -> None:
    start = tmp_path / "start"
    with scratch_database(tmp_path) as scratch:
        flags = [tmp_path / f"ready-{number}" for number in range(3)]
        scripts = [
            PRICING.format(ready=flag, start=start, backwards=number % 2) for number, flag in enumerate(flags)
        ]
        processes = [scratch.start("shell", "--no-imports", "-c", script) for script in scripts]
        while not all(flag.exists() for flag in flags):
            assert all(process.poll() is None for process in processes), "a process ended before the start"
            time.sleep(0.02)
        start.touch()
        answers = [process.communicate(timeout=120) for process in processes]
        assert [process.returncode for process in processes] == [0, 0, 0], answers
        found = {out for out, _ in answers}
        assert len(found) == 1, answers
        assert len(set(json.loads(found.pop()).values())) == 6
        # o3 and its cheaper version of 2025; each of the others has one version by now.
        assert scratch.count("billing_modelprice") == 7
