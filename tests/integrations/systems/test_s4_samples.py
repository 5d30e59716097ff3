"""The code-session tool's sample databases: every figure of expected.json, out of our own tables."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db.models import Count, Max, Q, QuerySet, Sum
from django.db.models.functions import Length

from billing.ledger.rebuild import check_rollups
from billing.models import TokenUsage
from integrations.models import ImportedRow, RejectedRecord
from integrations.systems.clocks import instant
from projects.models import BackgroundJob, SessionFile, StoredValue, WorkSession
from tests.integrations.systems.support import (
    assert_nothing_changes,
    clock,
    expected,
    imported,
    unpacked,
    usage_by,
)

pytestmark = pytest.mark.django_db

MAIN, DESKTOP = "s4-code-sessions/main", "s4-code-sessions/desktop"
BOOKKEEPING = {"migrations", "db_diagnostic_logs", "meta"}
SUMS = {"rows": Count("pk"), "input_tokens": Sum("input_tokens"), "output_tokens": Sum("output_tokens")}
NEGATIVE = Q(input_tokens__lt=0) | Q(output_tokens__lt=0)
Sample = tuple[Path, dict[str, Any]]


@pytest.fixture(params=[MAIN, DESKTOP])
def sample(request: pytest.FixtureRequest, tmp_path: Path) -> Sample:
    return unpacked(request.param, tmp_path), expected(request.param)


def in_source(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as source:
        return source.execute(query).fetchall()


def grouped(jobs: QuerySet[Any], *fields: str, **sums: Any) -> dict[tuple[Any, ...], dict[str, Any]]:
    groups = jobs.order_by().values(*fields).annotate(**(sums or SUMS))
    return {
        tuple(group[field] for field in fields): {name: group[name] for name in sums or SUMS}
        for group in groups
    }


def listed(rows: Iterable[dict[str, Any]], *names: str) -> dict[tuple[Any, ...], dict[str, Any]]:
    """The source's groups in the same form: what is null there is an empty text here."""
    return {
        tuple(row[name] or "" for name in names): {
            name: value for name, value in row.items() if name not in names
        }
        for row in rows
    }


def test_every_row_is_imported(sample: Sample) -> None:
    path, truth = sample
    result = imported("s4", path)
    read = {name: table["read"] for name, table in result["tables"].items()}
    assert read | result["unknown_tables"] == truth["row_counts"]
    assert result["unknown_tables"].keys() == BOOKKEEPING & truth["row_counts"].keys()
    assert {name: table["reasons"] for name, table in result["tables"].items() if table["reasons"]} == {}
    negative = truth["awkward"]["jobs_negative_tokens"]
    assert result["ledger_rejected"] == {"input_tokens: negative": negative}
    assert RejectedRecord.objects.count() == negative
    assert WorkSession.objects.count() == truth["row_counts"]["sessions"]
    for kind, table in (("included", "included_files"), ("excluded", "excluded_files")):
        if table in truth["row_counts"]:
            assert SessionFile.objects.filter(kind=kind).count() == truth["row_counts"][table]


def test_jobs_are_the_sources(sample: Sample) -> None:
    path, truth = sample
    imported("s4", path)
    totals, jobs = truth["totals"], BackgroundJob.objects.all()
    assert jobs.aggregate(**SUMS) == totals["jobs_all"]
    assert jobs.exclude(NEGATIVE).aggregate(**SUMS) == totals["nonnegative_jobs"]
    by = {
        "jobs_by_api_model": (("api_type", "model"), ("api_type", "model_used")),
        "jobs_by_task": (("task_type",), ("task_type",)),
        "jobs_by_status": (("source_status",), ("status",)),
        "jobs_by_project_directory": (("project__local_path",), ("project_directory",)),
    }
    for name, (ours, theirs) in by.items():
        assert grouped(jobs, *ours) == listed(totals[name], *theirs), name
    lengths = list(jobs.annotate(length=Length("prompt")).values_list("length", flat=True))
    assert {
        "characters": sum(lengths),
        "longest": max(lengths),
        "empty": lengths.count(0),
    } == {name: totals["prompt_text"][name] for name in ("characters", "longest", "empty")}
    sessions = grouped(WorkSession.objects.all(), "project__local_path", rows=Count("pk"))
    assert sessions == listed(totals["sessions_by_directory"], "project_directory")


