"""From files to booked calls."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models import F
from django.utils import timezone

from billing.ledger.rebuild import check_rollups
from billing.models import TokenUsage
from chat.models import Conversation
from integrations.models import ImportRun, RejectedRecord, Source
from integrations.services import usage_import
from integrations.services.results import Counts, ImportResult, RejectedEntry
from integrations.services.runs import STALE_AFTER, SourceKindError
from integrations.services.usage_import import import_usage
from integrations.sources.files import NothingToReadError
from projects.models import Project
from tests.factories import NOON, make_project, make_source
from tests.integrations.transcripts import at, line, opening, write

pytestmark = pytest.mark.django_db

HEADER = "id,occurred_at,provider,model,project,input_tokens,output_tokens,session_id\n"


def csv_file(path: Path, *rows: str) -> Path:
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows))
    return path


def row(call: str, *, project: str = "Shop", tokens: int = 1_000, session: str = "", minute: int = 0) -> str:
    return (
        f"{call},2026-11-18T12:{minute:02}:00Z,anthropic,claude-sonnet-4-5,{project},{tokens},100,{session}"
    )


def run_csv(*paths: Path, **options) -> ImportResult:
    return import_usage(source_kind="csv", paths=list(paths), **options)


def counts(result: ImportResult) -> tuple[int, int, int, int]:
    found = result.counts
    assert found.read == found.created + found.unchanged + found.duplicates + found.rejected
    return found.created, found.unchanged, found.duplicates, found.rejected


def test_an_import_books_each_call_and_remembers_its_run(tmp_path) -> None:
    path = csv_file(tmp_path / "usage.csv", row("c1"), row("c2", project=""), row("c1"), row("c3", tokens=-1))
    result = run_csv(path)
    assert counts(result) == (2, 0, 1, 1)
    assert result.rejections == [RejectedEntry(f"{path}:5", "input_tokens: “-1” is negative")]
    run = ImportRun.objects.get()
    assert (run.pk, run.status, run.label, run.project) == (result.run_id, "completed", str(path), None)
    assert (run.read, run.created, run.unchanged, run.duplicates, run.rejected) == (4, 2, 0, 1, 1)
    source = Source.objects.get()
    assert (source.kind, source.name, source.last_received_at) == ("csv", "csv", run.finished_at)
    booked = TokenUsage.objects.order_by("native_id").values_list(
        "native_id", "project__name", "source", "input_tokens"
    )
    assert list(booked) == [("c1", "Shop", "csv", 1_000), ("c2", "Unassigned (csv)", "csv", 1_000)]
    assert list(Project.objects.values_list("name", "kind")) == [
        ("Shop", "regular"),
        ("Unassigned (csv)", "unassigned"),
    ]
    assert source.unassigned_project == Project.objects.get(kind="unassigned")


def test_a_second_import_changes_nothing(tmp_path) -> None:
    path = csv_file(tmp_path / "usage.csv", row("c1", session="s"), row(""), row(""), row("c1", session="s"))
    assert counts(run_csv(path)) == (3, 0, 1, 0)
    before = (
        list(TokenUsage.objects.values()),
        list(Conversation.objects.values()),
        list(Project.objects.values()),
    )
    assert counts(run_csv(path)) == (0, 3, 1, 0)
    assert (
        list(TokenUsage.objects.values()),
        list(Conversation.objects.values()),
        list(Project.objects.values()),
    ) == before


def test_ids_of_a_csv_are_unique_within_their_project(tmp_path) -> None:
    path = csv_file(tmp_path / "usage.csv", row("c1"), row("c1", project="Desk"))
    assert counts(run_csv(path)) == (2, 0, 0, 0)
    assert counts(run_csv(path, project_name="Both")) == (1, 0, 1, 0)
    assert ImportRun.objects.latest("created_at").project == Project.objects.get(name="Both")


def test_a_call_that_another_project_has_is_a_duplicate(tmp_path) -> None:
    path = write(tmp_path / "a.jsonl", line())
    assert counts(import_usage(source_kind="claude-code", paths=[path])) == (1, 0, 0, 0)
    again = import_usage(source_kind="claude-code", paths=[path], project_name="Elsewhere")
    assert counts(again) == (0, 0, 1, 0)
    assert not Conversation.objects.filter(project__name="Elsewhere").exists()
    assert TokenUsage.objects.get().project.name == "shop"


def test_calls_met_again_in_a_later_batch_are_duplicates_not_unchanged(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(usage_import, "BATCH_SIZE", 2)
    path = csv_file(
        tmp_path / "usage.csv", row("c1"), row("c2"), row("c3"), row("c1"), row("c2", tokens=5_000)
    )
    assert counts(run_csv(path)) == (3, 0, 2, 0)
    assert TokenUsage.objects.booked().get(native_id="c2").input_tokens == 5_000
    assert check_rollups().drifts == ()


def test_a_dry_run_counts_the_same_and_leaves_no_trace(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(usage_import, "BATCH_SIZE", 2)
    rows = [
        row("c1", session="s"),
        row("c2", project="New"),
        row("c1", session="s"),
        row("c3", tokens=-1),
        row("", session="t"),
    ]
    path = csv_file(tmp_path / "usage.csv", *rows)
    dry = run_csv(path, dry_run=True)
    tables = (TokenUsage, Conversation, Project, Source, ImportRun, RejectedRecord)
    assert [table.objects.count() for table in tables] == [0] * len(tables)
    assert dry.run_id is None
    real = run_csv(path)
    assert counts(dry) == counts(real) == (3, 0, 1, 1)
    assert dry.rejections == real.rejections
    assert counts(run_csv(path, dry_run=True)) == (0, 3, 1, 1)


def test_sessions_become_conversations(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(usage_import, "BATCH_SIZE", 2)
    rows = [
        row("c1", session="s", minute=5),
        row("c2", session="t"),
        row("c3", session="s", minute=2),
        row("c4", session="s", minute=9),
        row("c5", project="Desk", session="s"),
        row("c6"),
    ]
    run_csv(csv_file(tmp_path / "usage.csv", *rows))
    found = Conversation.objects.order_by("project__name", "external_id")
    assert list(
        found.values_list("project__name", "external_id", "source", "started_at", "last_activity_at")
    ) == [
        ("Desk", "s", "csv", NOON, NOON),
        ("Shop", "s", "csv", NOON + timedelta(minutes=2), NOON + timedelta(minutes=9)),
        ("Shop", "t", "csv", NOON, NOON),
    ]
    linked = TokenUsage.objects.order_by("native_id").values_list("conversation__external_id", "session_id")
    assert list(linked) == [("s", "s"), ("t", "t"), ("s", "s"), ("s", "s"), ("s", "s"), (None, "")]
    assert (
        not TokenUsage.objects.exclude(conversation=None)
        .exclude(project_id=F("conversation__project_id"))
        .exists()
    )


def test_a_rejected_call_leaves_no_mark_on_its_session(tmp_path) -> None:
    rows = [row("c1", session="s"), row("c2", session="s").replace("2026-", "2110-"), row("c3", session="t")]
    rows[2] = rows[2].replace("2026-", "2110-")
    assert counts(run_csv(csv_file(tmp_path / "usage.csv", *rows))) == (1, 0, 0, 2)
    found = Conversation.objects.values_list("external_id", "started_at", "last_activity_at")
    assert list(found) == [("s", NOON, NOON)]


def test_rejected_records_keep_their_raw_form_without_secrets(tmp_path) -> None:
    path = tmp_path / "usage.csv"
    path.write_text(
        "id,occurred_at,provider,model,input_tokens,tags\n"
        "c1,2026-11-18,anthropic,claude,many,sk-ant-api03-abcdefgh\n"
        "c2,2050-01-01,anthropic,claude,5,x\n"
        "c3,2110-01-01,anthropic,claude,5,sk-ant-api03-abcdefgh\n"
    )
    run_csv(path)
    kept = RejectedRecord.objects.order_by("record")
    assert [(each.record, each.reason, each.project.name) for each in kept] == [
        (f"{path}:2", "input_tokens: “many” is not a whole number", "Unassigned (csv)"),
        (f"{path}:4", "occurred_at: 2110-01-01 is not between 2015 and 2100", "Unassigned (csv)"),
    ]
    for each in kept:
        assert "anthropic" in each.raw
        assert "sk-ant" not in each.raw


def test_a_rejected_file_of_one_project_stays_with_it(tmp_path) -> None:
    path = tmp_path / "usage.csv"
    path.write_bytes(b"")
    result = run_csv(path, project_name="Shop")
    assert result.rejections == [RejectedEntry(str(path), "the file is empty")]
    assert RejectedRecord.objects.get().project.name == "Shop"


def test_only_the_first_thousand_rejections_are_listed(tmp_path) -> None:
    path = csv_file(tmp_path / "usage.csv", *(row(f"c{number}", tokens=-1) for number in range(1_003)))
    result = run_csv(path)
    assert (len(result.rejections), result.counts) == (1_000, Counts(rejected=1_003))
    assert RejectedRecord.objects.count() == 1_003


def test_a_fork_leaves_no_conversation_without_calls(tmp_path) -> None:
    write(tmp_path / "z.jsonl", opening(), line(timestamp=at(2)))
    write(tmp_path / "a.jsonl", opening("session-0", 50), line(timestamp=at(2), sessionId="session-0"))
    for name in ("z.jsonl", "a.jsonl"):
        import_usage(source_kind="claude-code", paths=[tmp_path / name])
    assert list(Conversation.objects.values_list("external_id", flat=True)) == ["session-a"]


def test_nothing_to_read_leaves_no_run(tmp_path) -> None:
    with pytest.raises(NothingToReadError):
        run_csv(tmp_path / "missing.csv")
    with pytest.raises(NothingToReadError, match="csv: give a file or folder"):
        run_csv()
    assert not ImportRun.objects.exists()
    assert not Source.objects.exists()


def test_a_source_keeps_its_kind(tmp_path) -> None:
    make_source(kind=Source.Kind.LITELLM, name="gateway")
    path = csv_file(tmp_path / "usage.csv", row("c1"))
    with pytest.raises(SourceKindError, match="“gateway” is of kind litellm, not csv"):
        run_csv(path, source_name="gateway")
    run_csv(path, source_name="exports")
    assert TokenUsage.objects.get().source == "exports"


def test_a_project_that_prefers_the_reported_cost(tmp_path) -> None:
    make_project(name="Shop", prefers_reported_cost=True)
    path = tmp_path / "usage.csv"
    path.write_text("occurred_at,provider,model,project,cost\n2026-11-18,anthropic,claude,Shop,0.25\n")
    run_csv(path)
    assert list(TokenUsage.objects.values_list("cost", "cost_source")) == [(Decimal("0.25"), "reported")]


def test_a_failure_keeps_whole_batches_and_says_so(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(usage_import, "BATCH_SIZE", 2)
    book = usage_import.book
    batches = []

    def failing(batch, **context):
        batches.append(batch)
        booked = book(batch, **context)
        if len(batches) == 2:
            raise RuntimeError("the disk is full")
        return booked

    monkeypatch.setattr(usage_import, "book", failing)
    with pytest.raises(RuntimeError):
        run_csv(csv_file(tmp_path / "usage.csv", *(row(f"c{number}") for number in range(6))))
    run = ImportRun.objects.get()
    assert (run.status, run.error, run.read, run.created) == (
        "failed",
        "RuntimeError: the disk is full",
        2,
        2,
    )
    assert TokenUsage.objects.count() == 2
    assert check_rollups().drifts == ()


def test_a_run_that_somebody_stops_is_interrupted(tmp_path, monkeypatch) -> None:
    def stopped(batch, **context):
        raise KeyboardInterrupt

    monkeypatch.setattr(usage_import, "book", stopped)
    with pytest.raises(KeyboardInterrupt):
        run_csv(csv_file(tmp_path / "usage.csv", row("c1")))
    assert list(ImportRun.objects.values_list("status", "read")) == [("interrupted", 0)]


def test_runs_of_killed_processes_are_marked_by_the_next(tmp_path) -> None:
    source, other = make_source(name="csv"), make_source(name="other")
    killed, alive = (ImportRun.objects.create(source=source, label=label) for label in ("killed", "alive"))
    foreign = ImportRun.objects.create(source=other, label="another source's")
    long_ago = timezone.now() - STALE_AFTER - timedelta(seconds=1)
    ImportRun.objects.filter(pk__in=[killed.pk, foreign.pk]).update(updated_at=long_ago)
    run_csv(csv_file(tmp_path / "usage.csv", row("c1")))
    statuses = dict(ImportRun.objects.values_list("label", "status"))
    assert statuses == {
        "killed": "interrupted",
        "alive": "running",
        "another source's": "running",
        str(tmp_path / "usage.csv"): "completed",
    }
    killed.refresh_from_db()
    assert killed.finished_at is not None
    assert alive.finished_at is None


def test_progress_ends_at_all_bytes(tmp_path) -> None:
    first, second = csv_file(tmp_path / "a.csv", row("c1")), csv_file(tmp_path / "b.csv", row("c2"))
    told: list[tuple[int, int]] = []
    run_csv(first, second, progress=lambda done, total: told.append((done, total)))
    size = first.stat().st_size + second.stat().st_size
    assert told[-1] == (size, size)
    assert told == sorted(told)
