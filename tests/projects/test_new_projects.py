"""A project and its channel `general` come into being together, or neither does."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError
from django.urls import reverse

from projects.models import Channel, Membership, Project
from projects.services.projects import create_project
from tests.cast import Cast, signed_in
from tests.factories import make_owner, make_person, make_project, make_user

pytestmark = pytest.mark.django_db(transaction=True)

FORM = {
    "name": "Helpdesk",
    "owner": "",
    "memberships-TOTAL_FORMS": 0,
    "memberships-INITIAL_FORMS": 0,
    "memberships-2-TOTAL_FORMS": 0,
    "memberships-2-INITIAL_FORMS": 0,
}


@pytest.fixture
def channels_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database refuses the channel, after the project was written."""

    def unnamed(self: Channel, *args: Any, **kwargs: Any) -> None:
        assert Project.objects.filter(pk=self.project_id).exists()
        self.name = ""
        super(Channel, self).save(*args, **kwargs)

    monkeypatch.setattr(Channel, "save", unnamed)


def kept() -> tuple[list[str], list[str]]:
    return (
        list(Project.objects.values_list("name", flat=True)),
        list(Channel.objects.values_list("name", flat=True)),
    )


def test_a_project_has_its_channel_from_the_first_moment() -> None:
    project = make_project(name="Helpdesk")
    assert list(project.channels.values_list("name", "is_default")) == [("general", True)]
    project.description = "For customers"
    project.save()
    assert kept() == (["Helpdesk"], ["general"])


def test_a_form_makes_both() -> None:
    response = signed_in(make_owner()).client.post(reverse("admin:projects_project_add"), FORM)
    assert (response.status_code, kept()) == (302, (["Helpdesk"], ["general"]))


@pytest.mark.usefixtures("channels_fail")
def test_without_its_channel_there_is_no_project() -> None:
    with pytest.raises(IntegrityError):
        make_project()
    with pytest.raises(IntegrityError):
        create_project(name="Helpdesk", managers=[make_user()])
    assert (kept(), Membership.objects.count()) == (([], []), 0)


@pytest.mark.usefixtures("channels_fail")
def test_a_form_leaves_neither_when_the_channel_fails() -> None:
    owner = signed_in(make_owner())
    with pytest.raises(DatabaseError):
        owner.client.post(reverse("admin:projects_project_add"), FORM)
    assert kept() == ([], [])


def test_without_a_project_there_is_no_channel() -> None:
    make_project(name="Helpdesk")
    with pytest.raises(IntegrityError):
        make_project(name="Helpdesk")
    response = signed_in(make_owner()).client.post(reverse("admin:projects_project_add"), FORM)
    assert response.context["errors"] == [["A project has this name already."]]
    assert kept() == (["Helpdesk"], ["general"])


def test_a_project_with_its_managers(cast: Cast) -> None:
    person = make_person()
    project = create_project(name="Helpdesk", owner=person, managers=[cast.stranger.user], branch="main")
    assert (project.owner, project.branch, project.channels.get().name) == (person, "main", "general")
    assert list(project.memberships.values_list("user", "role")) == [(cast.stranger.user.pk, "manager")]


def test_a_manager_who_cannot_be_added_leaves_nothing() -> None:
    user = make_user()
    with pytest.raises(IntegrityError):
        create_project(name="Helpdesk", managers=[user, user])
    assert kept() == ([], [])


@pytest.mark.parametrize(
    ("name", "error"),
    [("Helpdesk", "A project has this name already."), ("", "This field cannot be blank.")],
)
def test_a_name_that_will_not_do_is_refused_with_a_sentence(name: str, error: str) -> None:
    make_project(name="Helpdesk")
    with pytest.raises(ValidationError) as refused:
        create_project(name=name)
    assert refused.value.messages[0] == error