def test_the_ledger_has_what_the_jobs_used(sample: Sample) -> None:
    path, truth = sample
    imported("s4", path)
    booked = TokenUsage.objects.booked()
    whole = booked.aggregate(**SUMS)
    used = truth["totals"]["nonnegative_jobs"]
    assert {name: whole[name] for name in ("input_tokens", "output_tokens")} == {
        name: used[name] for name in ("input_tokens", "output_tokens")
    }
    idle = BackgroundJob.objects.exclude(status="succeeded").filter(
        Q(input_tokens=0, output_tokens=0) | Q(status="queued", input_tokens=None, output_tokens=0)
    )
    callers = BackgroundJob.objects.exclude(NEGATIVE).exclude(pk__in=idle)
    assert whole["rows"] == callers.count() == used["rows"] - idle.count()
    for field in ("model", "project__local_path", "provider"):
        jobs = grouped(callers, field)
        spoken = {
            (slug or "unknown",) if field == "provider" else (slug,): row for (slug,), row in jobs.items()
        }
        assert grouped(booked, field) == spoken, field
    assert booked.filter(job=None).count() == 0
    statuses = grouped(booked, "status", "job__status", rows=Count("pk")).keys()
    assert statuses <= {
        ("ok", "succeeded"),
        ("error", "failed"),
        ("cancelled", "cancelled"),
        ("partial", "queued"),
        ("partial", "running"),
    }


def test_costs_and_cached_tokens_of_the_desktop(tmp_path: Path) -> None:
    path, truth = unpacked(DESKTOP, tmp_path), expected(DESKTOP)
    imported("s4", path)
    jobs = BackgroundJob.objects.all()
    costs = {"rows": Count("pk"), "with_cost": Count("reported_cost"), "cost": Sum("reported_cost")}
    stated = {
        key: {**row, "cost": Decimal(row["cost"])}
        for key, row in listed(truth["totals"]["cost_by_model"], "model_used").items()
    }
    assert grouped(jobs, "model", **costs) == stated
    metadata = list(jobs.values_list("metadata", flat=True))
    assert {
        name: sum(each[f"cache_{name}_tokens"] for each in metadata) for name in ("read", "write")
    } == truth["totals"]["cache_tokens"]
    ((read, written),) = in_source(
        path,
        "SELECT sum(cache_read_tokens), sum(cache_write_tokens) FROM background_jobs"
        " WHERE ifnull(tokens_sent, 0) >= 0 AND ifnull(tokens_received, 0) >= 0",
    )
    assert TokenUsage.objects.aggregate(read=Sum("cache_read_tokens"), written=Sum("cache_write_tokens")) == {
        "read": read,
        "written": written,
    }
    booked = {key: row["cost"] for key, row in usage_by("model").items()}
    kept = grouped(jobs.exclude(NEGATIVE), "model", cost=Sum("reported_cost"))
    assert booked == {key: row["cost"] for key, row in kept.items()}
    unknown = TokenUsage.objects.filter(job__reported_cost=None).values_list("cost", "cost_source").distinct()
    assert list(unknown) == [(None, "none")]


