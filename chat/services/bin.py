"""The bin of conversations: with all that is in them out of sight, and back when restored."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from accounts.models.audit import AuditAction
from chat.models import Conversation
from core.permissions import Action, require
from projects.services.bin import DELETED_ALREADY, NOT_DELETED
from projects.services.changes import change_and_record


def delete_conversation(conversation: Conversation, by: User, *, now: datetime | None = None) -> None:
    """Its spend stays in every report. Raises PermissionDenied for those who do not manage its project,
    ValidationError when it is in the bin."""
    require(by, Action.DELETE_CONTENT, conversation.project_id)
    moment = now or timezone.now()
    is_here = Q(deleted_at__isnull=True)
    if not change_and_record(conversation, is_here, AuditAction.DELETED, by, now=moment, deleted_at=moment):
        raise ValidationError(DELETED_ALREADY, code="deleted")


def undelete_conversation(conversation: Conversation, by: User, *, now: datetime | None = None) -> None:
    """Raises PermissionDenied as `delete_conversation` does, ValidationError when there is nothing to
    restore."""
    require(by, Action.DELETE_CONTENT, conversation.project_id)
    is_binned = Q(deleted_at__gte=(now or timezone.now()) - timedelta(days=settings.BIN_DAYS))
    if not change_and_record(conversation, is_binned, AuditAction.RESTORED, by, now=now, deleted_at=None):
        raise ValidationError(NOT_DELETED, code="not_deleted")
