"""Memberships in the admin: who may let whom into which project."""

import pytest
from django.urls import reverse

from projects.models import Membership
from tests.cast import Cast, signed_in
from tests.factories import make_member, make_project, make_user

pytestmark = pytest.mark.django_db

LIST = reverse("admin:projects_membership_changelist")
ADD = reverse("admin:projects_membership_add")


def change(membership: Membership) -> str:
    return reverse("admin:projects_membership_change", args=[membership.pk])


def test_an_owner_adds_a_member_once(cast: Cast) -> None:
    sent = {"project": cast.project.pk, "user": make_user().pk, "role": "operator"}
    assert cast.owner.client.post(ADD, sent).status_code == 302
    assert Membership.objects.get(user=sent["user"]).role == "operator"
    again = cast.owner.client.post(ADD, sent)
    assert again.context["errors"] == [["This user is a member of the project already."]]


def test_a_manager_lets_people_into_their_own_projects_alone(cast: Cast) -> None:
    manager = signed_in(make_member(cast.project, Membership.Role.MANAGER))
    seen, foreign = make_project(), make_project()
    Membership.objects.create(user=manager.user, project=seen, role=Membership.Role.ANALYST)
    colleague = make_member(seen)
    for project, status in ((foreign, 200), (seen, 200), (cast.project, 302)):
        sent = {"project": project.pk, "user": colleague.pk, "role": "viewer"}
        assert manager.client.post(ADD, sent).status_code == status
    assert set(colleague.memberships.values_list("project", flat=True)) == {seen.pk, cast.project.pk}


def test_a_membership_keeps_its_user_and_project(cast: Cast) -> None:
    membership = Membership.objects.get(user=cast.member.user)
    sent = {"project": make_project().pk, "user": make_user().pk, "role": "manager"}
    assert cast.owner.client.post(change(membership), sent).status_code == 302
    membership.refresh_from_db()
    assert (membership.user, membership.project, membership.role) == (
        cast.member.user,
        cast.project,
        "manager",
    )


def test_a_manager_removes_members_of_their_project_alone(cast: Cast) -> None:
    manager = signed_in(make_member(cast.project, Membership.Role.MANAGER))
    seen = make_project()
    Membership.objects.create(user=manager.user, project=seen, role=Membership.Role.VIEWER)
    theirs = Membership.objects.get(user=make_member(seen))
    own = Membership.objects.get(user=cast.member.user)
    for membership in (theirs, own):
        sent = {"action": "delete_selected", "_selected_action": membership.pk, "post": "yes"}
        manager.client.post(LIST, sent)
    assert Membership.objects.filter(pk=theirs.pk).exists()
    assert not Membership.objects.filter(pk=own.pk).exists()


def test_other_members_change_nothing(cast: Cast) -> None:
    membership = Membership.objects.get(user=cast.member.user)
    assert cast.member.client.get(change(membership)).status_code == 200
    assert cast.member.client.post(change(membership), {"role": "manager"}).status_code == 403
    assert cast.member.client.get(ADD).status_code == 403