def test_vocabularies_and_awkward_values(sample: Sample) -> None:
    path, truth = sample
    result = imported("s4", path)
    jobs = BackgroundJob.objects.all()
    columns = {"status": "source_status", "task_type": "task_type", "api_type": "api_type"}
    for name in columns.keys() & truth["vocabularies"].keys():
        counts = dict(jobs.order_by().values_list(columns[name]).annotate(Count("pk")))
        assert counts == dict(truth["vocabularies"][name]), name
    told = result["awkward"]
    ((by_tag,),) = in_source(
        path, "SELECT count(*) FROM background_jobs WHERE status = 'completed_by_tag' AND response IS NULL"
    )
    over = Q(source_status__in=["completed", "failed", "canceled"])
    found = {
        "jobs_null_model": jobs.filter(model="").count(),
        "jobs_unknown_model": jobs.filter(model="mystery-model-2099").count(),
        "jobs_negative_tokens": told["negative_tokens"],
        "jobs_null_tokens": jobs.filter(Q(input_tokens=None) | Q(output_tokens=None)).count(),
        "jobs_zero_tokens": jobs.filter(input_tokens=0, output_tokens=0).count(),
        "running_with_end_time": jobs.filter(source_status="running", finished_at__isnull=False).count(),
        "terminal_without_end_time": jobs.filter(over, finished_at=None).count(),
        "metadata_invalid_json": told["invalid_json"],
        "metadata_null_or_json_null": told["no_metadata"],
        "completed_without_response": told["succeeded_without_response"] - by_tag,
        "response_with_nul_character": told["replaced_nul"],
        "jobs_cleared": jobs.filter(cleared_at__isnull=False).count(),
        "project_directory_only_in_metadata": sum(
            "projectDirectory" in (payload or {}) for payload in jobs.values_list("payload", flat=True)
        ),
        "output_only_in_file": jobs.filter(response="").exclude(output_path="").count(),
        "sessions_without_hash": WorkSession.objects.exclude(metadata__has_key="project_hash").count(),
        "active_session_pointing_nowhere": told["dangling_links"],
    }
    # Which of a job's places named its directory is not kept: all of them lead to one project.
    stated = {
        name: rows for name, rows in truth["awkward"].items() if name != "jobs_without_project_directory"
    }
    assert {name: rows for name, rows in found.items() if name in stated} == stated
    assert jobs.filter(response__contains="\N{REPLACEMENT CHARACTER}").count() == told["replaced_nul"]
    assert told.get("no_project", 0) == 0


def test_clocks_are_kept(sample: Sample) -> None:
    path, truth = sample
    imported("s4", path)
    jobs = BackgroundJob.objects.all()
    changed = [key for (key,) in in_source(path, "SELECT id FROM background_jobs WHERE updated_at NOT NULL")]
    rows = ImportedRow.objects.filter(source_table="background_jobs", source_key__in=changed)
    columns: dict[str, tuple[QuerySet[Any], str]] = {
        "sessions.created_at": (WorkSession.objects.all(), "created_at"),
        "sessions.updated_at": (WorkSession.objects.all(), "updated_at"),
        "cached_state.updated_at": (StoredValue.objects.exclude(scope=""), "updated_at"),
        "key_value_store.updated_at": (StoredValue.objects.filter(scope=""), "updated_at"),
        "background_jobs.start_time": (jobs, "started_at"),
        "background_jobs.end_time": (jobs, "finished_at"),
        "background_jobs.created_at": (jobs, "created_at"),
        "background_jobs.updated_at": (jobs.filter(pk__in=rows.values("target_id")), "updated_at"),
    }
    elsewhere = {f"{table}.{column}" for table in BOOKKEEPING for column in ("applied_at", "timestamp")}
    for name, truly in truth["clocks"].items():
        if name in columns:
            assert clock(*columns[name]) == truly, name
        elif name == "background_jobs.last_update":
            times = [
                instant(each["last_update"], ZoneInfo("UTC"))
                for each in jobs.values_list("metadata", flat=True)
            ]
            known = [time for time in times if time is not None]
            assert len(known) == truly["not_null"]
            assert sum(int(time.timestamp()) for time in known) == truly["sum_epoch_seconds"]
        else:
            assert name in elsewhere, name


def test_a_second_import_changes_nothing_and_rollups_agree(sample: Sample) -> None:
    path, _ = sample
    first = imported("s4", path)
    rows = ImportedRow.objects.count()
    second = imported("s4", path)
    assert_nothing_changes(second)
    assert second["awkward"] == first["awkward"]
    assert ImportedRow.objects.count() == rows
    assert check_rollups().drifts == ()


def test_a_backup_imports_like_the_database_itself(tmp_path: Path) -> None:
    path, truth = unpacked(MAIN, tmp_path), expected(MAIN)
    backups = tmp_path / "backups"
    backups.mkdir()
    backup = backups / "vibe-manager-2025-05-20T18-40-00.db"
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(backup)) as target:
        source.backup(target)
    out = StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("import_system", "s4", str(backup), "--format", "json", stdout=out)
    assert stopped.value.code == 1, "rows with negative tokens were not booked"
    assert BackgroundJob.objects.aggregate(**SUMS) == truth["totals"]["jobs_all"]
    assert_nothing_changes(imported("s4", path))
    assert BackgroundJob.objects.aggregate(newest=Max("created_at")) == {
        "newest": datetime.fromisoformat(
            truth["clocks"]["background_jobs.created_at"]["max_utc"].replace("Z", "+00:00")
        ).astimezone(UTC)
    }
