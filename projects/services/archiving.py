"""What is archived stays readable, and out of the way. Archiving twice says so and changes nothing."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from accounts.models.audit import AuditAction
from core.permissions import Action, require
from projects.models import Channel, Project
from projects.querysets import GENERAL_STAYS
from projects.services.changes import change_and_record

_ARCHIVED = "It is archived already."
_NOT_ARCHIVED = "It is not archived."


def archive_project(project: Project, by: User, *, now: datetime | None = None) -> None:
    """Raises PermissionDenied for those who do not manage it, ValidationError when it is archived."""
    require(by, Action.MANAGE_PROJECT, project.pk)
    moment = now or timezone.now()
    is_active = Q(status=Project.Status.ACTIVE)
    values = {"status": Project.Status.ARCHIVED, "archived_at": moment}
    if not change_and_record(project, is_active, AuditAction.CLOSED, by, now=moment, **values):
        raise ValidationError(_ARCHIVED, code="archived")


def restore_project(project: Project, by: User, *, now: datetime | None = None) -> None:
    """Raises PermissionDenied for those who do not manage it, ValidationError when it is not archived."""
    require(by, Action.MANAGE_PROJECT, project.pk)
    is_archived = Q(status=Project.Status.ARCHIVED)
    values = {"status": Project.Status.ACTIVE, "archived_at": None}
    if not change_and_record(project, is_archived, AuditAction.RESTORED, by, now=now, **values):
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
    is_open = Q(archived_at__isnull=True)
    if not change_and_record(row, is_open, AuditAction.CLOSED, by, now=moment, archived_at=moment):
        raise ValidationError(_ARCHIVED, code="archived")


def restore(row: Any, by: User, *, now: datetime | None = None) -> None:
    """Raises PermissionDenied for those who do not operate its project, ValidationError when it was
    not archived."""
    require(by, Action.ARCHIVE_CONTENT, row.project_id)
    is_archived = Q(archived_at__isnull=False)
    if not change_and_record(row, is_archived, AuditAction.RESTORED, by, now=now, archived_at=None):
        raise ValidationError(_NOT_ARCHIVED, code="not_archived")
