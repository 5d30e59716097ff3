"""Three people by whom access is told: an owner sees all, a member their project, a stranger nothing."""

from dataclasses import dataclass

from django.test import Client

from accounts.models import User
from projects.models import Project
from tests.factories import make_member, make_owner, make_project, make_user


@dataclass(frozen=True, slots=True)
class Actor:
    """A staff member, and a browser in which they are signed in."""

    user: User
    client: Client


@dataclass(frozen=True, slots=True)
class Cast:
    """The owner, a member of `project` alone, and a stranger who signs in but belongs to no project."""

    project: Project
    owner: Actor
    member: Actor
    stranger: Actor


def make_cast() -> Cast:
    project = make_project()
    return Cast(
        project,
        owner=signed_in(make_owner()),
        member=signed_in(make_member(project)),
        stranger=signed_in(make_user()),
    )


def signed_in(user: User) -> Actor:
    client = Client()
    client.force_login(user)
    return Actor(user, client)
