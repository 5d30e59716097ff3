"""What people do outside of forms is in the audit log too: by whom, and what stood there before."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.urls import reverse

from accounts.audit.verify import verify_chain
from accounts.models import AuditEntry
from chat.approvals.steps import approve, approve_by_policy, cancel, reject
from integrations.services.ingest_keys import create_key, revoke_key
from projects.models import Membership
from projects.services.archiving import archive_project, restore_project
from projects.services.jobs import cancel_job, clear_done_jobs
from tests.cast import Cast, signed_in
from tests.chat.tools import make_execution
from tests.factories import make_conversation, make_member, make_message, make_project
from tests.projects.makers import make_job

pytestmark = pytest.mark.django_db


def told(**filters: Any) -> list[tuple[Any, ...]]:
    entries = AuditEntry.objects.filter(**filters).order_by("position")
    return [(entry.action, entry.target_model, entry.actor, entry.before, entry.after) for entry in entries]


def test_a_project_is_archived_and_restored(cast: Cast) -> None:
    owner = cast.owner.user
    archive_project(cast.project, owner)
    restore_project(cast.project, owner)
    when = cast.project.archived_at
    assert when is None
    [archived, restored] = AuditEntry.objects.order_by("position")
    assert (archived.action, archived.actor, archived.before) == (
        "closed",
        owner,
        {"status": "active", "archived_at": None},
    )
    assert archived.after["status"] == "archived"
    assert (restored.action, restored.after) == ("restored", {"status": "active", "archived_at": None})
    assert {archived.project_id, restored.project_id} == {cast.project.pk}


def test_what_is_refused_is_not_told(cast: Cast) -> None:
    with pytest.raises(ValidationError):
        restore_project(cast.project, cast.owner.user)
    assert told() == []


def test_decisions_on_tool_calls_name_the_person_or_the_rule(cast: Cast) -> None:
    owner = cast.owner.user
    calls = [make_execution(cast.project, tool_name="shell") for _ in range(4)]
    approve(calls[0], owner)
    reject(calls[1], owner, "Not on Fridays")
    cancel(calls[2], owner)
    approve_by_policy(calls[3], "Ada", "reads only")
    assert told() == [
        ("decided", "chat.toolexecution", owner, {"status": "pending"}, {"status": "approved"}),
        ("decided", "chat.toolexecution", owner, {"status": "pending"}, {"status": "rejected"}),
        ("decided", "chat.toolexecution", owner, {"status": "pending"}, {"status": "cancelled"}),
        ("decided", "chat.toolexecution", None, {"status": "pending"}, {"status": "approved"}),
    ]
    assert [entry.detail for entry in AuditEntry.objects.order_by("position")] == [
        {"tool": "shell"},
        {"tool": "shell", "rule": "(words)"},
        {"tool": "shell"},
        {"tool": "shell", "rule": "reads only"},
    ]


def test_jobs_are_cancelled_and_cleared(cast: Cast) -> None:
    job = make_job(cast.project)
    cancel_job(job, cast.owner.user)
    clear_done_jobs(cast.project, cast.owner.user)
    [cancelled, cleared] = AuditEntry.objects.order_by("position")
    assert (cancelled.before["status"], cancelled.after["status"]) == ("queued", "cancelled")
    assert (cleared.target_label, cleared.detail, cleared.project_id) == (
        "Jobs that are done",
        {"cleared": 1},
        cast.project.pk,
    )


def test_keys_are_made_and_revoked_and_never_told(cast: Cast) -> None:
    row, secret = create_key(cast.project, "Laptop", cast.owner.user)
    revoke_key(row, cast.owner.user)
    assert [entry[0] for entry in told(target_id=str(row.pk))] == ["added", "changed"]
    stored = str(list(AuditEntry.objects.values()))
    assert secret not in stored
    assert secret.rpartition("_")[2] not in stored


def test_reading_a_transcript_is_told_once(cast: Cast) -> None:
    conversation = make_conversation(cast.project, title="Secret plans")
    make_message(conversation)
    address = reverse("chat:transcript", args=[conversation.pk])
    for query in ("", "?after=0", ""):
        assert cast.member.client.get(address + query).status_code == 200
    [entry] = AuditEntry.objects.all()
    assert (entry.action, entry.actor, entry.target_id, entry.target_label, entry.project_id) == (
        "read",
        cast.member.user,
        str(conversation.pk),
        f"conversation {conversation.pk}",
        cast.project.pk,
    )
    assert cast.owner.client.get(address).status_code == 200
    assert [entry[2] for entry in told(action="read")] == [cast.member.user, cast.owner.user]
    assert cast.stranger.client.get(address).status_code in (403, 404)
    assert AuditEntry.objects.count() == 2


def test_reading_the_parameters_of_waiting_calls_is_told_by_project(cast: Cast) -> None:
    address, other = reverse("chat:approvals"), make_project()
    conversation = make_conversation(cast.project)
    make_execution(cast.project, conversation=conversation)
    make_execution(cast.project)
    viewer = signed_in(make_member(cast.project, Membership.Role.VIEWER))
    assert viewer.client.get(address).status_code == 200
    assert told() == []
    for _ in range(2):
        assert cast.owner.client.get(address).status_code == 200
    make_execution(other)
    assert cast.owner.client.get(address).status_code == 200
    entries = AuditEntry.objects.order_by("position")
    assert [(entry.action, entry.target_label, entry.project_id, entry.detail) for entry in entries] == [
        ("read", "Approvals", cast.project.pk, {"conversations": [str(conversation.pk)]}),
        ("read", "Approvals", other.pk, {}),
    ]


@pytest.mark.parametrize(
    ("address", "label", "form"),
    [
        ("/usage/report.csv?from=2026-01-01&to=2026-01-02", "Usage report", "csv"),
        ("/usage/report.xlsx?from=2026-01-01&to=2026-01-02", "Usage report", "xlsx"),
        ("/context/optimizations/?format=json", "Saved tokens", "json"),
    ],
)
def test_downloads_are_told_with_their_filters(cast: Cast, address: str, label: str, form: str) -> None:
    if label == "Saved tokens":
        address = f"{reverse('chat:optimizations')}?format=json"
    assert cast.owner.client.get(address).status_code == 200
    [entry] = AuditEntry.objects.filter(action="exported")
    assert (entry.target_label, entry.detail["format"], entry.actor) == (label, form, cast.owner.user)
    filters = {"from": "2026-01-01", "to": "2026-01-02"} if label == "Usage report" else None
    assert entry.detail.get("filters") == filters


def test_a_transcript_taken_away_is_an_export(cast: Cast) -> None:
    conversation = make_conversation(cast.project)
    make_message(conversation)
    address = reverse("chat:transcript", args=[conversation.pk])
    assert cast.owner.client.get(f"{address}?format=json").status_code == 200
    [entry] = AuditEntry.objects.all()
    assert (entry.action, entry.target_id, entry.detail) == (
        "exported",
        str(conversation.pk),
        {"format": "json", "messages": 1},
    )


def test_a_command_is_told_with_who_ran_it(tmp_path: Path) -> None:
    make_project(name="Shop")
    call_command("create_ingest_key", "--project", "Shop", stdout=StringIO())
    entry = AuditEntry.objects.get(target_model="integrations.ingestkey")
    assert (entry.via, entry.actor, entry.agent) == ("command", None, "manage.py create_ingest_key")
    assert "@" in entry.actor_label
    assert verify_chain().faults == []


def test_an_import_by_a_command_is_told(tmp_path: Path) -> None:
    file = tmp_path / "usage.csv"
    file.write_text(
        "timestamp,provider,model,input_tokens,output_tokens\n2026-01-01T00:00:00Z,openai,gpt-4o,1,1\n"
    )
    call_command("import_usage", "csv", str(file), "--project", "Shop", stdout=StringIO())
    [entry] = AuditEntry.objects.filter(action="imported")
    assert (entry.via, entry.target_label) == ("command", "csv as “csv”")
    assert entry.detail["created"] == 1


def test_looking_at_a_dry_run_tells_nothing(tmp_path: Path) -> None:
    file = tmp_path / "usage.csv"
    file.write_text(
        "timestamp,provider,model,input_tokens,output_tokens\n2026-01-01T00:00:00Z,openai,gpt-4o,1,1\n"
    )
    call_command("import_usage", "csv", str(file), "--dry-run", stdout=StringIO())
    assert told() == []
