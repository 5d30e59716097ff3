"""What is archived stays readable, and out of the way. Archiving twice says so and changes nothing."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from core.permissions import Action, require
from projects.models import Channel, Project
from projects.querysets import GENERAL_STAYS
from projects.services.changes import change_if

_ARCHIVED = "It is archived already."
_NOT_ARCHIVED = "It is not archived."


def archive_project(project: Project, by: User, *, now: datetime | None = None) -> None:
    """Raises PermissionDenied for those who do not manage it, ValidationError when it is archived."""
    require(by, Action.MANAGE_PROJECT, project.pk)
    moment = now or timezone.now()
    is_active = Q(status=Project.Status.ACTIVE)
    if not change_if(project, is_active, now=moment, status=Project.Status.ARCHIVED, archived_at=moment):
        raise ValidationError(_ARCHIVED, code="archived")


def restore_project(project: Project, by: User, *, now: datetime | None = None) -> None:
    """Raises PermissionDenied for those who do not manage it, ValidationError when it is not archived."""
    require(by, Action.MANAGE_PROJECT, project.pk)
    is_archived = Q(status=Project.Status.ARCHIVED)
    if not change_if(project, is_archived, now=now, status=Project.Status.ACTIVE, archived_at=None):
        raise ValidationError(_NOT_ARCHIVED, code="not_archived")


def archive(row: Any, by: User, *, now: datetime | None = None) -> None:
    """`row` is of any model with a project and `archived_at`.

    Raises PermissionDenied for those who do not operate its project, ValidationError when it is archived or
    the channel `general`.
    """
    require(by, Action.ARCHIVE_CONTENT, row.project_id)
    if isinstance(row, Channel) and row.is_default:
        raise ValidationError(GENERAL_STAYS, code="general_stays")
    moment = now or timezone.now()
    if not change_if(row, Q(archived_at__isnull=True), now=moment, archived_at=moment):
        raise ValidationError(_ARCHIVED, code="archived")


def restore(row: Any, by: User, *, now: datetime | None = None) -> None:
    """Raises PermissionDenied for those who do not operate its project, ValidationError when it was
    not archived."""
    require(by, Action.ARCHIVE_CONTENT, row.project_id)
    if not change_if(row, Q(archived_at__isnull=False), now=now, archived_at=None):
        raise ValidationError(_NOT_ARCHIVED, code="not_archived")
