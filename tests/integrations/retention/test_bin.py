"""What is deleted is out of sight everywhere at once, comes back whole, and its spend never moves."""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from billing.reports.build import build_report
from billing.reports.query import Dimension, UsageQuery
from chat.models import Conversation, Message
from chat.services.bin import delete_conversation, undelete_conversation
from integrations.services.ingest_keys import create_key
from projects.models import Membership, Project
from projects.querysets import ContentQuerySet
from projects.services.bin import delete_project, undelete_project
from tests.architecture.sql_lint import objections
from tests.cast import Cast, signed_in
from tests.factories import NOON, make_conversation, make_member
from tests.integrations.retention.scenes import OLD, SECRET, Scene, make_scene, spend

pytestmark = pytest.mark.django_db

PAGES = ("chat:conversations", "chat:approvals", "chat:optimizations", "dashboard:overview")


@pytest.fixture
def scene(cast: Cast) -> Scene:
    return make_scene(project=cast.project)


def content_models() -> list[Any]:
    return [model for model in apps.get_models() if isinstance(model._default_manager.all(), ContentQuerySet)]


def seen(cast: Cast, project: Project) -> set[str]:
    """Tables in which the owner or an analyst sees a row of the project."""
    found = set()
    for model in content_models():
        for user in (cast.owner.user, cast.member.user):
            rows = model._default_manager.visible_to(user).filter(project=project)
            readable = getattr(rows, "readable_by", lambda user, rows=rows: rows)(user)
            if rows.exists() or readable.exists():
                found.add(model._meta.label)
    return found


def test_a_deleted_project_is_out_of_sight_and_its_spend_is_not(cast: Cast, scene: Scene) -> None:
    before, shown = spend(), seen(cast, cast.project)
    assert {"chat.Message", "projects.BackgroundJob", "projects.Membership"} <= shown
    delete_project(cast.project, cast.owner.user)
    assert seen(cast, cast.project) == set()
    assert spend() == before
    for actor in (cast.owner, cast.member):
        assert cast.project not in Project.objects.visible_to(actor.user)
        for name in PAGES:
            page = actor.client.get(reverse(name))
            assert (page.status_code, SECRET in page.content.decode()) == (200, False), name
        found = actor.client.get(reverse("dashboard:search"), {"q": SECRET}).content.decode()
        assert f"{SECRET} title" not in found
        assert actor.client.get(reverse("chat:transcript", args=[scene.conversation.pk])).status_code == 404
    undelete_project(cast.project, cast.owner.user)
    assert seen(cast, cast.project) == shown
    assert spend() == before


def test_a_deleted_conversation_takes_what_is_in_it_along(cast: Cast, scene: Scene) -> None:
    before, shown = spend(), seen(cast, cast.project)
    other = make_conversation(cast.project)
    manager = make_member(cast.project, Membership.Role.MANAGER)
    delete_conversation(scene.conversation, manager)
    gone = shown - seen(cast, cast.project)
    assert gone == {
        "chat.AgentMemory",
        "chat.AgentRun",
        "chat.ContextOptimization",
        "chat.FileUpload",
        "chat.Message",
        "chat.Reaction",
        "chat.Todo",
        "chat.ToolExecution",
    }
    assert list(Conversation.objects.visible_to(cast.owner.user)) == [other]
    assert spend() == before
    url = reverse("chat:transcript", args=[scene.conversation.pk])
    assert cast.owner.client.get(url).status_code == 404
    undelete_conversation(scene.conversation, manager)
    assert seen(cast, cast.project) == shown
    assert cast.owner.client.get(url).status_code == 200


@pytest.mark.parametrize("dimension", [Dimension.PROJECT, Dimension.CONVERSATION])
def test_reports_mark_what_is_deleted(cast: Cast, scene: Scene, dimension: Dimension) -> None:
    delete_project(cast.project, cast.owner.user)
    Conversation.objects.update(deleted_at=NOON)
    query = UsageQuery(first_day=OLD.date(), last_day=NOON.date(), zone="UTC", group_by=(dimension,))
    [label] = [row.members[0].label for row in build_report(query, user=cast.owner.user).rows]
    name = cast.project.name if dimension is Dimension.PROJECT else scene.conversation.neutral_name
    assert label == f"{name} (deleted)"


def test_a_report_of_a_deleted_project_can_be_asked_for(cast: Cast, scene: Scene) -> None:
    delete_project(cast.project, cast.owner.user)
    asked = {"project": str(cast.project.pk), "from": str(OLD.date()), "to": str(OLD.date())}
    for actor in (cast.owner, cast.member):
        page = actor.client.get(reverse("billing:report"), {**asked, "group_by": "project"})
        assert f"{cast.project.name} (deleted)" in page.content.decode()


