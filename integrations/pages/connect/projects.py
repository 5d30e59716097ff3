"""Of which project the page speaks."""

from django.db.models import QuerySet
from django.http import QueryDict

from accounts.models import User
from chat.pages.choices import read_uuid
from projects.models import Project


def choosable_projects(user: User) -> "QuerySet[Project]":
    projects: QuerySet[Project] = Project.objects.visible_to(user).filter(status=Project.Status.ACTIVE)
    return projects.exclude(kind=Project.Kind.UNASSIGNED).order_by("name", "id")


def chosen_project(query: QueryDict, user: User) -> Project | None:
    """That of `?project=`, where `user` may see it; without one, the only one there is to choose."""
    asked = query.get("project")
    if asked is not None:
        project_id = read_uuid(asked)
        return None if project_id is None else Project.objects.visible_to(user).filter(pk=project_id).first()
    first_two = list(choosable_projects(user)[:2])
    return first_two[0] if len(first_two) == 1 else None
