"""Several processes at once, and one killed amid its work: the ledger stays exact, the rollups agree."""

import csv
import json
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.billing.scratch import Scratch, scratch_database

START = datetime(2026, 10, 30, tzinfo=UTC)
ROWS = 6_000
MODELS = (("anthropic", "claude-sonnet-4-5"), ("openai", "gpt-4o-mini"), ("acme", "nobody-knows"))


@pytest.fixture
def scratch(tmp_path: Path, db: None) -> Iterator[Scratch]:
    with scratch_database(tmp_path) as scratch:
        yield scratch


def write_calls(path: Path, numbers: range) -> Path:
    """A CSV of calls `numbers`, two an hour's third, of three models in four projects."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["id", "occurred_at", "provider", "model", "project", "input_tokens", "output_tokens"]
        )
        for number in numbers:
            provider, model = MODELS[number % 3]
            moment = START + timedelta(minutes=number)
            writer.writerow(
                [
                    f"call-{number}",
                    moment.isoformat(),
                    provider,
                    model,
                    f"Project {number % 4}",
                    1000 + number,
                    50,
                ]
            )
    return path


def counts(text: str) -> dict[str, int]:
    return {name: value for name, value in json.loads(text).items() if name != "rejections"}


def assert_exact(scratch: Scratch, rows: int) -> None:
    """The ledger holds calls 0 to `rows`, once each, and every rollup agrees with it."""
    check = scratch.manage("rebuild_rollups", "--check", "--format", "json")
    assert (check.returncode, json.loads(check.stdout)["drifts"]) == (0, []), check.stderr
    report = scratch.manage(
        "usage_report",
        "--group-by",
        "provider",
        "--from",
        "2026-10-01",
        "--to",
        "2026-12-31",
        "--format",
        "json",
    )
    totals = json.loads(report.stdout)["totals"]
    assert (
        totals["requests"],
        totals["input_tokens"],
        totals["output_tokens"],
        totals["unpriced_requests"],
    ) == (
        rows,
        sum(1000 + number for number in range(rows)),
        50 * rows,
        rows // 3,
    )


def test_overlapping_imports_at_once_book_each_call_once(scratch: Scratch, tmp_path: Path) -> None:
    half = ROWS // 2
    files = [
        write_calls(tmp_path / "first.csv", range(ROWS)),
        write_calls(tmp_path / "second.csv", range(half, ROWS)),
        write_calls(tmp_path / "third.csv", range(ROWS - 1, -1, -1)),
    ]
    processes = [scratch.start("import_usage", "csv", str(path), "--format", "json") for path in files]
    results = []
    for process in processes:
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, err
        results.append(counts(out))
    assert sum(result["created"] for result in results) == ROWS
    for result in results:
        assert result["read"] == sum(value for name, value in result.items() if name != "read")
    assert_exact(scratch, ROWS)


def test_an_import_killed_amid_its_work_is_finished_by_the_next(scratch: Scratch, tmp_path: Path) -> None:
    rows = ROWS * 5
    path = write_calls(tmp_path / "calls.csv", range(rows))
    for threshold in (1, rows // 3):
        process = scratch.start("import_usage", "csv", str(path), "--format", "json")
        while scratch.count("billing_tokenusage") < threshold:
            assert process.poll() is None, process.communicate()
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert scratch.count("billing_tokenusage") < rows
        check = scratch.manage("rebuild_rollups", "--check", "--format", "json")
        assert (check.returncode, json.loads(check.stdout)["drifts"]) == (0, []), check.stderr
    done = scratch.manage("import_usage", "csv", str(path), "--format", "json")
    assert done.returncode == 0, done.stderr
    result = counts(done.stdout)
    assert result["created"] > 0
    assert result["created"] + result["unchanged"] == rows
    assert_exact(scratch, rows)
