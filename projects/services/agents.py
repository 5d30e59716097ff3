from datetime import datetime

from django.core.exceptions import ValidationError
from django.db.models import Q

from accounts.models import User
from accounts.models.audit import AuditAction
from core.permissions import Action, require
from projects.models import Agent
from projects.services.changes import change_and_record


def activate_agent(agent: Agent, by: User, *, now: datetime | None = None) -> None:
    """Raises PermissionDenied for those who do not operate its project, ValidationError when it is
    at work already."""
    require(by, Action.ARCHIVE_CONTENT, agent.project_id)
    is_off = Q(status=Agent.Status.INACTIVE)
    status = Agent.Status.ACTIVE
    if not change_and_record(agent, is_off, AuditAction.CHANGED, by, now=now, status=status):
        raise ValidationError("It is active already.", code="active")


def deactivate_agent(agent: Agent, by: User, *, now: datetime | None = None) -> None:
    """Also one that is busy. Raises as `activate_agent` does."""
    require(by, Action.ARCHIVE_CONTENT, agent.project_id)
    is_on = ~Q(status=Agent.Status.INACTIVE)
    status = Agent.Status.INACTIVE
    if not change_and_record(agent, is_on, AuditAction.CHANGED, by, now=now, status=status):
        raise ValidationError("It is inactive already.", code="inactive")
