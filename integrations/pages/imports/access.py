"""Who may do what with an upload; who may see it is ImportUpload.objects.visible_to."""

from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from integrations.models import ImportUpload
from integrations.services.import_kinds import ImportKind
from projects.models import Project
from projects.roles import may_annotate, may_operate, operated_project_ids


def may_import(user: User) -> bool:
    """Whether `user` may import into any project."""
    return may_operate(user)


def may_import_kind(user: User, kind: ImportKind) -> bool:
    return user.is_owner or not kind.is_of_installation


def may_handle(user: User, upload: ImportUpload) -> bool:
    """Whether `user` may import, cancel and retry it. Owners alone when it fills many projects."""
    return user.is_owner if upload.project_id is None else may_operate(user, upload.project_id)


def may_read_records(user: User, project_id: UUID | None) -> bool:
    """Whether `user` may read rejected records, which hold the words of those who wrote them."""
    if user.is_owner or (user.is_active and user.role == User.Role.AUDITOR):
        return True
    return project_id is not None and may_annotate(user, project_id)


def importable_projects(user: User) -> "QuerySet[Project]":
    visible: QuerySet[Project] = Project.objects.visible_to(user).order_by("name")
    return visible if user.is_owner else visible.filter(pk__in=operated_project_ids(user))
