"""An import that is killed leaves counts and ledger that agree."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection

KILLED_AMID_A_BATCH = """
import os, signal, sys
import django
django.setup()
from pathlib import Path
from integrations.services import booking, usage_import

usage_import.BATCH_SIZE = 50
keep, batches = booking.add_counts, []

def add_counts(run, counts):
    keep(run, counts)
    batches.append(counts)
    if len(batches) == 4:
        os.kill(os.getpid(), signal.SIGKILL)

booking.add_counts = add_counts
usage_import.import_usage(source_kind="csv", paths=[Path(sys.argv[1])])
"""

STATE = """
import django, json
django.setup()
from billing.ledger.rebuild import check_rollups
from billing.models import TokenUsage
from integrations.models import ImportRun
runs = ImportRun.objects.order_by("created_at").values_list("status", "read", "created", "unchanged")
print(json.dumps([TokenUsage.objects.count(), list(map(list, runs)), len(check_rollups().drifts)]))
"""


@pytest.fixture
def environment(tmp_path) -> dict[str, str]:
    """A database that other processes reach: the test's own on PostgreSQL, a fresh file on SQLite."""
    variables = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "COUNTINGHOUSE_HOME": str(tmp_path),
    }
    if connection.vendor == "postgresql":
        address = urlsplit(os.environ["DATABASE_URL"])
        return {
            **variables,
            "DATABASE_URL": urlunsplit(address._replace(path=f"/{connection.settings_dict['NAME']}")),
        }
    variables.pop("DATABASE_URL", None)
    python(variables, "-m", "django", "migrate", "--verbosity", "0")
    return variables


def python(
    environment: dict[str, str], *arguments: str, check: bool = True
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        cwd=settings.BASE_DIR,
        check=check,
        capture_output=True,
        text=True,
    )


def state(environment: dict[str, str]) -> list[Any]:
    return json.loads(python(environment, "-c", STATE).stdout)


@pytest.mark.django_db(transaction=True)
def test_counts_and_ledger_agree_after_a_kill_and_the_next_import_completes(
    environment, tmp_path: Path
) -> None:
    path = tmp_path / "usage.csv"
    rows = "".join(f"c{number},2026-11-18,anthropic,claude-sonnet-4-5,10\n" for number in range(500))
    path.write_text(f"id,occurred_at,provider,model,input_tokens\n{rows}")
    killed = python(environment, "-c", KILLED_AMID_A_BATCH, str(path), check=False)
    assert killed.returncode == -signal.SIGKILL
    assert state(environment) == [150, [["running", 150, 150, 0]], 0]
    python(environment, "-m", "django", "import_usage", "csv", str(path))
    assert state(environment) == [500, [["running", 150, 150, 0], ["completed", 500, 350, 150]], 0]
