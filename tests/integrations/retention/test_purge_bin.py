"""What lay in the bin for BIN_DAYS goes for good; a nameplate stays, and every cent of spend."""

from datetime import timedelta

import pytest
from django.conf import settings

from chat.models import AgentRun, Conversation, Message, ToolExecution
from integrations.services.retention.purge import purge
from projects.models import BackgroundJob, Channel, Project
from tests.factories import NOON
from tests.integrations.retention.scenes import SECRET, make_scene, places_of, spend

pytestmark = pytest.mark.django_db

LONG_AGO = NOON - timedelta(days=31)


def purged() -> list[dict[str, int]]:
    return [dict(each.rows) for each in purge(now=NOON, pause_s=0)]


def test_a_conversation_in_the_bin_goes_after_its_days() -> None:
    assert settings.BIN_DAYS == 30
    scene, kept = make_scene(), make_scene()
    Conversation.objects.filter(pk=kept.conversation.pk).update(deleted_at=NOON - timedelta(days=29))
    Conversation.objects.filter(pk=scene.conversation.pk).update(deleted_at=LONG_AGO)
    before = spend()
    [counts] = purged()
    assert counts == {
        "chat.agentmemory": 1,
        "chat.agentrun": 1,
        "chat.contextoptimization": 1,
        "chat.conversation": 1,
        "chat.fileupload": 1,
        "chat.message": 1,
        "chat.reaction": 1,
        "chat.todo": 1,
        "chat.toolexecution": 1,
    }
    assert spend() == before
    assert purged() == []
    plate = Conversation.objects.get(pk=scene.conversation.pk)
    assert (plate.title, plate.removed_at) == ("", NOON)
    assert Message.objects.get().conversation == kept.conversation
    assert AgentRun.objects.get(pk=scene.run.pk).task == ""


def test_a_project_in_the_bin_leaves_a_nameplate() -> None:
    scene = make_scene(description=SECRET, local_path=f"/{SECRET}", metadata={"note": SECRET})
    Project.objects.filter(pk=scene.project.pk).update(deleted_at=LONG_AGO)
    before = spend()
    purged()
    assert spend() == before
    plate = Project.objects.get(pk=scene.project.pk)
    assert (plate.name, plate.description, plate.purged_at) == (scene.project.name, "", NOON)
    for model in (Message, ToolExecution, AgentRun, BackgroundJob):
        assert model._default_manager.count() == 0, model
    assert list(Channel.objects.values_list("name", flat=True)) == ["general"]
    assert places_of(SECRET) == {
        "accounts.Person.name",
        "accounts.Person.email",
        "accounts.Person.email_normalized",
        "billing.TokenUsage.person_label",
    }
    assert purged() == []


def test_a_run_that_is_killed_is_finished_by_the_next() -> None:
    scene = make_scene()
    Project.objects.filter(pk=scene.project.pk).update(deleted_at=LONG_AGO)

    def kill(project: Project, table: str, number: int) -> None:
        if table == "chat.message":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        purge(now=NOON, pause_s=0, tell=kill)
    assert Project.objects.get(pk=scene.project.pk).purged_at is None
    purged()
    assert Project.objects.get(pk=scene.project.pk).purged_at == NOON
