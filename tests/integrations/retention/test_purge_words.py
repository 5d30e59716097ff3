"""After a project's days, words go and everything else stays."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from chat.models import FileContent, ToolExecution
from chat.services.retention import MESSAGE_WORDS
from integrations.models import ImportUpload
from integrations.services.retention.purge import _next_size, purge
from projects.models import Membership
from tests.architecture.test_admin_saves import as_sent
from tests.cast import Cast, signed_in
from tests.factories import NOON, make_member, make_message
from tests.integrations.retention.scenes import OLD, SECRET, make_scene, places_of, spend

pytestmark = pytest.mark.django_db

EMPTIED = {
    "chat.message": 1,
    "chat.toolexecution": 1,
    "chat.agentrun": 1,
    "chat.contextoptimization": 1,
    "projects.backgroundjob": 1,
    "chat.conversation": 1,
}


def purged(**options: Any) -> list[dict[str, int]]:
    return [dict(each.rows) for each in purge(now=NOON, pause_s=0, **options)]


def test_words_older_than_the_projects_days_go() -> None:
    scene = make_scene(message_days=30)
    before = spend()
    assert purged() == [EMPTIED]
    message = scene.message
    message.refresh_from_db()
    assert (message.content, message.parts, message.attachments) == ("", [], [])
    assert (message.metadata, message.purged_at) == ({"turn": "0f" * 16}, NOON)
    scene.tool.refresh_from_db()
    assert (scene.tool.parameters, scene.tool.result, scene.tool.error) == (None, None, "")
    assert scene.tool.status == ToolExecution.Status.CANCELLED
    scene.run.refresh_from_db()
    assert (scene.run.task, scene.run.input_context, scene.run.thinking) == ("", {}, "")
    scene.job.refresh_from_db()
    assert (scene.job.prompt, scene.job.payload, scene.job.result) == ("", None, None)
    scene.optimization.refresh_from_db()
    assert (scene.optimization.summary, scene.optimization.tokens_saved) == ("", 9)
    scene.conversation.refresh_from_db()
    assert (scene.conversation.title, scene.conversation.tags) == ("", [])
    assert spend() == before
    assert purged() == []


def test_no_column_keeps_a_purged_word() -> None:
    make_scene(message_days=30, attachment_days=30, raw_days=30)
    purged()
    # People, what agents remember, todos and reactions have lives of their own.
    assert places_of(SECRET) == {
        "accounts.Person.name",
        "accounts.Person.email",
        "accounts.Person.email_normalized",
        "billing.TokenUsage.person_label",
        "chat.Message.author_label",
        "chat.AgentMemory.content",
        "chat.Todo.title",
        "chat.Reaction.comment",
    }


def test_what_is_younger_and_what_no_days_were_set_for_stays() -> None:
    young = make_scene(at=NOON - timedelta(days=5), message_days=30)
    kept = make_scene()
    assert purged() == []
    for scene in (young, kept):
        scene.message.refresh_from_db()
        assert (scene.message.content, scene.message.purged_at) == (SECRET, None)


def test_a_title_stays_while_a_message_has_words() -> None:
    scene = make_scene(message_days=30)
    make_message(scene.conversation, sent_at=NOON)
    purged()
    scene.conversation.refresh_from_db()
    assert scene.conversation.title == f"{SECRET} title"


def test_a_tool_at_work_keeps_its_parameters() -> None:
    scene = make_scene(message_days=30)
    ToolExecution.objects.filter(pk=scene.tool.pk).update(status="approved", decided_by="Ada", decided_at=OLD)
    ToolExecution.objects.filter(pk=scene.tool.pk).update(status="executing")
    purged()
    scene.tool.refresh_from_db()
    assert (scene.tool.status, scene.tool.parameters) == ("executing", {"q": SECRET})


def test_files_go_with_contents_that_nobody_shares() -> None:
    scene = make_scene(attachment_days=30)
    young = make_scene(at=NOON, project=scene.project)
    assert young.upload.content_id == scene.upload.content_id
    assert purged() == [{"chat.fileupload": 1}]
    scene.upload.refresh_from_db()
    assert (scene.upload.name, scene.upload.storage_path, scene.upload.content) == ("Removed file", "", None)
    assert FileContent.objects.count() == 1
    assert [dict(each.rows) for each in purge(now=NOON + timedelta(days=40), pause_s=0)] == [
        {"chat.fileupload": 1}
    ]
    assert FileContent.objects.count() == 0


def test_raw_records_go() -> None:
    scene = make_scene(raw_days=30)
    assert purged() == [{"integrations.rejectedrecord": 1}]
    scene.rejected.refresh_from_db()
    assert (scene.rejected.raw, scene.rejected.reason) == ("", "bad")


def test_batches_are_as_small_as_asked_and_a_dry_run_changes_nothing() -> None:
    scene = make_scene(message_days=30)
    for _ in range(4):
        make_message(scene.conversation, sent_at=OLD)
    assert purged(is_dry_run=True)[0]["chat.message"] == 5
    told: list[tuple[str, int]] = []
    purge(now=NOON, pause_s=0, batch_size=2, tell=lambda project, table, number: told.append((table, number)))
    assert [number for table, number in told if table == "chat.message"] == [2, 2, 1]


def test_the_audit_log_says_what_went() -> None:
    scene = make_scene(message_days=30)
    purged()
    entry = AuditEntry.objects.get(action="purged")
    assert (entry.target_id, entry.detail) == (str(scene.project.pk), {"rows": EMPTIED})
    purged()
    assert AuditEntry.objects.filter(action="purged").count() == 1


def test_the_command_counts_by_project_and_table(capsys: pytest.CaptureFixture[str]) -> None:
    scene = make_scene(at=timezone.now() - timedelta(days=40), message_days=30)
    make_scene(at=timezone.now() - timedelta(days=40), message_days=30)
    call_command("purge_expired", "--project", scene.project.name, "--pause", "0", "--format", "json")
    project = {"project": scene.project.name, "id": str(scene.project.pk), "rows": EMPTIED}
    data = json.loads(capsys.readouterr().out)
    assert data == {
        "dry_run": False,
        "projects": [{**project, "rows": dict(sorted(EMPTIED.items()))}],
        "rows": dict(sorted(EMPTIED.items())),
    }
    call_command("purge_expired", "--dry-run", "--pause", "0")
    assert "Would remove what 6 rows held; spend stays." in capsys.readouterr().out


@pytest.mark.parametrize("options", [["--batch-size", "0"], ["--pause", "-1"], ["--project", "nowhere"]])
def test_wrong_usage_is_refused(options: list[str]) -> None:
    with pytest.raises(Exception, match="--") as refused:
        call_command("purge_expired", *options)
    assert getattr(refused.value, "returncode", None) == 2


def test_uploaded_files_leave_the_disk(tmp_path: Path, settings: Any) -> None:
    settings.UPLOADS_FOLDER = tmp_path
    scene = make_scene(raw_days=30)
    old, worked_on = (
        ImportUpload.objects.create(
            format="csv",
            project=scene.project,
            file_name="usage.csv",
            stored_name=digit * 32,
            size=1,
            sha256=bytes(32),
            status=status,
            preview={"groups": [SECRET]},
        )
        for digit, status in (("a", "previewed"), ("b", "importing"))
    )
    ImportUpload.objects.update(updated_at=OLD)
    for upload in (old, worked_on):
        (tmp_path / upload.stored_name).mkdir()
        (tmp_path / upload.stored_name / "usage.csv").write_text(SECRET)
    assert purged() == [{"integrations.importupload": 1, "integrations.rejectedrecord": 1}]
    old.refresh_from_db()
    assert (old.status, old.stored_name, old.preview) == ("cancelled", "", {})
    assert [folder.name for folder in tmp_path.iterdir()] == [worked_on.stored_name]
    assert purged() == []


def test_managers_set_the_days_of_their_project(cast: Cast) -> None:
    url = reverse("admin:projects_project_change", args=[cast.project.pk])
    manager = signed_in(make_member(cast.project, Membership.Role.MANAGER))
    page = manager.client.get(url)
    assert "Days that words are kept" in page.content.decode()
    sent = {**as_sent(page), "message_days": "30", "attachment_days": "", "raw_days": "0"}
    assert "Keep them for a day at least" in manager.client.post(url, sent).content.decode()
    assert manager.client.post(url, {**sent, "raw_days": "7"}).status_code == 302
    cast.project.refresh_from_db()
    assert (cast.project.message_days, cast.project.attachment_days, cast.project.raw_days) == (30, None, 7)
    assert cast.member.client.post(url, sent).status_code == 403


@pytest.mark.parametrize(("took", "size"), [(0.5, 50), (0.001, 200), (0.03, 100)])
def test_a_slow_batch_is_followed_by_a_smaller_one(took: float, size: int) -> None:
    assert _next_size(100, took, 500) == size


def test_the_next_batch_is_found_without_passing_over_purged_rows() -> None:
    scene = make_scene(message_days=30)
    rows = MESSAGE_WORDS.rows(scene.project.pk, sent_at__lt=NOON).order_by(MESSAGE_WORDS.time)[:10]
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        assert "message_unpurged_idx" in rows.explain()
