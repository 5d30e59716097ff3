"""Who may do what with an upload; who may see it is ImportUpload.objects.visible_to."""

from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from core.permissions import Action, allowed_project_ids, may, may_everywhere
from integrations.models import ImportUpload
from integrations.services.import_kinds import ImportKind
from projects.models import Project


def may_import(user: User) -> bool:
    """Whether `user` may import into any project."""
    return may(user, Action.IMPORT)


def may_import_kind(user: User, kind: ImportKind) -> bool:
    return not kind.is_of_installation or may_everywhere(user, Action.MANAGE_INSTALLATION)


def may_handle(user: User, upload: ImportUpload) -> bool:
    """Whether `user` may import, cancel and retry it. Owners alone when it fills many projects."""
    if upload.project_id is None:
        return may_everywhere(user, Action.MANAGE_INSTALLATION)
    return may(user, Action.IMPORT, upload.project_id)


def may_read_records(user: User, project_id: UUID | None) -> bool:
    """Whether `user` may read rejected records, which hold the words of those who wrote them."""
    if project_id is None:
        return may_everywhere(user, Action.READ_TRANSCRIPTS)
    return may(user, Action.READ_TRANSCRIPTS, project_id)


def importable_projects(user: User) -> "QuerySet[Project]":
    visible: QuerySet[Project] = Project.objects.visible_to(user).order_by("name")
    projects = allowed_project_ids(user, Action.IMPORT)
    return visible if projects is None else visible.filter(pk__in=projects)
