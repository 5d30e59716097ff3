"""A person asks to be forgotten: their words and data go, what they spent does not move."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Erasure, Person
from billing.models import TokenUsage
from billing.reports.build import build_report
from billing.reports.query import Dimension, UsageQuery
from chat.approvals.steps import approve_by_policy, reject
from chat.models import AutoApprovalPolicy, Message, Todo
from integrations.models import Deployment, GitHubRepository, LinkedAccount
from integrations.services.erasure import erase as erasing
from integrations.services.erasure.erase import erase, remaining
from integrations.services.gone import kept_gone
from projects.models import Agent
from tests.cast import Cast
from tests.chat.tools import make_execution
from tests.factories import NOON, make_conversation, make_message, make_owner, make_person
from tests.integrations.retention.scenes import OLD, SECRET, Scene, make_scene, places_of, spend

pytestmark = pytest.mark.django_db

COUNTS = {
    "accounts.person": 1,
    "billing.tokenusage.person_label": 1,
    "chat.agentmemory": 1,
    "chat.agentrun": 1,
    "chat.autoapprovalpolicy": 1,
    "chat.contextoptimization": 1,
    "chat.conversation": 1,
    "chat.fileupload": 1,
    "chat.message": 2,
    "chat.reaction": 1,
    "chat.todo": 1,
    "chat.toolexecution": 1,
    "integrations.linkedaccount": 1,
    "projects.backgroundjob": 1,
}


@pytest.fixture
def scene() -> Scene:
    """The person's conversation with an answer in it, their settings, and a word of theirs elsewhere."""
    scene = make_scene()
    make_message(scene.conversation, role="assistant", content=f"You said {SECRET}")
    AutoApprovalPolicy.objects.create(person=scene.person, metadata={"note": SECRET})
    LinkedAccount.objects.create(person=scene.person, provider="github", username=SECRET)
    return scene


def test_no_word_of_theirs_stays_and_every_report_is_the_same(scene: Scene) -> None:
    before = spend()
    assert dict(remaining(scene.person)) == COUNTS
    erasure = erase(scene.person, reason="Request 7")
    # The raw form of a record that no import could take names nobody; it has days of its own.
    assert places_of(SECRET) == {"integrations.RejectedRecord.raw"}
    assert spend() == before
    call_command("rebuild_rollups", "--check")
    assert (erasure.counts, erasure.calls, erasure.person_label) == (COUNTS, 1, "")
    assert erasure.spend_nano == round(sum(cost for _, cost in before["person"]) * 10**9)
    assert erasure.finished_at is not None


def test_reports_name_them_erase(scene: Scene) -> None:
    erase(scene.person)
    query = UsageQuery(first_day=OLD.date(), last_day=NOON.date(), zone="UTC", group_by=(Dimension.PERSON,))
    [row] = build_report(query).rows
    assert row.members[0].label == "Erased person (deleted)"
    scene.person.delete()
    [row] = build_report(query).rows
    assert row.members[0].label == "Erased person (deleted)"


def test_what_others_said_elsewhere_stays(scene: Scene) -> None:
    other = make_person(name="Grace")
    talk = make_conversation(scene.project, person=other, title="Theirs")
    theirs = make_message(talk, author=other, author_label="Grace", content="Mine")
    guest = make_message(talk, author=scene.person, author_label="guest", content=SECRET)
    below = Todo.objects.create(project=scene.project, title="Stays", parent=Todo.objects.get(title=SECRET))
    erase(scene.person)
    kept = Message.objects.filter(conversation=talk).order_by("position")
    assert list(kept.values_list("pk", "author_label", "content")) == [
        (theirs.pk, "Grace", "Mine"),
        (guest.pk, "Erased person", ""),
    ]
    talk.refresh_from_db()
    below.refresh_from_db()
    assert (talk.title, below.parent) == ("Theirs", None)


def test_a_second_run_finds_nothing_and_gives_the_same_certificate(scene: Scene) -> None:
    first = erase(scene.person)
    assert erase(scene.person) == first
    assert Erasure.objects.count() == 1
    make_message(scene.conversation, author=scene.person, content="New")
    second = erase(scene.person)
    assert (second != first, second.counts) == (True, {"chat.message": 1})


def test_killed_half_way_it_goes_on_with_the_same_certificate(
    scene: Scene,
) -> None:
    told: list[str] = []

    def kill(table: str, number: int) -> None:
        told.append(table)
        if len(told) == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        erase(scene.person, tell=kill)
    begun = Erasure.objects.get()
    assert (begun.finished_at, sum(begun.counts.values()) > 0) == (None, True)
    done = erase(Person.objects.get(pk=scene.person.pk), batch_size=1)
    assert (done.pk, done.counts) == (begun.pk, COUNTS)


def test_spend_that_moves_meanwhile_is_no_certificate(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = iter([erasing.Figures(1, 5), erasing.Figures(1, 4)])
    monkeypatch.setattr(erasing, "figures_of", lambda person_id, until=None: next(figures))
    with pytest.raises(erasing.ErasureError, match="changed meanwhile"):
        erase(scene.person)
    assert Erasure.objects.get().finished_at is None
    scene.person.refresh_from_db()
    assert scene.person.erased_at is None


def test_a_purged_message_loses_its_author(scene: Scene) -> None:
    Message.objects.filter(pk=scene.message.pk).update(purged_at=NOON, content="")
    erasure = erase(scene.person)
    scene.message.refresh_from_db()
    assert scene.message.author_label == "Erased person"
    assert erasure.counts["chat.message.author_label"] == 1


def test_the_ledger_lets_a_name_go_and_nothing_else(scene: Scene) -> None:
    usage = TokenUsage.objects.get()
    table = TokenUsage._meta.db_table
    for column, value in (("person_label", "Somebody"), ("person_label", ""), ("input_tokens", 5)):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'UPDATE "{table}" SET {column} = %s', [value])
    assert TokenUsage.objects.erase_names(scene.person.pk, [usage.pk]) == 1
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'UPDATE "{table}" SET person_label = %s', [usage.person_label])
    with pytest.raises(TypeError):
        TokenUsage.objects.update(person_label="Erased person")


