"""An import that is killed, and imports that run at once, end like one that was left alone."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.billing.scratch import Scratch, scratch_database
from tests.integrations.systems.builder import app_builder

MESSAGES, CALLS = 230, 170

KILLED_AMID_A_BATCH = """
import os, signal, sys
import django
django.setup()
from integrations.services.systems import run

run.BATCH_SIZE = 25
keep, batches = run.process, []

def process(*arguments):
    done = keep(*arguments)
    batches.append(done)
    if len(batches) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    return done

run.process = process
run.import_system(kind="s1", location=sys.argv[1])
"""

STATE = """
import django, json
django.setup()
from django.db.models import Count, Sum
from billing.ledger.rebuild import check_rollups
from billing.models import TokenUsage
from chat.models import Conversation, Message
from integrations.models import ImportedRow, RejectedRecord
from projects.models import Channel, Project
print(json.dumps({
    "messages": list(Message.objects.order_by("position").values_list("position", "content")),
    "usage": TokenUsage.objects.booked().aggregate(Count("pk"), Sum("input_tokens"), Sum("cost")),
    "rows": TokenUsage.objects.count(),
    "models": [model.objects.count() for model in (Conversation, Project, Channel)],
    "remembered": ImportedRow.objects.count(),
    "drift": len(check_rollups().drifts),
}, default=str))
"""


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Scratch]:
    with scratch_database(tmp_path) as database:
        yield database


def python(scratch: Scratch, script: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        env={**scratch.environment, "DJANGO_SETTINGS_MODULE": "config.settings"},
        cwd=settings.BASE_DIR,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def state(scratch: Scratch) -> dict[str, Any]:
    process = python(scratch, STATE)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    found: dict[str, Any] = json.loads(out)
    return found


def whole() -> dict[str, Any]:
    """What an import that nothing disturbs leaves."""
    return {
        "messages": [[number, f"Message {number}"] for number in range(1, MESSAGES + 1)],
        # 1,000 in and 100 out of Claude 3 Haiku: $0.25 and $1.25 a million.
        "usage": {
            "pk__count": CALLS,
            "input_tokens__sum": CALLS * 1_000,
            "cost__sum": f"{CALLS * 375_000 / 10**9:.9f}",
        },
        "rows": CALLS,
        "models": [1, 1, 1],
        "remembered": 1 + 1 + MESSAGES + CALLS,
        "drift": 0,
    }


@pytest.mark.django_db(transaction=True)
def test_an_import_that_is_killed_twice_ends_like_one_that_was_not(scratch: Scratch, tmp_path: Path) -> None:
    path = str(app_builder(tmp_path / "projects.db", messages=MESSAGES, calls=CALLS))
    for batches in ("5", "14"):
        killed = python(scratch, KILLED_AMID_A_BATCH, path, batches)
        killed.communicate(timeout=120)
        assert killed.returncode == -signal.SIGKILL
    finished = scratch.manage("import_system", "s1", path, "--format", "json")
    assert finished.returncode == 0, finished.stderr
    tables = json.loads(finished.stdout)["tables"]
    assert tables["projects"]["unchanged"] == 1
    assert 0 < tables["conversation_messages"]["unchanged"] == MESSAGES
    assert 0 < tables["token_usage"]["unchanged"] < CALLS
    assert state(scratch) == whole()


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_bring_everything_once(scratch: Scratch, tmp_path: Path) -> None:
    path = str(app_builder(tmp_path / "projects.db", messages=MESSAGES, calls=CALLS))
    running = [scratch.start("import_system", "s1", path, "--format", "json") for _ in range(2)]
    results = []
    for process in running:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        results.append(json.loads(out)["tables"])
    for table, rows in {"projects": 1, "conversation_messages": MESSAGES, "token_usage": CALLS}.items():
        assert sum(result[table]["created"] for result in results) == rows
        assert sum(result[table]["rejected"] for result in results) == 0
    assert state(scratch) == whole()
