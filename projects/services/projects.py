from collections.abc import Iterable
from typing import Any

from django.db import transaction

from accounts.models import Person, User
from projects.models import Membership, Project


@transaction.atomic
def create_project(
    *, name: str, owner: Person | None = None, managers: Iterable[User] = (), **fields: Any
) -> Project:
    """A project with its channel `general` and its managers: all of it or nothing.

    Raises ValidationError for a name that is taken or empty.
    """
    project = Project(name=name, owner=owner, **fields)
    project.full_clean()
    project.save()
    for user in managers:
        Membership.objects.create(project=project, user=user, role=Membership.Role.MANAGER)
    return project