def test_who_may(cast: Cast, scene: Scene) -> None:
    with pytest.raises(PermissionDenied):
        erase(scene.person, by=cast.member.user)
    erasure = erase(scene.person, by=cast.owner.user)
    entry = AuditEntry.objects.get(action="erased")
    assert (entry.actor, entry.target_id, entry.target_label) == (
        cast.owner.user,
        str(scene.person.pk),
        "Erased person",
    )
    assert entry.detail["certificate"] == str(erasure.pk)


def test_the_command_prints_the_certificate(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    person = str(scene.person.pk)
    call_command("erase_person", person, "--dry-run", "--format", "json")
    preview = json.loads(capsys.readouterr().out)
    assert (preview["counts"], preview["calls"]) == (COUNTS, 1)
    call_command("erase_person", person, "--reason", "Request 7", "--keep-name", "--format", "json")
    data = json.loads(capsys.readouterr().out)
    erasure = Erasure.objects.get()
    assert erasure.finished_at is not None
    assert data == {
        "certificate": str(erasure.pk),
        "person": person,
        "name": f"{SECRET} person",
        "reason": "Request 7",
        "requested_by": None,
        "started_at": erasure.created_at.isoformat(),
        "finished_at": erasure.finished_at.isoformat(),
        "counts": COUNTS,
        "calls": 1,
        "spend_usd": preview["spend_usd"],
    }
    with pytest.raises(Exception, match="no person with the id"):
        call_command("erase_person", "nobody")


def test_the_time_of_an_erasure_is_kept(scene: Scene) -> None:
    erase(scene.person)
    scene.person.refresh_from_db()
    assert scene.person.erased_at is not None
    assert timezone.now() - scene.person.erased_at < timedelta(minutes=5)


def test_neither_name_nor_words_stay_where_others_keep_them(scene: Scene) -> None:
    person, project, owner = make_person(name="Ada Zqname", handle="zqname-1"), scene.project, make_owner()
    AutoApprovalPolicy.objects.create(person=person, allows_read_only=True, metadata={"note": "zqname"})
    talk = make_conversation(project, person=person)
    calls = [make_execution(project, person=person, conversation=talk) for _ in range(3)]
    for call in calls[:2]:
        approve_by_policy(call, str(person), "reads only")
    for call in calls[1:]:
        reject(call, owner, "Zqname asked for it")
    Todo.objects.create(project=project, conversation=talk, title="zqname", created_by="Ada Zqname")
    elsewhere = Todo.objects.create(project=project, title="Kept", created_by="Ada Zqname")
    Deployment.objects.create(project=project, person=person, url="https://zqname.example.com")
    GitHubRepository.objects.create(project=project, person=person, name="zqname/diary")
    for link in ("person", "owner"):
        fields = {
            link: person,
            "name": "zqname",
            "system_prompt": "You are Ada Zqname",
            "keywords": ["zqname"],
        }
        Agent.objects.create(project=project, **fields)
    erasure = erase(person)
    assert places_of("zqname") == places_of("Zqname") == set()
    assert "zqname" not in str(list(AuditEntry.objects.values())).lower()
    assert dict(remaining(person)) == {}
    elsewhere.refresh_from_db()
    assert (elsewhere.title, elsewhere.created_by) == ("Kept", "Erased person")
    for call in calls:
        call.refresh_from_db()
    assert [(call.decided_by, call.decision_rule, call.metadata) for call in calls] == [
        ("policy of Erased person", "reads only", {}),
        (str(owner), "", {"approved_by": "policy of Erased person"}),
        (str(owner), "", {}),
    ]
    told_again = {"name": "zqname", "status": "active"}
    for agent in Agent.objects.filter(name="Erased person"):
        assert kept_gone(Agent, Agent.objects.filter(pk=agent.pk), told_again) == {"status": "active"}
    wanted = {"projects.agent": 2, "integrations.deployment": 1, "integrations.githubrepository": 1}
    assert wanted.items() <= erasure.counts.items()


def test_the_audit_log_names_nobody_by_their_policy(cast: Cast) -> None:
    person = make_person(name="Ada Zqname")
    add = reverse("admin:chat_autoapprovalpolicy_add")
    sent = {"person": person.pk, "is_active": "on", "allowed_tools": '["shell"]'}
    assert cast.owner.client.post(add, sent).status_code == 302
    policy = AutoApprovalPolicy.objects.get()
    address = reverse("admin:chat_autoapprovalpolicy_delete", args=[policy.pk])
    assert cast.owner.client.post(address, {"post": "yes"}).status_code == 302
    assert (
        cast.owner.client.post(
            reverse("admin:accounts_person_delete", args=[person.pk]), {"post": "yes"}
        ).status_code
        == 302
    )
    told = AuditEntry.objects.filter(target_model__in=("chat.autoapprovalpolicy", "accounts.person"))
    assert [entry.action for entry in told.order_by("position")] == ["added", "deleted", "deleted"]
    assert "Zqname" not in str(list(told.values()))
    assert "shell" in str(list(told.values()))
