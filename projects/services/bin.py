"""The bin of projects: out of sight at once, back when restored, emptied by purge_expired after BIN_DAYS."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from accounts.models.audit import AuditAction
from core.permissions import Action, require
from projects.models import Project
from projects.services.changes import change_and_record

DELETED_ALREADY = "It is in the bin already."
NOT_DELETED = "It is not in the bin, or no longer."


def delete_project(project: Project, by: User, *, now: datetime | None = None) -> None:
    """Its spend stays in every report. Raises PermissionDenied for those who may not delete projects,
    ValidationError when it is in the bin, and for what has no project."""
    require(by, Action.DELETE_PROJECT, project.pk)
    if project.kind == Project.Kind.UNASSIGNED:
        raise ValidationError("What has no project stays.", code="unassigned")
    moment = now or timezone.now()
    is_here = Q(deleted_at__isnull=True)
    if not change_and_record(project, is_here, AuditAction.DELETED, by, now=moment, deleted_at=moment):
        raise ValidationError(DELETED_ALREADY, code="deleted")


def undelete_project(project: Project, by: User, *, now: datetime | None = None) -> None:
    """Raises PermissionDenied as `delete_project` does, ValidationError when there is nothing to restore."""
    require(by, Action.DELETE_PROJECT, project.pk)
    is_binned = Q(deleted_at__gte=(now or timezone.now()) - timedelta(days=settings.BIN_DAYS))
    if not change_and_record(project, is_binned, AuditAction.RESTORED, by, now=now, deleted_at=None):
        raise ValidationError(NOT_DELETED, code="not_deleted")