def test_a_key_of_a_deleted_project_is_refused_with_the_reason(cast: Cast) -> None:
    _, key = create_key(cast.project, "laptop", cast.owner.user)
    delete_project(cast.project, cast.owner.user)
    answer = cast.owner.client.post(
        "/api/usage", "{}", content_type="application/json", headers={"authorization": f"Bearer {key}"}
    )
    assert answer.status_code == 403
    assert "was deleted, and takes no usage" in answer.content.decode()


def test_deleting_and_restoring_is_recorded_once(cast: Cast) -> None:
    conversation = make_conversation(cast.project)
    owner = cast.owner.user
    delete_conversation(conversation, owner)
    with pytest.raises(ValidationError, match="in the bin already"):
        delete_conversation(conversation, owner)
    undelete_conversation(conversation, owner)
    with pytest.raises(ValidationError, match="not in the bin"):
        undelete_conversation(conversation, owner)
    delete_project(cast.project, owner)
    undelete_project(cast.project, owner)
    entries = AuditEntry.objects.filter(action__in=("deleted", "restored")).order_by("position")
    assert list(entries.values_list("action", "target_model")) == [
        ("deleted", "chat.conversation"),
        ("restored", "chat.conversation"),
        ("deleted", "projects.project"),
        ("restored", "projects.project"),
    ]


def test_after_bin_days_nothing_comes_back(cast: Cast) -> None:
    conversation = make_conversation(cast.project)
    long_ago = timezone.now() - timedelta(days=31)
    delete_conversation(conversation, cast.owner.user, now=long_ago)
    delete_project(cast.project, cast.owner.user, now=long_ago)
    with pytest.raises(ValidationError, match="no longer"):
        undelete_conversation(conversation, cast.owner.user)
    with pytest.raises(ValidationError, match="no longer"):
        undelete_project(cast.project, cast.owner.user)


def test_who_may(cast: Cast) -> None:
    conversation = make_conversation(cast.project)
    manager = make_member(cast.project, Membership.Role.MANAGER)
    with pytest.raises(PermissionDenied):
        delete_project(cast.project, manager)
    with pytest.raises(PermissionDenied):
        delete_conversation(conversation, make_member(cast.project, Membership.Role.OPERATOR))
    delete_conversation(conversation, manager)
    with pytest.raises(PermissionDenied):
        undelete_conversation(conversation, cast.member.user)


def test_the_bin_is_a_filter_of_the_list_for_those_who_may_restore(cast: Cast) -> None:
    conversation = make_conversation(cast.project, title="Binned")
    manager = signed_in(make_member(cast.project, Membership.Role.MANAGER))
    delete_conversation(conversation, manager.user)
    url = reverse("admin:chat_conversation_changelist")
    assert list(manager.client.get(url, {"bin": "1"}).context["cl"].result_list) == [conversation]
    assert list(cast.member.client.get(url, {"bin": "1"}).context["cl"].result_list) == []
    assert "In the bin" not in cast.member.client.get(url).content.decode()
    page = reverse("admin:chat_conversation_change", args=[conversation.pk])
    assert manager.client.get(f"{page}?bin=1").status_code == 404
    sent = {"action": "undelete_selected", "_selected_action": str(conversation.pk)}
    assert manager.client.post(f"{url}?bin=1", sent, follow=True).status_code == 200
    conversation.refresh_from_db()
    assert conversation.deleted_at is None


def test_owners_restore_projects_from_the_list(cast: Cast) -> None:
    delete_project(cast.project, cast.owner.user)
    url = reverse("admin:projects_project_changelist")
    assert list(cast.owner.client.get(url, {"bin": "1"}).context["cl"].result_list) == [cast.project]
    sent = {"action": "undelete_selected", "_selected_action": str(cast.project.pk)}
    cast.owner.client.post(f"{url}?bin=1", sent)
    assert cast.project in Project.objects.visible_to(cast.owner.user)


def test_leaving_out_the_bin_takes_no_query_more_and_suits_a_cluster(cast: Cast) -> None:
    with CaptureQueriesContext(connection) as taken:
        assert list(Message.objects.visible_to(cast.member.user).readable_by(cast.member.user)) == []
    statement = taken[-1]["sql"]
    assert statement.count("removed_at") == 1
    growing = {"chat_message", "chat_conversation"}
    assert objections(statement, growing) == []
