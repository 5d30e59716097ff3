"""Projects, channels and sessions are put aside and taken back, by those who may, once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from projects.models import Membership, Project
from projects.services.archiving import archive, archive_project, restore, restore_project
from tests.cast import Cast, signed_in
from tests.factories import NOON, make_member, make_owner, make_project
from tests.projects.makers import make_channel, make_session

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)
make_either = pytest.mark.parametrize("make", [make_channel, make_session])


def standing(project: Project) -> tuple[Any, ...]:
    return Project.objects.values_list("status", "archived_at", "updated_at").get(pk=project.pk)


def test_a_project_is_archived_and_restored() -> None:
    project, owner = make_project(), make_owner()
    archive_project(project, owner, now=NOON)
    assert standing(project) == ("archived", NOON, NOON)
    assert (project.status, project.archived_at) == ("archived", NOON)
    restore_project(project, owner, now=LATER)
    assert standing(project) == ("active", None, LATER)


def test_the_second_of_two_is_told_and_changes_nothing() -> None:
    project, owner = make_project(), make_owner()
    hers, his = (Project.objects.get(pk=project.pk) for _ in range(2))
    archive_project(hers, owner, now=NOON)
    with pytest.raises(ValidationError, match="archived already"):
        archive_project(his, owner, now=LATER)
    assert standing(project) == ("archived", NOON, NOON)
    restore_project(his, owner, now=NOON)
    with pytest.raises(ValidationError, match="not archived"):
        restore_project(hers, owner, now=LATER)
    assert standing(project) == ("active", None, NOON)


def test_what_was_deleted_meanwhile_is_said() -> None:
    project = make_project()
    Project.objects.all().delete()
    with pytest.raises(ValidationError, match="deleted meanwhile"):
        archive_project(project, make_owner())


@pytest.mark.parametrize(
    ("role", "may"), [("viewer", False), ("analyst", False), ("operator", False), ("manager", True)]
)
@pytest.mark.parametrize("step", [archive_project, restore_project])
def test_managers_archive_their_project(step: Callable[..., None], role: str, may: bool) -> None:
    project = make_project()
    if step is restore_project:
        archive_project(project, make_owner())
    before = standing(project)
    with pytest.raises(PermissionDenied):
        step(project, make_member(make_project(), Membership.Role.MANAGER))
    member = make_member(project, role)
    if may:
        step(project, member)
    else:
        with pytest.raises(PermissionDenied):
            step(project, member)
    assert (standing(project) != before) == may


@make_either
def test_rows_of_a_project_are_archived_and_restored_once(make: Callable[..., Any]) -> None:
    row, owner = make(make_project()), make_owner()
    stale = type(row).objects.get(pk=row.pk)
    archive(row, owner, now=NOON)
    with pytest.raises(ValidationError, match="archived already"):
        archive(stale, owner, now=LATER)
    assert type(row).objects.values_list("archived_at", "updated_at").get(pk=row.pk) == (NOON, NOON)
    restore(row, owner, now=LATER)
    with pytest.raises(ValidationError, match="not archived"):
        restore(stale, owner)
    assert type(row).objects.values_list("archived_at", "updated_at").get(pk=row.pk) == (None, LATER)


@make_either
@pytest.mark.parametrize(("role", "may"), [("analyst", False), ("operator", True), ("manager", True)])
def test_operators_archive_what_is_in_their_project(make: Callable[..., Any], role: str, may: bool) -> None:
    project = make_project()
    row, member = make(project), make_member(project, role)
    with pytest.raises(PermissionDenied):
        archive(row, make_member(make_project(), Membership.Role.MANAGER))
    for step in (archive, restore):
        if may:
            step(row, member)
        else:
            with pytest.raises(PermissionDenied):
                step(row, member)


def test_an_action_asks_for_each_project(cast: Cast) -> None:
    seen = make_project(name="Seen")
    manager = signed_in(make_member(cast.project, Membership.Role.MANAGER))
    Membership.objects.create(user=manager.user, project=seen, role=Membership.Role.OPERATOR)
    url = reverse("admin:projects_project_changelist")
    chosen = {"_selected_action": [seen.pk, cast.project.pk]}
    response = manager.client.post(url, {"action": "archive_selected", **chosen}, follow=True)
    assert [str(message) for message in response.context["messages"]] == [
        "1 project is archived.",
        "Seen: Not allowed with your role: change a project's settings and retention.",
    ]
    assert (standing(cast.project)[0], standing(seen)[0]) == ("archived", "active")
    again = cast.owner.client.post(url, {"action": "archive_selected", **chosen}, follow=True)
    assert [str(message) for message in again.context["messages"]] == [
        "1 project is archived.",
        f"{cast.project}: It is archived already.",
    ]
    restored = cast.owner.client.post(url, {"action": "restore_selected", **chosen}, follow=True)
    assert [str(message) for message in restored.context["messages"]] == ["2 projects are active again."]


def test_other_members_are_offered_no_action_but_the_export(cast: Cast) -> None:
    make_session(cast.project)
    url = reverse("admin:projects_worksession_changelist")
    form = cast.member.client.get(url).context["action_form"]
    assert [name for name, _ in form.fields["action"].choices] == ["", "export_csv"]
    operator = signed_in(make_member(cast.project, Membership.Role.OPERATOR))
    offered = [name for name, _ in operator.client.get(url).context["action_form"].fields["action"].choices]
    assert offered == ["", "archive_selected", "restore_selected", "export_csv"]
