"""Loading reports: again, newer, in parts, dry, by command; rejected lines; reports that overlap."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from billing.models import ProviderReportedUsage
from billing.reports.reconciliation import Pair, reconcile
from integrations.models import ImportRun, RejectedRecord, Source
from integrations.services import vendor_reports
from integrations.services.runs import SourceKindError
from integrations.sources.files import NothingToReadError
from tests.integrations.vendor_reports.reports import (
    anthropic_bucket,
    anthropic_result,
    counts,
    load,
    openai_bucket,
    openai_result,
    page,
    stored,
)

pytestmark = pytest.mark.django_db

KIND = "openai-usage"


def test_a_newer_report_replaces_figures_and_the_same_changes_nothing(tmp_path: Path) -> None:
    first = page(openai_bucket(openai_result(), openai_result(model="gpt-4")))
    newer = page(openai_bucket(openai_result(input_tokens=150), openai_result(model="gpt-4")))
    assert counts(load(KIND, tmp_path, first)) == {"read": 2, "created": 2}
    [before] = stored("id", "created_at")[1:]
    assert counts(load(KIND, tmp_path, first)) == {"read": 2, "unchanged": 2}
    assert counts(load(KIND, tmp_path, newer, source_name="second")) == {
        "read": 2,
        "updated": 1,
        "unchanged": 1,
    }
    assert stored("model", "input_tokens", "source") == [("gpt-4", 100, KIND), ("gpt-5", 150, "second")]
    assert stored("id", "created_at")[1:] == [before]


def test_pages_that_overlap_count_once(tmp_path: Path) -> None:
    one = page(openai_bucket(openai_result()))
    assert counts(load(KIND, tmp_path, one, one)) == {"read": 2, "created": 1, "duplicates": 1}
    other = page(openai_bucket(openai_result(input_tokens=160)))
    assert counts(load(KIND, tmp_path, one, other)) == {"read": 2, "unchanged": 1, "updated": 1}
    assert stored("input_tokens") == [(160,)]


def test_a_line_twice_in_one_bucket_is_one_and_lines_that_differ_are_two(tmp_path: Path) -> None:
    """A column that tells them apart may be one that we take for a figure."""
    report = page(
        openai_bucket(openai_result(), openai_result(), openai_result(input_tokens=7, input_cached_tokens=0))
    )
    assert counts(load(KIND, tmp_path, report)) == {"read": 3, "created": 2, "duplicates": 1}
    assert counts(load(KIND, tmp_path, report)) == {"read": 3, "unchanged": 2, "duplicates": 1}


def test_batches_and_a_dry_run_count_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendor_reports, "BATCH_SIZE", 2)
    results = [openai_result(model=f"m{number}") for number in range(5)]
    documents = [
        page(openai_bucket(*results)),
        page(openai_bucket(*results[:3], openai_result(output_tokens=-1))),
    ]
    dry = load(KIND, tmp_path, *documents, dry_run=True)
    assert [model.objects.count() for model in (ProviderReportedUsage, ImportRun, Source)] == [0, 0, 0]
    wet = load(KIND, tmp_path, *documents)
    assert counts(dry) == counts(wet) == {"read": 9, "created": 5, "duplicates": 3, "rejected": 1}
    run = ImportRun.objects.get()
    assert (run.pk, run.status) == (wet.run_id, "completed")
    assert {name: getattr(run, name) for name in wet.counts.as_dict()} == wet.counts.as_dict()


def test_rejected_lines_stay_with_the_import(tmp_path: Path) -> None:
    result = load(KIND, tmp_path, page(openai_bucket(openai_result(input_tokens="x"), openai_result())))
    assert counts(result) == {"read": 2, "created": 1, "rejected": 1}
    kept = RejectedRecord.objects.get()
    assert (kept.run_id, kept.reason) == (result.run_id, "input_tokens: “x” is not a whole number")
    assert kept.record == f"{tmp_path / 'report-0.json'}: bucket 1, line 1"
    assert '"gpt-5"' in kept.raw


def test_hours_and_days_are_both_kept_and_named(tmp_path: Path) -> None:
    load(KIND, tmp_path, page(openai_bucket(openai_result(input_tokens=300))))
    hours = [
        openai_bucket(openai_result(), seconds=3600),
        openai_bucket(openai_result(), day=1, seconds=3600),
    ]
    result = load(KIND, tmp_path, page(*hours))
    assert counts(result) == {"read": 2, "created": 2}
    assert result.notices == [
        "Lines of shorter periods (usage, 2026-11-01) than others that tell of the same time:"
        " kept, and not compared."
    ]
    first, second = reconcile("openai", *(stored("period_start")[place][0].date() for place in (0, -1))).days
    assert (first.pairs["input_tokens"], second.pairs["input_tokens"]) == (Pair(0, 300), Pair(0, 100))


def test_a_day_split_in_two_ways_counts_once(tmp_path: Path) -> None:
    split = [openai_result(project_id=name, input_tokens=50) for name in ("a", "b")]
    load(KIND, tmp_path, page(openai_bucket(*split)))
    result = load(KIND, tmp_path, page(openai_bucket(openai_result())))
    assert counts(result) == {"read": 1, "created": 1}
    assert result.notices == [
        "A second report of the same time, split in another way (usage, 2026-11-01): kept, and not compared."
    ]
    day = stored("period_start")[0][0].date()
    assert reconcile("openai", day, day).total.pairs["input_tokens"] == Pair(0, 100)


def test_pages_load_one_by_one_as_together(tmp_path: Path) -> None:
    keyed = page(anthropic_bucket(anthropic_result(workspace_id="w"), anthropic_result()), has_more=True)
    last = page(anthropic_bucket(anthropic_result(), day=2))
    for document in (keyed, last):
        load("anthropic-usage", tmp_path, document)
    assert counts(load("anthropic-usage", tmp_path, keyed, last)) == {"read": 3, "unchanged": 3}


def test_the_command_lists_and_loads_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "usage.json"
    path.write_text(json.dumps(page(openai_bucket(openai_result()))))
    call_command("import_usage", KIND, str(path), "--format", "json")
    assert json.loads(capsys.readouterr().out) == {
        "read": 1,
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "duplicates": 0,
        "rejected": 0,
        "rejections": [],
    }
    with pytest.raises(CommandError, match="booked in no project"):
        call_command("import_usage", KIND, str(path), "--project", "Shop")
    path.write_text("[")
    with pytest.raises(SystemExit) as caught:
        call_command("import_usage", KIND, str(path))
    assert caught.value.code == 1


def test_nothing_to_read_and_a_name_that_is_taken(tmp_path: Path) -> None:
    Source.objects.create(kind="csv", name="bills")
    with pytest.raises(NothingToReadError):
        load(KIND, tmp_path)
    with pytest.raises(SourceKindError):
        load(KIND, tmp_path, page(), source_name="bills")


def test_queries_do_not_grow_with_lines(tmp_path: Path, django_assert_num_queries: Any) -> None:
    def ask(lines: int) -> None:
        results = [openai_result(model=f"m{number}") for number in range(lines)]
        load(KIND, tmp_path, page(openai_bucket(*results)))

    ask(1)
    with django_assert_num_queries(13):
        ask(2)
    with django_assert_num_queries(13):
        ask(20)
